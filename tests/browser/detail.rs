//! One request: why it was refused, and sending it again.

use http::Method;
use libtest_mimic::Trial;

use super::page::Page;
use crate::{
    support::{App, TOKEN, signed, twilio_signature},
    trial,
    web::Inspected,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("detail::a_refused_delivery_says_why_and_what_helps", &[], a_refused_delivery_says_why_and_what_helps),
        trial("detail::replay_reaches_the_app", &[], replay_reaches_the_app),
        trial("detail::a_refused_delivery_is_not_signed_unasked", &[], a_refused_delivery_is_not_signed_unasked),
    ]
}

/// Signed for the tunnel's name, while the proxy was told another one.
pub(crate) fn signed_for_a_tunnel() -> String {
    let form = "AccountSid=ACf3a1c0d2e4b59687a0b1c2d3e4f5a6b7&Body=Where+is+my+order%3F&From=%2B15550100&MessageSid=SM5ef8732a3c49700934481addd5ce1659&To=%2B15550199";
    let signature = twilio_signature(TOKEN, &Method::POST, "https://quiet-river.example.net/sms", form);
    format!(
        "POST /sms HTTP/1.1\r\nHost: quiet-river.example.net\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         User-Agent: TwilioProxy/1.1\r\nI-Twilio-Idempotency-Token: 9f0c2f33-5d1c-4a55-8d1d-7be3f0a1c9d2\r\n\
         X-Twilio-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

fn a_refused_delivery_says_why_and_what_helps() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    let page = Page::open(&inspected.web);
    for (path, form) in [("/voice", "CallSid=CA1&Digits=1"), ("/sms", "Body=On+its+way&From=%2B15550100")] {
        inspected.deliver(&signed(TOKEN, path, form));
    }
    assert_eq!(inspected.deliver(&signed_for_a_tunnel()).status(), 403);
    inspected.deliver(&signed(TOKEN, "/status", "MessageStatus=delivered&MessageSid=SM1"));
    page.until("document.querySelectorAll('.row').length === 4");
    page.click(".row[data-verdict=refused]");
    page.until_text(".verification.refused h3", "Refused");
    // The explanation is worked out after the answer was sent.
    page.until_text(".verification.refused .fix code", "--url https://quiet-river.example.net");
    page.until_text(".signed", "https://quiet-river.example.net/sms");
    page.until_text(".row[data-verdict=refused] .reason.named", "url");
    page.until_text(".status-badge", "403");
    page.shot("refused");
    assert_eq!(page.complaints(), [""; 0]);
    (0..3).for_each(|_| drop(app.received()));
    assert!(app.has_nothing_more());
}

fn replay_reaches_the_app() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms?a=1", "Body=Hi&From=%2B1"));
    let first = app.received().message;
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.press(".actions", "Replay");
    page.until_text(".toast", "Replayed: accepted, 200");
    let again = app.received().message;
    assert_eq!((&again.start, &again.raw), (&first.start, &first.raw));
    page.until_text(".related", "Replayed once");
    page.press(".toast", "Open");
    page.until_text(".related", "the original");
    page.until_text("#detail h3", "signed by Twilio");
    page.until("document.querySelectorAll('.row').length === 2");
    assert_eq!(page.complaints(), [""; 0]);
}

fn a_refused_delivery_is_not_signed_unasked() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed_for_a_tunnel());
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.until_text("#detail h3", "Refused");
    // As it came it is refused again.
    page.press(".actions", "Replay");
    page.until_text(".toast", "Replayed: refused, 403");

    page.press(".actions", "Replay with modifications");
    page.until_text("dialog.editor .consent", "Sign it although it arrived unverified");
    page.press(".dialog-foot", "Send");
    page.until_text(".form-problem", "this request arrived unverified");
    assert!(app.has_nothing_more());
    page.click(".consent input");
    page.press(".dialog-foot", "Send");
    page.until_text(".side.accepted", "200");
    assert!(app.received().message.text().contains("Where+is+my+order"));
    assert_eq!(page.complaints(), [""; 0]);
}
