//! Captures that survive, and stores that fail.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    support::{App, Ends, TOKEN, Wire, countersign, signed},
    web::Inspected,
};

/// A folder of its own, deleted in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("inspector-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn captures_survive_a_kill() {
    let folder = Folder::new("kill");
    let file = folder.file("captures.db");
    let app = App::ok();
    let id = {
        let inspected = Inspected::twilio(app.port, &["--store", &file]);
        inspected.deliver(&signed(TOKEN, "/sms", "Body=kept"));
        let exchange = inspected.newest();
        assert_eq!(exchange["stored"], true);
        inspected.proxy.signal("KILL");
        exchange["id"].clone()
    };
    let inspected = Inspected::twilio(app.port, &["--store", &file]);
    assert_eq!(inspected.newest()["id"], id);
    // And it can be replayed by another process.
    let replay = inspected.web.replay(json!({ "id": id }));
    assert_eq!(replay["verdict"], "accepted");
    // Nothing secret is in the file, nor in what lies beside it.
    for entry in std::fs::read_dir(&folder.0).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
    }
}

#[test]
fn what_another_provider_signed_is_neither_signed_unasked_nor_let_through() {
    let folder = Folder::new("providers");
    let file = folder.file("captures.db");
    let app = App::ok();
    let id = {
        let inspected = Inspected::twilio(app.port, &["--store", &file]);
        inspected.deliver(&signed(TOKEN, "/sms", "Body=1"));
        app.received();
        inspected.newest()["id"].clone()
    };
    let public_key = "9269c5109946292e7d1162a17324f5a2b00e52b9e440e3c4ac1e0c4390c9c11c";
    for (provider, secret) in [("github", TOKEN), ("discord", public_key)] {
        let inspected = Inspected::verifying(provider, secret, app.port, &["--store", &file]);
        let replay = inspected.web.replay(json!({ "id": id }));
        assert_eq!((&replay["verdict"], &replay["replay"]["signing"]), (&json!("refused"), &json!("as-captured")));
        let answer = inspected.web.post("/api/requests/http", &json!({ "id": id, "sign": "fresh" }));
        assert_eq!(answer.status(), 409, "{provider}");
    }
    assert!(app.has_nothing_more());
    let inspected = Inspected::verifying("github", TOKEN, app.port, &["--store", &file]);
    let replay = inspected.web.replay(json!({ "id": id, "sign_unverified": true }));
    assert_eq!((&replay["verdict"], &replay["replay"]["signing"]), (&json!("accepted"), &json!("fresh")));
    // A file of vectors has one provider.
    let answer = inspected.web.get("/api/requests/http/export?as=vector");
    assert_eq!(answer.status(), 422);
    assert!(String::from_utf8_lossy(&answer.body()).contains("discord and github and twilio"));
    assert_eq!(inspected.web.json("/api/requests/http/export?as=vector&provider=twilio")["id"], "twilio");
}

#[test]
fn what_the_end_cuts_off_is_kept() {
    let folder = Folder::new("end");
    for (name, begun) in [("silent", ""), ("streaming", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")] {
        let file = folder.file(name);
        let app = App::new(move |_, wire| {
            wire.send(begun);
            wire.line().is_some()
        });
        let inspected = Inspected::twilio(app.port, &["--store", &file]);
        let mut client = Wire::connect(inspected.proxy.address);
        client.send(signed(TOKEN, "/sms", "Body=cut"));
        app.received();
        if !begun.is_empty() {
            client.head();
            assert_eq!(client.bytes(4), b"half");
        }
        inspected.proxy.signal("TERM");
        inspected.proxy.event("notice");
        inspected.proxy.signal("TERM");
        assert_eq!(inspected.proxy.wait().code(), Some(0));
        let exchange = Inspected::twilio(app.port, &["--store", &file]).newest();
        assert_eq!((&exchange["verdict"], &exchange["trouble"]), (&"accepted".into(), &"ended".into()), "{name}");
        assert_eq!(exchange["abandoned"], false, "{name}: the client did not go away");
    }
}

#[test]
fn a_store_that_cannot_be_opened_is_said_and_forwarding_goes_on() {
    let folder = Folder::new("broken");
    let file = folder.file("notes.txt");
    std::fs::write(&file, "this is no database, and long enough to be something else").unwrap();
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &["--store", &file]);
    assert_eq!(inspected.deliver(&signed(TOKEN, "/sms", "Body=1")).status(), 200);
    assert_eq!(inspected.newest()["verdict"], "accepted");
    assert_eq!(inspected.web.json("/api/status")["store"]["kind"], "memory");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("this is no database"));
}

#[test]
fn nothing_is_kept_if_that_is_wanted() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &["--store", "none"]);
    assert_eq!(inspected.deliver(&signed(TOKEN, "/sms", "Body=1")).status(), 200);
    assert_eq!(inspected.web.json("/api/requests/http")["requests"], serde_json::json!([]));
    assert_eq!(inspected.web.json("/api/status")["routes"][0]["figures"]["requests"], 1);
}

#[test]
fn mistakes_end_the_start() {
    for (arguments, says) in [
        (&["--store", ""][..], "--store"),
        (&["--store-count", "0"], "--store-count"),
        (&["--store-size", "many"], "--store-size"),
        (&["--web-addr", "nowhere"], "--web-addr"),
        (&["--web-token", "typed-for-everybody-to-see"], "--web-token"),
        (&["--capture-limit", "0"], "--capture-limit"),
    ] {
        let output = countersign().args(["http", "1"]).args(arguments).ends();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(says), "{arguments:?}");
    }
}
