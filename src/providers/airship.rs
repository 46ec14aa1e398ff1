//! Airship: HMAC-SHA256 of `{time}:{body}`, in hex, where the body may have been compressed after it was signed.

use std::{borrow::Cow, io::Read, sync::Arc};

use flate2::bufread::GzDecoder;
use http::{Method, header};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Airship open channels: HMAC-SHA256 of `{time}:{body}`, in hex.
///
/// * **Headers**: `X-UA-SIGNATURE`, and the time in `X-UA-TIMESTAMP` as it stands there.
/// * **Signed**: the time, `:`, the raw body; nothing after the colon for a GET. With `Content-Encoding: gzip` it is
///   the decompressed body (at most 8 MiB of it, one gzip member and nothing after it). The app is given the bytes
///   that came.
/// * **Time window**: 300 s on either side, as in Airship's sample server; the option `tolerance_s` changes it.
/// * **Challenge**: when a channel is saved, Airship sends a signed GET to `…/validate`. With the option
///   `confirmation_code`, which the dashboard shows after saving, it is answered here once its signature was found
///   right; without the option it goes on to the app.
/// * **Secret**: Settings, Channels, Open Channels, Edit, Authentication: Signature (Hash), Secret Key. The other ways
///   of authentication have no signature and are refused.
///
/// Source: <https://docs.airship.com/platform/open/getting-started/>
pub static AIRSHIP: Provider = Provider {
    id: "airship",
    aliases: &["urban_airship"],
    name: "Airship",
    docs: "https://docs.airship.com/platform/open/getting-started/",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(300),
    challenge: true,
    secret: SecretInfo {
        env: "AIRSHIP_SECRET_KEY",
        location: "Settings > Channels > Open Channels > Edit > Authentication: Signature (Hash) > Secret Key",
        format: "chosen by you; 64 hexadecimal digits are suggested, used as text",
    },
    summary: "HMAC-SHA256 of the time and the raw body, decompressed",
    pitfalls: &[
        "bodies may come compressed: they are signed before that",
        "the validation is a GET with an empty body and is signed all the same",
        "the webhook root has two children, /push and /validate",
    ],
    options: &[
        OptionSpec {
            name: "confirmation_code",
            kind: OptionKind::Text,
            help: "The code that the dashboard shows after saving: validations are answered with it.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Timestamp, Part::Literal(":"), Part::Body],
    Signature::hex(&["x-ua-signature"], Format::Bare),
)
.timestamp(Timestamp::header(&["x-ua-timestamp"]).tolerance_secs(300))
.check();

/// Verifies Airship's deliveries. See [`AIRSHIP`].
pub struct Airship {
    scheme: SchemeVerifier,
    options: Options,
    confirmation_code: Option<Box<str>>,
}

impl Airship {
    /// A verifier with one secret key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(&keys.try_into().map_err(Into::into)?, Options::new())
    }

    /// The code that the dashboard shows after saving: validations are answered with it.
    #[must_use]
    pub fn confirmation_code(mut self, code: impl Into<Box<str>>) -> Self {
        self.confirmation_code = Some(code.into());
        self
    }

    fn with_options(secrets: &Secrets, options: Options) -> Result<Self, ConfigError> {
        let scheme = SchemeVerifier::with_options(AIRSHIP.id, &RECIPE, secrets, options.clone())?;
        Ok(Self { scheme, confirmation_code: options.text("confirmation_code").map(Box::from), options })
    }
}

impl WebhookVerifier for Airship {
    fn provider(&self) -> &'static str {
        AIRSHIP.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.scheme.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        // Before anything is decompressed: most strangers end here.
        self.scheme.verify_head(request.head())?;
        let body = signed_body(request)?;
        let verdict = self.scheme.verify(&WebhookRequest::from_head(*request.head(), (&body[..]).into()), context)?;
        Ok(match (&self.confirmation_code, &verdict) {
            (Some(code), Verdict::Accept(_)) if is_validation(request.head()) => {
                Verdict::Answer(Box::new(answers::json(&[("confirmation_code", code)])))
            }
            _ => verdict,
        })
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::with_options(secrets, self.options.clone())?;
        Ok(Arc::new(Self { confirmation_code: self.confirmation_code.clone(), ..fresh }))
    }
}

impl std::fmt::Debug for Airship {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Airship").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

fn is_validation(head: &RequestHead<'_>) -> bool {
    let path = head.url().candidates().next().map(|url| url.path()[1]);
    head.method() == Method::GET && path.is_some_and(|path| path.ends_with("/validate"))
}

/// What Airship signed: the body before it was compressed.
///
/// It lives until the verdict and is bounded, so that there is at most one for each thread.
fn signed_body<'a>(request: &WebhookRequest<'a>) -> Result<Cow<'a, [u8]>, Rejection> {
    let body = request.body().contiguous();
    match request.header(&header::CONTENT_ENCODING)? {
        Some(encoding) if encoding.eq_ignore_ascii_case(b"gzip") => {
            gunzip(&body).map(Cow::Owned).ok_or_else(|| RejectionKind::MalformedBody.into())
        }
        _ => Ok(body),
    }
}

/// One gzip member. What follows it would reach the app unsigned, and a second member is read by some and not by
/// others.
fn gunzip(compressed: &[u8]) -> Option<Vec<u8>> {
    let mut decoder = GzDecoder::new(compressed);
    let mut plain = Vec::new();
    decoder.by_ref().take(MAX_PLAIN + 1).read_to_end(&mut plain).ok()?;
    (plain.len() as u64 <= MAX_PLAIN && decoder.into_inner().is_empty()).then_some(plain)
}

/// Eight times the default limit on what arrives.
const MAX_PLAIN: u64 = 8 * 1024 * 1024;

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-ua-signature"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Airship::with_options(secrets, options.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let body = signed_body(request)?;
        RECIPE.sign(secret, &WebhookRequest::from_head(*request.head(), (&body[..]).into()), context)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn only_one_whole_member() {
        let member = gzip(b"{}");
        assert_eq!(gunzip(&member).as_deref(), Some(&b"{}"[..]));
        assert_eq!(gunzip(&[member.clone(), b"x".to_vec()].concat()), None, "something after it");
        assert_eq!(gunzip(&[member.clone(), member.clone()].concat()), None, "a second member");
        assert_eq!(gunzip(&member[..member.len() - 1]), None, "cut short");
        assert_eq!(gunzip(b"{}"), None, "not compressed");
    }

    #[test]
    fn a_bomb_is_refused() {
        let most = vec![0; MAX_PLAIN as usize];
        assert_eq!(gunzip(&gzip(&most)).map(|plain| plain.len()), Some(most.len()));
        assert_eq!(gunzip(&gzip(&[most, vec![0]].concat())), None);
    }
}
