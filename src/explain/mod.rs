//! Why did it fail? The one change that would have made the signature match.
//!
//! A refusal says `signature-mismatch`, and days are lost: was it `http` where the provider signed `https`, the port, a
//! body that a parser wrote anew, the secret of the other endpoint? An [`Explainer`] is given the refused delivery, the
//! verifier's settings and every secret at hand, and searches for what would match, the likeliest first. Its
//! [`Finding`] names the difference by a [`Code`] and says what to do.
//!
//! ```
//! use countersign::{Explainer, PublicUrl, explain::{Code, Delivery}};
//! use http::{HeaderMap, HeaderValue, Method, Uri};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // The same things that the layer was made of.
//! let explainer = Explainer::provider(&countersign::providers::TWILIO, "2bc9e43f7a06d1b8c5f0e19d3a7b4c62")?
//!     .public_url(PublicUrl::fixed("http://10.0.0.7:3000")?);
//!
//! // What Twilio signed as https://hooks.example.com/sms, seen from behind a proxy.
//! let mut headers = HeaderMap::new();
//! headers.insert("x-forwarded-host", HeaderValue::from_static("hooks.example.com"));
//! headers.insert("x-twilio-signature", HeaderValue::from_static("LgzjTC+EG7+vXZZZtilkTv1upDs="));
//! let (method, uri) = (Method::GET, Uri::from_static("/sms"));
//!
//! let finding = explainer.explain(&Delivery::new(&method, &uri, &headers, b"")).expect("it is refused");
//! assert_eq!(finding.code, Code::UrlHost);
//! assert_eq!(
//!     finding.to_string(),
//!     "signature matches for https://hooks.example.com/sms → use --url https://hooks.example.com instead of the \
//!      configured URL"
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # Rules
//! 1. A match under a variant never becomes acceptance. An explainer answers people, not requests: it runs after the
//!    refusal, and nothing of a finding may reach the caller, for whom it would be an oracle.
//! 2. Every attempt goes through the verifier that serves real requests. Nothing is compared here.
//! 3. The work is bounded by a [`Budget`] of attempts and of time; large bodies get fewer kinds of variants.
//! 4. No secret and no expected signature is shown, nor a part of one. A secret goes by its label.
//! 5. A code is given for what was *found*. Where nothing matches, the finding is [`Code::NoMatch`] and no guess.
//!    [`Code::SchemeOtherProvider`] and [`Code::Unsigned`] may rest on the headers alone, and say so.
//!
//! # What is searched
//! | dimension | what is tried |
//! |---|---|
//! | URL | scheme, host (from every header that a proxy may have left), port, trailing and double slashes, mount prefix, query (order, encoding, parameters lost or added), userinfo, fragment; and these in pairs |
//! | body | newline at the end, line endings, byte order mark, JSON written anew, form written anew, trimmed or dropped values, compression, charset |
//! | secret | white space, quotes, prefixes, encodings, secrets of other routes and accounts |
//! | scheme | other versions and options of the provider, other providers' headers, another method |
//! | time | a right signature at a wrong time; see [`History`] for clocks that are wrong for every delivery |
//!
//! The [guide](crate::guide::explain) shows a service that logs findings in its refusal handler.

mod body;
mod budget;
mod code;
mod delivery;
mod explainer;
mod finding;
mod fix;
mod header;
mod render;
mod scheme;
mod search;
mod secret;
mod signed_view;
mod time;
mod url;

pub use self::{
    budget::{Budget, Ended},
    code::Code,
    delivery::Delivery,
    explainer::{Elsewhere, Explainer},
    finding::{Finding, Fix, Matched, Seen, Tried, Views},
    signed_view::{Difference, Place, Segment, SegmentKind, SignedView},
    time::History,
};
