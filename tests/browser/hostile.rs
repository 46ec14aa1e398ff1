//! What strangers send shows as text, wherever it stands.

use libtest_mimic::Trial;
use serde_json::json;

use super::page::{ESCAPE, Page};
use crate::{
    support::{App, Wire, countersign},
    trial,
    web::Inspected,
};

const SCRIPT: &str =
    "<script>window.__pwned=1;document.title='pwned';alert(1)</script><img src=x onerror=window.__pwned=1>";

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("hostile::captures_show_as_text", &[], captures_show_as_text)]
}

fn captures_show_as_text() {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Answer: {SCRIPT}\r\nSet-Cookie: a={SCRIPT}\r\nContent-Length: {}\r\n\r\n{SCRIPT}",
        SCRIPT.len()
    );
    let app = App::answering(answer);
    let inspected = Inspected::start(countersign().args(["http", &app.port.to_string()]));
    let page = Page::open(&inspected.web);
    let title = page.get("document.title");
    let bodies = bodies();
    for (number, (content_type, body)) in bodies.iter().enumerate() {
        let mut message = format!(
            "POST /{number}/%3Cscript%3Ewindow.__pwned=1%3C/script%3E?'onerror='window.__pwned=1'&x=javascript:alert(1) HTTP/1.1\r\n\
             Host: hooks.example.com\r\nContent-Type: {content_type}\r\nX-Text: {SCRIPT}\r\nX-Github-Delivery: {SCRIPT}\r\n\
             User-Agent: \u{202e}{SCRIPT}\r\nContent-Length: {}\r\nX-Bytes: ",
            body.len()
        )
        .into_bytes();
        message.extend(b"\xff\xfe\x80\r\n\r\n");
        message.extend(body);
        assert_eq!(Wire::connect(inspected.proxy.address).ask(message).status(), 200);
        inspected.proxy.record();
        if number > 0 {
            page.until_text(".pill", "1 new");
            page.click(".pill");
        }
        page.until_text(".row[aria-posinset='1']", &format!("/{number}/"));
        page.click(".row[aria-posinset='1']");
        page.until_text("#detail h2", &format!("/{number}/"));
        look_everywhere(&page);
        assert_eq!(page.get("window.__pwned ?? null"), json!(null), "{content_type}");
        let made = "#work :is(script, img, iframe, object, embed, a[href^='javascript:']), dialog :is(script, img)";
        assert_eq!(page.count(made), 0, "{content_type}");
    }
    page.shot("hostile");
    // What turns the direction of writing is named, not obeyed.
    let text = page.get("document.querySelector('#work').textContent").as_str().unwrap().to_owned();
    assert!(text.contains("<script>window.__pwned=1;"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
    assert_eq!(page.get("document.title.replace(/^\\(\\d+\\) /, '')"), title);
    assert_eq!(page.complaints(), [""; 0]);

    page.fill(".search-input", SCRIPT);
    page.until("document.querySelectorAll('.row').length > 1");
    page.go(&inspected.web, "/status");
    page.until_text(".tiles", "requests since the start");
    assert_eq!(page.complaints(), [""; 0]);
}

/// Both messages, each way of showing a body, and the editor.
fn look_everywhere(page: &Page) {
    page.until("document.querySelector('.messages .request .body')?.innerText");
    for side in ["response", "request"] {
        page.click(&format!("#tab-{side}"));
        let modes = page.count(&format!("#panel-{side} .segments button"));
        for mode in 0..modes {
            let pressed = format!("[...document.querySelectorAll('#panel-{side} .segments button')][{mode}]");
            page.get(&format!("{pressed}?.click()"));
            page.until(&format!("{pressed}?.ariaPressed === 'true'"));
            page.until(&format!("document.querySelector('#panel-{side} .body').innerText.length > 0"));
        }
    }
    page.press(".actions", "Replay with modifications");
    page.until("document.querySelector('dialog.editor .preview')?.innerText");
    page.get("document.querySelectorAll('dialog details').forEach((it) => { it.open = true; })");
    page.keys([ESCAPE]);
    page.until("!document.querySelector('dialog')");
}

/// Content types and bodies, each bad in its own way.
fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let controls: String = (0..0x20).chain([0x7f]).map(|code| char::from(code as u8)).collect();
    let encoded = form_urlencoded::byte_serialize(SCRIPT.as_bytes()).collect::<String>();
    vec![
        ("text/html", SCRIPT.into()),
        ("application/x-www-form-urlencoded", format!("{encoded}={encoded}&Body=%E2%80%AEevil&%00=%ff%fe").into_bytes()),
        ("application/json", json!({ SCRIPT: SCRIPT, "__proto__": { "constructor": SCRIPT } }).to_string().into_bytes()),
        ("application/json", [vec![b'['; 200_000], vec![b']'; 200_000]].concat()),
        ("application/xml", format!("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><Response><Say>{SCRIPT}&b;</Say></Response>").into_bytes()),
        ("image/svg+xml", format!("<svg xmlns='http://www.w3.org/2000/svg' onload='window.__pwned=1'>{SCRIPT}</svg>").into_bytes()),
        ("text/plain; charset=utf-8", [b"\xff\xfe\xc3\x28 ", controls.as_bytes(), "\u{202e}\u{2066}abc\u{feff}".as_bytes(), SCRIPT.as_bytes()].concat()),
    ]
}
