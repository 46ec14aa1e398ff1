//! Deliveries as Twilio and Plivo send them: all that is easy to get wrong is in one of them.

use crate::delivery::{Delivery, Scheme};

/// Twilio's.
pub(crate) fn twilio() -> Vec<(&'static str, Delivery)> {
    vec![
        ("form", post(Scheme::Twilio, "/sms").form("ToCountry=US&From=%2B15017122661&Body=Hello%2C+it%27s+me&NumMedia=0")),
        (
            "form-with-empty-repeated-and-unicode-values",
            post(Scheme::Twilio, "/sms?x=it's&y=%7B%22a%22%7D&z").form(
                "Body=%C3%BCber+%F0%9F%8E%88+%E6%97%A5%E6%9C%AC&Empty=&Media=b&Media=a&Media=b&Plus=%2B&Percent=%25&a%20b=c%20d",
            ),
        ),
        ("get", get(Scheme::Twilio, "/voice?CallSid=CA1&From=%2B15017122661&Digits=1+2&e=")),
        ("form-at-an-odd-url", post(Scheme::Twilio, "/a//b/./c;v=1/%7e%2F?q=[1]|{2}&x=%c3%bc&y=a+b%20c&&y&=%&y=a?b").form("Body=1")),
        ("json-with-body-hash", post(Scheme::Twilio, "/events?v=1").json("{\"text\": \"über \\u00fc 🎈\",\r\n \"n\": 1.0}")),
        ("json-with-body-hash-alone", post(Scheme::Twilio, "/events").json("[]")),
    ]
}

/// Plivo's.
pub(crate) fn plivo() -> Vec<(&'static str, Delivery)> {
    vec![
        ("get", get(Scheme::PlivoV3, "/answer?From=%2B14155550123&To=15&Event=StartApp&b=2&a=1&a=0&e=")),
        ("get-without-query", get(Scheme::PlivoV3, "/answer")),
        ("post", post(Scheme::PlivoV3, "/sms").form("From=14155550123&Text=Hello%2C+it%27s+me&Units=1")),
        ("post-with-query", post(Scheme::PlivoV3, "/sms?b=2&a=1%2B1&c=").form("To=1&Text=&From=2&To=0")),
        (
            "post-with-unicode",
            post(Scheme::PlivoV3, "/sms").form("Text=%C3%BCber+%F0%9F%8E%88+%E6%97%A5&%C3%BC=1&Plus=%2B&a%20b=c%20d"),
        ),
        ("post-without-body", post(Scheme::PlivoV3, "/hangup?x=1")),
    ]
}

/// Copies, each with one byte changed: of the path, the query, the body, the signature, the nonce.
pub(crate) fn one_byte_changed(delivery: &Delivery) -> Vec<Delivery> {
    let mut copies = Vec::new();
    let mut copy = |change: &dyn Fn(&mut Delivery)| {
        let mut copy = delivery.clone();
        change(&mut copy);
        copies.push(copy);
    };
    let path_end = delivery.url.len() - delivery.target().len() + delivery.path().len();
    copy(&|copy| copy.url.replace_range(path_end - 1..path_end, "x"));
    if delivery.query().is_some_and(|query| !query.is_empty()) {
        copy(&|copy| copy.url.replace_range(path_end + 1..path_end + 2, "Q"));
    }
    if let Some(last) = delivery.body.len().checked_sub(1) {
        copy(&|copy| copy.body[last] ^= 1);
    }
    let replaced = if delivery.signature.starts_with('A') { "B" } else { "A" };
    copy(&|copy| copy.signature.replace_range(..1, replaced));
    if delivery.scheme != Scheme::Twilio {
        copy(&|copy| copy.nonce.replace_range(..1, "x"));
    }
    copies
}

fn post(scheme: Scheme, target: &str) -> Delivery {
    Delivery::new(scheme, "POST", &format!("https://hooks.example.com{target}"))
}

fn get(scheme: Scheme, target: &str) -> Delivery {
    Delivery::new(scheme, "GET", &format!("https://hooks.example.com{target}"))
}
