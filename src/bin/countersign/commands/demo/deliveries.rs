//! The deliveries: what a provider sends, and what others try.

use countersign::{
    RejectionKind, Secret,
    clock::{Clock, SystemClock, UnixTime},
    providers,
    request::WebhookRequest,
    scheme::{Options, SigningContext},
};
use http::{HeaderMap, HeaderValue, Method, header};

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
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    /// The reason of the refusal that is due; none if it is to be accepted.
    pub(super) expected: Option<RejectionKind>,
}

pub(super) fn deliveries(provider: DemoProvider) -> Result<Vec<Delivery>, Failure> {
    let genuine = body(provider);
    let forged = genuine.replace("two", "two+hundred");
    let signed = sign(provider, TOKEN, PUBLIC_URL, genuine)?;
    let unsigned = signed.iter().filter(|(name, _)| *name == header::CONTENT_TYPE);
    let unsigned = unsigned.map(|(name, value)| (name.clone(), value.clone())).collect();
    let mut retry = signed.clone();
    if provider == DemoProvider::Twilio {
        retry.insert("i-twilio-idempotency-token", HeaderValue::from_static("d1c3a6f0-7c33-4d0b-9f3e-1f0a1b8f5c11"));
    }
    let mismatch = Some(RejectionKind::SignatureMismatch);
    Ok(vec![
        Delivery {
            title: "A genuine text message",
            lesson: "The signature covers the public URL and every parameter. The app gets the same bytes.",
            headers: signed.clone(),
            body: genuine.to_owned(),
            expected: None,
        },
        Delivery {
            title: "Its body changed on the way",
            lesson: "Two guests became two hundred: the signature is about another body.",
            headers: signed,
            body: forged,
            expected: mismatch,
        },
        Delivery {
            title: "Somebody who found the URL",
            lesson: "No signature: refused before the body is read.",
            headers: unsigned,
            body: genuine.to_owned(),
            expected: Some(RejectionKind::MissingSignature),
        },
        Delivery {
            title: "Signed with another account's token",
            lesson: "A real signature, by somebody else. During a rotation two of your own tokens can count.",
            headers: sign(provider, "another account's token", PUBLIC_URL, genuine)?,
            body: genuine.to_owned(),
            expected: mismatch,
        },
        Delivery {
            title: "Meant for another host",
            lesson: "Signed for https://other.example.com with your token: --url makes the difference.",
            headers: sign(provider, TOKEN, "https://other.example.com", genuine)?,
            body: genuine.to_owned(),
            expected: mismatch,
        },
        Delivery {
            title: "The first one again: a retry",
            lesson: "Accepted: providers do retry, and these signatures hold no time. Make handlers idempotent.",
            headers: retry,
            body: genuine.to_owned(),
            expected: None,
        },
    ])
}

/// The headers of a delivery to `origin`, signed as the provider signs.
fn sign(provider: DemoProvider, token: &str, origin: &str, body: &str) -> Result<HeaderMap, Failure> {
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, form)]);
    let url = format!("{origin}{PATH}");
    let request = WebhookRequest::new(&Method::POST, url.as_str(), &headers, body);
    let now = SystemClock.now().unwrap_or(UnixTime::from_millis(0));
    let context = SigningContext { now, delivery_id: "05429567804466091622" };
    let signed = providers::by_id(provider.id())?
        .sign(&Secret::new(token)?, &Options::new(), &request, &context)
        .map_err(Failure::running)?;
    signed.apply(&mut headers);
    Ok(headers)
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
