//! Replay with modifications: to an app that verifies for itself with the provider's own SDK, and of bodies that are
//! easily broken.

use std::process::{Command, Stdio};

use countersign::{providers::PLIVO, sign::SignedRequest};
use libtest_mimic::Trial;

use super::page::{ESCAPE, Page};
use crate::{
    process::Process,
    support::{App, TOKEN, Wire, countersign, signed},
    tools::{Tool, in_repository},
    trial,
    web::Inspected,
};

const SDKS: &[Tool] =
    &[Tool::Node, Tool::NodePackage("express"), Tool::NodePackage("plivo"), Tool::NodePackage("twilio")];

/// `{"a":1}`, compressed with gzip.
const GZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xabVJT\xb22\xac\x05\x00\xaf\xac\x1bV\x07\x00\x00\x00";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("editing::twilio_sdk_accepts_an_edited_sms", SDKS, twilio_sdk_accepts_an_edited_sms),
        trial("editing::plivo_sdk_accepts_an_edited_message", SDKS, plivo_sdk_accepts_an_edited_message),
        trial("editing::a_secret_that_was_taken_out_is_asked_for", &[], a_secret_that_was_taken_out_is_asked_for),
        trial("editing::a_compressed_body_is_sent_as_it_came", &[], a_compressed_body_is_sent_as_it_came),
        trial("editing::changes_outlast_the_editor", &[], changes_outlast_the_editor),
        trial("editing::line_ends_stay_as_they_came", &[], line_ends_stay_as_they_came),
    ]
}

fn twilio_sdk_accepts_an_edited_sms() {
    let (app, port) = express();
    let inspected = Inspected::twilio(port, &[]);
    let page = Page::open(&inspected.web);
    let form = "AccountSid=ACf3a1c0d2e4b59687a0b1c2d3e4f5a6b7&Body=Hi&From=%2B15550100&To=%2B15550199";
    assert_eq!(inspected.deliver(&signed(TOKEN, "/twilio-behind-a-proxy", form)).status(), 200);
    assert_eq!(app.line()["body"]["Body"], "Hi");

    open_editor(&page);
    page.fill("[aria-label='Value of Body']", "Hello from the replay!");
    page.until_text(".preview", "Hello from the replay!");
    page.press(".dialog-foot", "Send");
    page.until("document.querySelectorAll('.side.accepted').length === 2");
    page.until_text(".side:last-child", "200");
    let reached = app.line();
    assert_eq!(reached["reached"], "/twilio-behind-a-proxy");
    assert_eq!(reached["body"]["Body"], "Hello from the replay!");
    assert_eq!(reached["body"]["From"], "+15550100");
    page.until("document.querySelector('.result-diff')?.ariaBusy !== 'true' && document.querySelector('.same-answer, .result-diff h4')");
    page.shot("editor");

    // The same with the signature that came: nobody accepts it.
    page.click("input[value='as-captured'] + label");
    page.press(".dialog-foot", "Send");
    page.until_text(".side.refused", "403");
    page.click("input[value='fresh'] + label");
    page.press(".dialog-foot", "Send");
    page.until("document.querySelectorAll('.side.accepted').length === 2");
    assert_eq!(app.line()["body"]["Body"], "Hello from the replay!");
    page.press(".answer", "Open the replay");
    page.until_text(".related", "the original");
    page.until_text("#detail .pairs", "Hello from the replay!");
    assert_eq!(page.complaints(), [""; 0]);
}

fn plivo_sdk_accepts_an_edited_message() {
    let (app, port) = express();
    let mut command = countersign();
    command.args(["http", &format!("127.0.0.1:{port}"), "--verify-webhook", "plivo"]);
    // The app takes the URL from its request, whose scheme is http.
    command.args(["--url", "http://hooks.example.com"]).env("PLIVO_AUTH_TOKEN", TOKEN);
    let inspected = Inspected::start(&mut command);
    let message = SignedRequest::post(&PLIVO, "http://hooks.example.com/plivo")
        .form([("From", "15550100"), ("Text", "Hi"), ("To", "15550199"), ("Type", "sms")])
        .secret(TOKEN)
        .build()
        .unwrap();
    let mut text = "POST /plivo HTTP/1.1\r\n".to_owned();
    for (name, value) in message.headers() {
        text += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    text = text + "\r\n" + std::str::from_utf8(message.body()).unwrap();
    let page = Page::open(&inspected.web);
    assert_eq!(inspected.deliver(&text).status(), 200);
    assert_eq!(app.line()["body"]["Text"], "Hi");

    open_editor(&page);
    page.fill("[aria-label='Value of Text']", "Hello from the replay!");
    page.press(".dialog-foot", "Send");
    page.until("document.querySelectorAll('.side.accepted').length === 2");
    page.until_text(".side:last-child", "200");
    assert_eq!(app.line()["body"]["Text"], "Hello from the replay!");
    assert_eq!(page.complaints(), [""; 0]);
}

fn a_secret_that_was_taken_out_is_asked_for() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", &format!("Body=Hi&Key={TOKEN}")));
    app.received();
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.until_text("#detail h3", "signed by Twilio");
    // As it was kept it cannot be sent; the editor says what is missing, and where.
    page.press(".actions", "Replay");
    page.until_text(".toast", "a secret was taken out of the body");
    page.press(".toast", "Edit it");
    page.until_text(".form-problem", "taken out of the field “Key”");
    page.fill("[aria-label='Value of Body']", "Hello");
    page.until_text(".preview", "Hello");
    page.until_text(".form-problem", "taken out of the field “Key”");
    page.fill("[aria-label='Value of Key']", "another");
    page.until("document.querySelector('.form-problem').innerText === ''");
    page.until("!document.querySelector('.dialog-foot .primary').disabled");
    page.press(".dialog-foot", "Send");
    page.until("document.querySelectorAll('.side.accepted').length === 2");
    assert_eq!(app.received().message.body(), b"Body=Hello&Key=another");
    assert!(app.has_nothing_more());
}

