//! The deliveries: what a provider sends, and what others try.

use bytes::Bytes;
use countersign::{RejectionKind, providers, sign::SignedRequest};
use http::Request;

use crate::{cli::DemoProvider, errors::Failure};

/// The demo's auth token. It protects nothing.
pub(super) const TOKEN: &str = "12345678901234567890123456789012";
/// Where the provider believes the app to be.
pub(super) const PUBLIC_URL: &str = "https://hooks.example.com";
/// The path of all deliveries.
pub(super) const PATH: &str = "/sms";

/// One delivery.
pub(super) struct Delivery {
    pub(super) title: &'static str,
    /// What is to be learned from it.
    pub(super) lesson: &'static str,
    pub(super) request: Request<Bytes>,
    /// The reason of the refusal that is due; none if it is to be accepted.
    pub(super) expected: Option<RejectionKind>,
}

pub(super) fn deliveries(provider: DemoProvider) -> Result<Vec<Delivery>, Failure> {
    let genuine = build(provider, PUBLIC_URL)?.secret(TOKEN).build().map_err(Failure::running)?;
    let genuine_again = genuine.clone();
    let forged = body(provider).replace("two", "two+hundred");
    let mut changed = build(provider, PUBLIC_URL)?.body(forged).unsigned().map_err(Failure::running)?;
    for (name, value) in signing_headers(&genuine) {
        changed.headers_mut().insert(name.clone(), value.clone());
    }
    let mismatch = Some(RejectionKind::SignatureMismatch);
    let built = |request: Result<Request<Bytes>, _>| request.map_err(Failure::running);
    Ok(vec![
        Delivery {
            title: "A genuine text message",
            lesson: "The signature covers the public URL and every parameter. The app gets the same bytes.",
            request: genuine,
            expected: None,
        },
        Delivery {
            title: "Its body changed on the way",
            lesson: "Two guests became two hundred: the signature is about another body.",
            request: changed,
            expected: mismatch,
        },
        Delivery {
            title: "Somebody who found the URL",
            lesson: "No signature: refused before the body is read.",
            request: built(build(provider, PUBLIC_URL)?.unsigned())?,
            expected: Some(RejectionKind::MissingSignature),
        },
        Delivery {
            title: "Signed with another account's token",
            lesson: "A real signature, by somebody else. During a rotation two of your own tokens can count.",
            request: built(build(provider, PUBLIC_URL)?.secret("another account's token").build())?,
            expected: mismatch,
        },
        Delivery {
            title: "Meant for another host",
            lesson: "Signed for https://other.example.com with your token: --url makes the difference.",
            request: built(build(provider, "https://other.example.com")?.secret(TOKEN).build())?,
            expected: mismatch,
        },
        Delivery {
            title: "The first one again: a retry",
            lesson: "Accepted: providers do retry, and these signatures hold no time. Make handlers idempotent.",
            request: genuine_again,
            expected: None,
        },
    ])
}

/// The headers that belong to the signature.
pub(super) fn signing_headers(
    request: &Request<Bytes>,
) -> impl Iterator<Item = (&http::HeaderName, &http::HeaderValue)> {
    request.headers().iter().filter(|(name, _)| name.as_str().contains("-signature"))
}

fn build(provider: DemoProvider, origin: &str) -> Result<SignedRequest<'static>, Failure> {
    let request = SignedRequest::post(providers::by_id(provider.id())?, format!("{origin}{PATH}"))
        .header("host", "hooks.example.com")
        .header("content-type", "application/x-www-form-urlencoded");
    let request = match provider {
        DemoProvider::Plivo => request.delivery_id("05429567804466091622"),
        DemoProvider::Twilio => request.header("i-twilio-idempotency-token", "d1c3a6f0-7c33-4d0b-9f3e-1f0a1b8f5c11"),
    };
    Ok(request.body(body(provider)))
}

fn body(provider: DemoProvider) -> &'static str {
    match provider {
        DemoProvider::Plivo => {
            "From=15558675310&To=15557122661&Type=sms&Text=A+table+for+two%2C+please%21\
             &MessageUUID=1f2a6b9c-0d6e-11ef-9262-0242ac110002"
        }
        DemoProvider::Twilio => {
            "ToCountry=US&MessageSid=SM1f0e8ae6ade43cb3c0ce4525424e404f&NumMedia=0\
             &Body=A+table+for+two%2C+please%21&From=%2B15558675310&To=%2B15557122661\
             &AccountSid=AC0123456789abcdef0123456789abcdef&ApiVersion=2010-04-01"
        }
    }
}
