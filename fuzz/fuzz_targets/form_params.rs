//! Forms are read, sorted and decoded as a slow reference does it, in one piece or in many.

#![no_main]

use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::STANDARD};
use countersign::{
    WebhookVerifier,
    providers::{plivo::Plivo, twilio::Twilio},
    request::WebhookRequest,
    verifier::Context,
};
use countersign_fuzz::{
    message::{Message, frames},
    reference,
};
use http::{HeaderMap, HeaderValue, Method};
use libfuzzer_sys::fuzz_target;

const SECRET: &[u8] = b"a token";
const URL: &str = "https://a.example/in";

#[derive(Arbitrary, Debug)]
struct Case<'a> {
    frame: u8,
    /// Repeats the form, for the sizes at which buffers fill and sorting changes its ways.
    times: u8,
    flip: (u16, u8),
    form: &'a [u8],
}

fuzz_target!(|case: Case<'_>| {
    let mut body = case.form.repeat(usize::from(case.times).max(1));
    body.truncate(1500);
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let mut message = Message { method: Method::POST, url: URL.to_owned(), headers, body };

    let Some(params) = reference::twilio_params(&message) else { return };
    let tag = reference::sha1(SECRET, &[URL.as_bytes(), &params].concat());
    message.headers.insert("x-twilio-signature", header(&tag));
    if let Some(content) = reference::plivo_content(&message) {
        message
            .headers
            .insert("x-plivo-signature-v3", header(&reference::sha256(SECRET, &[&content[..], b".1"].concat())));
        message.headers.insert("x-plivo-signature-v3-nonce", HeaderValue::from_static("1"));
        agree(&Plivo::new("a token").expect("a verifier"), "plivo", &message, &case);
    }
    agree(&Twilio::new("a token").expect("a verifier"), "twilio", &message, &case);
});

fn agree(verifier: &dyn WebhookVerifier, id: &str, message: &Message, case: &Case<'_>) {
    let accepted = |body: &[u8], frame: usize| {
        let split = frames(body, frame);
        let pieces = WebhookRequest::new(&message.method, URL, &message.headers, &split[..]);
        let whole = WebhookRequest::new(&message.method, URL, &message.headers, body);
        let outcome = verifier.verify(&whole, &Context::default()).is_ok();
        assert_eq!(outcome, verifier.verify(&pieces, &Context::default()).is_ok(), "{id}: frames matter");
        outcome
    };
    assert!(accepted(&message.body, usize::from(case.frame)), "{id} refuses its own form");

    let mut changed = message.body.clone();
    let Some(byte) = changed.get_mut(usize::from(case.flip.0)) else { return };
    *byte ^= case.flip.1;
    let changed =
        Message { method: Method::POST, url: URL.to_owned(), headers: message.headers.clone(), body: changed };
    let due = reference::accepts(id, &changed, &[SECRET.to_vec()]);
    assert_eq!(Some(accepted(&changed.body, usize::from(case.frame))), due, "{id}: a changed form");
}

fn header(tag: &[u8]) -> HeaderValue {
    HeaderValue::from_str(&STANDARD.encode(tag)).expect("a header value")
}