fn a_compressed_body_is_sent_as_it_came() {
    let app = App::answering(
        [b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 27\r\n\r\n", GZIPPED].concat(),
    );
    let inspected = Inspected::start(countersign().args(["http", &app.port.to_string()]));
    let mut delivery =
        b"POST /in HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 27\r\n\r\n".to_vec();
    delivery.extend(GZIPPED);
    assert_eq!(Wire::connect(inspected.proxy.address).ask(delivery).status(), 200);
    assert_eq!(app.received().message.body(), GZIPPED);
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.press(".actions", "Replay with modifications");
    page.until_text("dialog.editor", "compressed (gzip)");
    page.until_text(".preview", "Nothing is changed yet");
    page.fill(".edit-line div:nth-child(2) input", "/other");
    page.until_text(".preview", "/other");
    page.press(".dialog-foot", "Send");
    page.until_text(".same-answer", "equal");
    let again = app.received().message;
    assert_eq!((&*again.start, again.body()), ("POST /other HTTP/1.1", GZIPPED.to_vec()));
    assert_eq!(page.complaints(), [""; 0]);
}

fn line_ends_stay_as_they_came() {
    let app = App::ok();
    let inspected = Inspected::start(countersign().args(["http", &app.port.to_string()]));
    let body = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--x--\r\n";
    let deliver = |content_type: &str, body: &str| {
        let length = body.len();
        inspected.deliver(&format!(
            "POST /in HTTP/1.1\r\nHost: h\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        app.received();
    };
    deliver("multipart/form-data; boundary=x", body);
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.press(".actions", "Replay with modifications");
    page.until("document.querySelector('dialog.editor .code-input')?.value");
    // As typing does: the element itself knows only LF.
    page.get(
        "(() => {
          const area = document.querySelector('dialog.editor .code-input');
          area.value = area.value.replace('one', 'two');
          area.dispatchEvent(new InputEvent('input'));
        })()",
    );
    page.until_text(".preview", "two");
    page.press(".dialog-foot", "Send");
    page.until_text(".result", "200");
    assert_eq!(app.received().message.body(), body.replace("one", "two").as_bytes());

    page.keys([ESCAPE]);
    page.until("!document.querySelector('dialog')");
    deliver("application/x-www-form-urlencoded", "Body=a%0D%0Ab&x=1");
    page.go(&inspected.web, "/");
    page.click(".row[aria-posinset='1']");
    page.press(".actions", "Replay with modifications");
    page.fill("[aria-label='Value of Body']", "c\nd");
    page.until_text(".preview", "d");
    page.press(".dialog-foot", "Send");
    page.until_text(".result", "200");
    assert_eq!(app.received().message.body(), b"Body=c%0D%0Ad&x=1");
}

fn changes_outlast_the_editor() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi&From=1"));
    let page = Page::open(&inspected.web);
    let body = "[aria-label='Value of Body']";
    open_editor(&page);
    assert_eq!(page.get("document.querySelector('.editor-side .edit-head .button').checkVisibility()"), false);
    page.fill(body, "a long and careful text");
    page.keys([ESCAPE]);
    page.until("!document.querySelector('dialog')");
    page.press(".actions", "Replay with modifications");
    page.until_text(".preview", "a long and careful text");
    assert_eq!(page.get(&format!("document.querySelector(\"{body}\").value")), "a long and careful text");
    page.press(".editor-side", "Start over");
    page.until_text(".preview", "Nothing is changed yet");
    assert_eq!(page.get(&format!("document.querySelector(\"{body}\").value")), "Hi");
    page.keys([ESCAPE]);
    page.until("!document.querySelector('dialog')");
    page.press(".actions", "Replay with modifications");
    page.until_text(".preview", "Nothing is changed yet");
    assert_eq!(page.complaints(), [""; 0]);
}

fn open_editor(page: &Page) {
    page.click(".row[data-verdict=accepted]");
    page.until_text("#detail h3", "signed by");
    page.press(".actions", "Replay with modifications");
    page.until("document.querySelector('dialog.editor')?.open");
}

/// An app whose handlers come after the official SDKs' own validation.
fn express() -> (Process, u16) {
    let mut command = Command::new("node");
    command.arg(in_repository("tests/sdk/express.js")).env("TWILIO_AUTH_TOKEN", TOKEN).env("NODE_ENV", "production");
    command.stderr(Stdio::null());
    let app = Process::start(command);
    let port = app.line()["port"].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    (app, port)
}
