//! Broken deliveries as vectors, each with the finding that is due.

use serde_json::{Value, json};

use crate::{
    forms::{Folder, verify},
    support::{Ends, TOKEN, countersign, twilio_signature},
};

fn vector(name: &str, url: &str, expect: &str, due: Value) -> Value {
    let signature = twilio_signature(TOKEN, &http::Method::POST, "https://hooks.example.com/sms", "Body=Hi");
    json!({
        "name": name, "secrets": [TOKEN], "now": null, "expect": expect, "explain": due,
        "request": {
            "method": "POST", "url": url, "body": "Body=Hi",
            "headers": [["Content-Type", "application/x-www-form-urlencoded"], ["X-Twilio-Signature", signature]],
        },
    })
}

#[test]
fn findings_are_counted() {
    let folder = Folder::new("findings");
    let file = json!({ "id": "twilio", "vectors": [
        vector("genuine", "https://hooks.example.com/sms", "valid", Value::Null),
        vector("scheme lost", "http://hooks.example.com/sms", "invalid", "url-scheme".into()),
        vector("slash added", "https://hooks.example.com/sms/", "invalid", "url-port".into()),
        vector("somebody else's", "https://somebody.example.org/else", "invalid", "url-host".into()),
        vector("not said why", "https://hooks.example.com/sms/", "invalid", Value::Null),
    ] });
    let path = folder.file("broken", file.to_string().as_bytes());
    let arguments = ["--vectors".into(), path.clone().into(), "--explain".into()];
    let said = verify(&arguments);
    let [genuine, scheme, slash, else_, unsaid, count] = &said.values[..] else { panic!("{said:?}") };
    assert_eq!(
        (&genuine["verdict"], &genuine["explain"], &genuine["agrees"]),
        (&"valid".into(), &Value::Null, &true.into())
    );
    assert_eq!(
        (&scheme["explain"], &scheme["due"], &scheme["agrees"]),
        (&"url-scheme".into(), &"url-scheme".into(), &true.into())
    );
    assert_eq!(
        (&scheme["provider"], &scheme["vector"], &scheme["reason"]),
        (&"twilio".into(), &"scheme-lost".into(), &"signature-mismatch".into())
    );
    assert_eq!((&slash["explain"], &slash["agrees"]), (&"url-path-slash".into(), &false.into()));
    assert_eq!(
        (&slash["expected"], &slash["found"]),
        (&"the finding url-port".into(), &"the finding url-path-slash".into())
    );
    assert_eq!((&else_["explain"], &else_["agrees"]), (&"no-match".into(), &false.into()));
    assert_eq!((&unsaid["explain"], &unsaid["agrees"]), (&"url-path-slash".into(), &true.into()));
    let expected = json!({
        "vectors": 5, "disagree": 2, "explain": { "due": 3, "named": 1, "missed": 1, "wrong": 1 },
    });
    assert_eq!(count, &expected);
    assert_eq!(said.code, 1);
    // Without --explain: disagreement only, in the words that there have always been.
    let said = verify(&arguments[..2]);
    let names: Vec<_> = said.values.iter().map(|value| value["vector"].as_str().unwrap_or("-")).collect();
    assert_eq!((names, said.code), (vec!["slash-added", "somebody-else-s", "-"], 1));
    let output = countersign().arg("verify").args(&arguments).ends();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "twilio::genuine: valid\n",
        "twilio::scheme-lost: invalid (signature-mismatch) [url-scheme]\n",
        "twilio::slash-added: invalid (signature-mismatch) [url-path-slash]: expected the finding url-port, found the \
         finding url-path-slash\n",
        "5 vectors, 2 disagree; of 3 findings that are due 1 were named, 1 missed, 1 wrong\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}
