//! A script that was written for ngrok's inspector.

use std::process::Command;

use crate::{
    support::{App, Ends, TOKEN, signed},
    web::Inspected,
};

#[test]
fn a_script_for_ngrok_runs_unchanged() {
    let missing = ["curl", "jq"].iter().find(|tool| Command::new(tool).arg("--version").output().is_err());
    if let Some(tool) = missing {
        assert!(std::env::var_os("COUNTERSIGN_REQUIRE_TOOLS").is_none(), "{tool} is not installed");
        println!("left out: {tool} is not installed");
        return;
    }
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms?a=1", "Body=Hi"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inspector/ngrok.sh");
    let api = format!("http://{}", inspected.web.authority);
    let output = Command::new("sh").arg(script).env("API", api).ends();
    assert!(output.status.success());
    let app_url = format!("http://127.0.0.1:{}", app.port);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(),
        [
            "https://hooks.example.com",
            "POST /sms?a=1",
            "1",
            "200",
            "POST /sms?a=1 HTTP/1.1",
            "application/x-www-form-urlencoded",
            "204",
            "2",
            "204",
            "0",
            "online",
            &app_url,
            "2",
            "https",
        ]
    );
}
