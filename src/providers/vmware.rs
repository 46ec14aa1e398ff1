//! VMware Workspace ONE UEM: HTTP Basic credentials; nothing is signed.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use zeroize::Zeroizing;

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    crypto::Tokens,
    request::{RequestHead, WebhookRequest},
    scheme::Options,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// VMware Workspace ONE UEM, now Omnissa: HTTP Basic credentials. **Nothing is signed.**
///
/// * **How sure this is**: the one source is ngrok's guide, which has a user name and a password on the rule. No page
///   of the maker describes the request: that it is HTTP Basic is inferred.
/// * **Header**: `Authorization: Basic …`, user and password compared as one text, in constant time.
/// * **What it does not cover**: the body, the URL, the time. Whoever sees one request can send others: TLS must reach
///   up to the verifier.
/// * **Replay protection**: none.
/// * **Refusals** are 401 with `WWW-Authenticate: Basic`: the sender may wait for it before it shows its credentials.
/// * **Secret**: `user::password`, as the rule has them: Groups & Settings, All Settings, System, Advanced, API, Event
///   Notifications, the rule. It is split at the first `::`.
///
/// Source: <https://ngrok.com/docs/integrations/webhooks/vmware-webhooks>
pub static VMWARE: Provider = Provider {
    id: "vmware",
    aliases: &["vmware_workspace", "workspace_one", "omnissa"],
    name: "VMware Workspace ONE",
    docs: "https://ngrok.com/docs/integrations/webhooks/vmware-webhooks",
    status: Status::Renamed,
    confidence: Confidence::Low,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "VMWARE_WEBHOOK_CREDENTIALS",
        location: "Groups & Settings > All Settings > System > Advanced > API > Event Notifications > the rule",
        format: EXPECTED,
    },
    summary: "HTTP Basic credentials; nothing is signed (inferred)",
    pitfalls: &[
        "nothing covers the body: TLS must reach up to the verifier",
        "the secret is user::password, with two colons, not what the header holds",
        "the sender may wait for a 401 before it sends its credentials",
    ],
    options: &[],
    scheme: ProviderScheme::Custom(&Scheme),
};

const EXPECTED: &str = "user::password, the user without a colon";

/// Verifies the deliveries of VMware Workspace ONE UEM. See [`VMWARE`].
#[derive(Debug)]
pub struct Vmware(Tokens);

impl Vmware {
    /// A verifier with one pair of credentials or several, each written `user::password`.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when one is written otherwise, or its user or password is empty.
    pub fn new<S>(credentials: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = credentials.try_into().map_err(Into::into)?;
        let tokens = Tokens::decoded(&secrets, credentials_of);
        tokens.map(Self).ok_or(ConfigError::MalformedSecret { provider: VMWARE.id, expected: EXPECTED })
    }
}

impl WebhookVerifier for Vmware {
    fn provider(&self) -> &'static str {
        VMWARE.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        presented(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let index = self.0.find(&presented(request.head())?).ok_or(RejectionKind::SignatureMismatch)?;
        Ok(Verdict::Accept(Verified::new(VMWARE.id, self.0.secret(index))))
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::new(secrets.clone())?))
    }

    fn refusal_status(&self) -> StatusCode {
        StatusCode::UNAUTHORIZED
    }

    fn shape_refusal(&self, response: &mut Response<Bytes>) {
        let challenge = HeaderValue::from_static("Basic realm=\"webhook\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
}

/// The decoded credentials.
fn presented(head: &RequestHead<'_>) -> Result<Zeroizing<Vec<u8>>, Rejection> {
    let value = head.header(&header::AUTHORIZATION)?.filter(|value| !value.is_empty());
    let value = value.ok_or(RejectionKind::MissingSignature)?;
    let blank = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, encoded) = value.split_at(blank);
    if !scheme.eq_ignore_ascii_case(b"basic") {
        return Err(RejectionKind::UnsupportedAlgorithm.into());
    }
    let decoded = STANDARD.decode(encoded.trim_ascii()).map(Zeroizing::new);
    decoded.ok().filter(|decoded| decoded.contains(&b':')).ok_or_else(|| RejectionKind::MalformedSignature.into())
}

/// `user:password` as RFC 7617 has it. A user with a colon could not be told from its password.
fn credentials_of(secret: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let at = secret.windows(2).position(|pair| pair == b"::")?;
    let (user, password) = (secret.get(..at)?, secret.get(at + 2..)?);
    if user.is_empty() || user.contains(&b':') || password.is_empty() {
        return None;
    }
    let mut text = Zeroizing::new(Vec::with_capacity(secret.len()));
    text.extend_from_slice(user);
    text.push(b':');
    text.extend_from_slice(password);
    Some(text)
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["authorization"]
    }

    fn verifier(&self, secrets: &Secrets, _: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Vmware::new(secrets.clone())?))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        _: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let credentials = credentials_of(secret.expose()).ok_or(SignError::MalformedSecret)?;
        let mut signed = Signed::default();
        signed.header(header::AUTHORIZATION, &format!("Basic {}", STANDARD.encode(&*credentials)))?;
        Ok(signed)
    }
}
