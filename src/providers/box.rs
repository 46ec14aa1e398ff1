//! Box: HMAC-SHA256 of the raw body and the time, in base64.

use std::{fmt::Write as _, sync::Arc};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, WebhookVerifier,
    request::{RequestHead, WebhookRequest},
    scheme::{
        Format, OptionKind, OptionSpec, Options, Part, Recipe, SchemeVerifier, Signature, TOLERANCE, Timestamp,
        TimestampUnit,
    },
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Box (webhooks V2): HMAC-SHA256 of the raw body and the time, in base64.
///
/// * **Headers**: `BOX-SIGNATURE-PRIMARY` and `BOX-SIGNATURE-SECONDARY`, made with two keys; either may be absent, any
///   may match. `BOX-SIGNATURE-VERSION` must be `1` and `BOX-SIGNATURE-ALGORITHM` `HmacSHA256`. The time is in
///   `BOX-DELIVERY-TIMESTAMP`, RFC 3339.
/// * **Signed**: the raw body, then the time as it stands in its header, with nothing between them.
/// * **Time window**: 600 s on either side; the option `tolerance_s` changes it.
/// * **Replay protection**: the window; the body's `id` stays the same on a retry, `BOX-DELIVERY-ID` does not and is
///   not signed.
/// * **Secret**: Developer Console, the app, Webhooks, Manage signature keys: give both keys.
/// * **Bodies that were written anew**: Box sends ASCII with `\u` escapes. If something on the way replaces them with
///   the characters themselves, nothing verifies, unless the option `box_escape_fallback` has the body tried in the
///   escaped form too.
///
/// V1 webhooks are not signed and are refused.
///
/// Source: <https://developer.box.com/guides/webhooks/v2/signatures-v2>
pub static BOX: Provider = Provider {
    id: "box",
    aliases: &[],
    name: "Box",
    docs: "https://developer.box.com/guides/webhooks/v2/signatures-v2",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Secs(600),
    challenge: false,
    secret: SecretInfo {
        env: "BOX_SIGNATURE_KEY",
        location: "Developer Console > the app > Webhooks > Manage signature keys (primary and secondary)",
        format: "the text as shown; two of them",
    },
    summary: "HMAC-SHA256 of the raw body and the time",
    pitfalls: &[
        "there are two keys, so that one can be rotated: give both",
        "the body is ASCII with escapes: JSON that was parsed and written again does not verify",
        "the id in the body stays the same on a retry, BOX-DELIVERY-ID does not",
    ],
    options: &[
        OptionSpec {
            name: "box_escape_fallback",
            kind: OptionKind::Bool,
            help: "Try bodies with characters beyond ASCII in their escaped form, too.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

const RECIPE: Recipe = Recipe::hmac_sha256(
    &[Part::Body, Part::Timestamp],
    Signature::base64(&["box-signature-primary", "box-signature-secondary"], Format::Bare).in_any_header(),
)
.require(&[("box-signature-version", "1"), ("box-signature-algorithm", "HmacSHA256")])
.timestamp(Timestamp::header(&["box-delivery-timestamp"]).unit(TimestampUnit::Rfc3339).tolerance_secs(600))
.delivery_id(&["box-delivery-id"])
.check();

/// Verifies Box's deliveries. See [`BOX`].
pub struct BoxWebhooks {
    inner: Arc<dyn WebhookVerifier>,
    escape_fallback: bool,
}

impl BoxWebhooks {
    /// A verifier with one signature key or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a key is empty.
    pub fn new<S>(keys: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(&keys.try_into().map_err(Into::into)?, &Options::new())
    }

    fn with_options(keys: &Secrets, options: &Options) -> Result<Self, ConfigError> {
        let inner = SchemeVerifier::with_options(BOX.id, &RECIPE, keys, options.clone())?;
        Ok(Self { inner: Arc::new(inner), escape_fallback: options.is_on("box_escape_fallback") })
    }

    /// Tries bodies with characters beyond ASCII in their escaped form, too: what reached us is then not what Box
    /// signed, but the same JSON text.
    #[must_use]
    pub fn escape_fallback(mut self) -> Self {
        self.escape_fallback = true;
        self
    }
}

impl WebhookVerifier for BoxWebhooks {
    fn provider(&self) -> &'static str {
        self.inner.provider()
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.inner.verify_head(head)
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let verdict = self.inner.verify(request, context);
        if self.escape_fallback
            && verdict.as_ref().is_err_and(|rejection| rejection.kind() == RejectionKind::SignatureMismatch)
            && let Some(escaped) = escape(&request.body().contiguous())
        {
            return self.inner.verify(&WebhookRequest::from_head(*request.head(), escaped.as_str().into()), context);
        }
        verdict
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self { inner: self.inner.with_secrets(secrets)?, escape_fallback: self.escape_fallback }))
    }
}

impl std::fmt::Debug for BoxWebhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxWebhooks").field("escape_fallback", &self.escape_fallback).finish_non_exhaustive()
    }
}

/// The text with characters beyond ASCII as JSON's escapes; `None` if there are none, or if it is no text.
fn escape(body: &[u8]) -> Option<String> {
    let text = str::from_utf8(body).ok().filter(|text| !text.is_ascii())?;
    let mut escaped = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        }
    }
    Some(escaped)
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["box-signature-primary", "box-signature-secondary"]
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(BoxWebhooks::with_options(secrets, options)?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        RECIPE.sign(secret, request, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        assert_eq!(escape("{'a':'é😀'}".as_bytes()).as_deref(), Some(r"{'a':'\u00e9\ud83d\ude00'}"));
        assert_eq!(escape(b"{}"), None);
        assert_eq!(escape(&[0xff]), None);
    }
}
