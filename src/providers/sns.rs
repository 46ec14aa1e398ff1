//! Amazon SNS: RSA over members of the JSON body; the key in a certificate that the body names.

mod pinned;

use std::{borrow::Cow, sync::Arc, time::Duration};

use http::{HeaderValue, Response};

use super::{
    Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, answers, paypal::certificates,
};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::{RsaHash, decode_strict_base64, sha1, sha256},
    key_source::{KeySource, ProviderKey},
    request::WebhookRequest,
    scheme::{
        OptionKind, OptionSpec, Options, TOLERANCE,
        json::Object,
        timestamp::{TimestampUnit, check_window},
    },
    verdict::SecretMatch,
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// Amazon SNS (HTTP and HTTPS subscriptions): RSA with SHA-256 or SHA-1 over members of the JSON body, in base64.
///
/// Needs the feature `x509`.
///
/// * **Where**: in the body: `Signature`, `SignatureVersion` (`1`: SHA-1, `2`: SHA-256; both are in use), `SigningCertURL`.
///   No header is signed, `x-amz-sns-…` ones neither.
/// * **Signed**: `Message`, `MessageId`, `Subject`, `SubscribeURL`, `Timestamp`, `Token`, `TopicArn` and `Type`, as far as
///   a message of its type has them. `MessageAttributes` and `UnsubscribeURL` are **not** signed.
///   A member whose name is one of these but for the case of letters is refused.
/// * **Account**: anybody with an AWS account gets right signatures, for topics of their own. So the "secret" is the AWS
///   account that owns the topic (12 digits), or the whole ARN of the topic; others are refused.
/// * **Certificate**: its URL must be `https://sns.<region>.amazonaws.com/SimpleNotificationService-<32 hex>.pem` (`.com.cn`
///   in China), which is narrower than AWS's own pattern. The library fetches nothing: give it the certificates
///   ([`KeySource`], or the option `certificates`); the binary fetches them. Checked are its dates and that it was made out to SNS; its chain is
///   not: that it came over TLS from AWS's host is what vouches for it, so the fetch must check TLS.
/// * **Replay protection**: `Timestamp` (the time of publishing) is signed, but retries may come for days and no window
///   is checked, unless the option `tolerance_s` sets one. `MessageId` is signed and the same for every retry.
/// * **Subscriptions**: a confirmation is passed on to the app, which may fetch its `SubscribeURL`. With the option
///   `auto_confirm` it is answered with an empty 200 instead, whose extensions hold a [`ConfirmSubscription`]: the fetch
///   that is due (the binary makes it). `UnsubscribeConfirmation` is never confirmed, since that would subscribe again.
/// * **Raw message delivery** has no signature and is refused.
///
/// Source: <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>
pub static SNS: Provider = Provider {
    id: "sns",
    aliases: &["amazon_sns", "aws_sns"],
    name: "Amazon SNS",
    docs: "https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::Open,
    challenge: true,
    secret: SecretInfo {
        env: "SNS_TOPIC_OWNER",
        location: "AWS console > SNS > Topics > the topic > Topic owner, or its ARN",
        format: "the AWS account id of 12 digits, or the topic's ARN",
    },
    summary: "RSA over members of the JSON body, and the topic's owner",
    pitfalls: &[
        "anybody with an AWS account gets right signatures: the topic's owner must be compared",
        "raw message delivery is not signed",
        "UnsubscribeURL and MessageAttributes are not signed",
        "the content type is text/plain although the body is JSON",
    ],
    options: &[
        OptionSpec {
            name: "auto_confirm",
            kind: OptionKind::Bool,
            help: "Answer subscription confirmations and ask for the GET that confirms them.",
        },
        OptionSpec {
            name: "certificates",
            kind: OptionKind::Map,
            help: "Certificates in PEM by the URL that SigningCertURL names.",
        },
        TOLERANCE,
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Amazon SNS's deliveries. See [`SNS`].
pub struct Sns {
    owners: Vec<(Owner, Option<Arc<str>>)>,
    keys: Arc<dyn KeySource>,
    auto_confirm: bool,
    tolerance: Option<Duration>,
}

/// A subscription that is to be confirmed: an HTTP GET of the URL does it.
///
/// It is in the extensions of the answer to a verified confirmation. The URL was signed by AWS, and is `https` on a host
/// of SNS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfirmSubscription {
    url: String,
}

impl ConfirmSubscription {
    /// The URL to get.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Whose topics are accepted.
#[derive(Clone, Debug)]
enum Owner {
    Account(String),
    /// Any account's topics.
    Anybody,
    Topic(String),
}

impl Owner {
    fn parse(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?;
        if is_account(text) {
            Some(Self::Account(text.to_owned()))
        } else {
            account_of(text).map(|_| Self::Topic(text.to_owned()))
        }
    }

    fn owns(&self, topic: &str) -> bool {
        match self {
            Self::Account(account) => account_of(topic) == Some(account),
            Self::Anybody => account_of(topic).is_some(),
            Self::Topic(own) => own == topic,
        }
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The account in `arn:<partition>:sns:<region>:<account>:<topic>`.
fn account_of(topic: &str) -> Option<&str> {
    let mut fields = topic.split(':');
    let (arn, _partition, service, _region) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let (account, name) = (fields.next()?, fields.next()?);
    let fits = arn == "arn" && service == "sns" && is_account(account) && !name.is_empty() && fields.next().is_none();
    fits.then_some(account)
}

/// The kinds of messages, and which of their members are signed, in order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Notification,
    SubscriptionConfirmation,
    UnsubscribeConfirmation,
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "Notification" => Self::Notification,
            "SubscriptionConfirmation" => Self::SubscriptionConfirmation,
            "UnsubscribeConfirmation" => Self::UnsubscribeConfirmation,
            _ => return None,
        })
    }

    /// What is signed under any of the kinds.
    const SIGNED: &'static [&'static str] =
        &["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

    const fn signed_members(self) -> &'static [&'static str] {
        match self {
            Self::Notification => &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
            Self::SubscriptionConfirmation | Self::UnsubscribeConfirmation => {
                &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
            }
        }
    }
}

impl Sns {
    /// A verifier for topics of these owners: AWS account ids or topic ARNs. Certificates come from `keys`, by their URL.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when an owner is neither.
    pub fn new<S>(owners: S, keys: Arc<dyn KeySource>) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets: Secrets = owners.try_into().map_err(Into::into)?;
        let owners = secrets
            .iter()
            .map(|secret| Some((Owner::parse(secret.expose())?, secret.label_text().map(Arc::from))))
            .collect::<Option<_>>();
        let expected = "an AWS account id of 12 digits, or a topic's ARN";
        let owners = owners.ok_or(ConfigError::MalformedSecret { provider: SNS.id, expected })?;
        Ok(Self { owners, keys, auto_confirm: false, tolerance: None })
    }

    /// **Accepts what any AWS account publishes**, by its own topics, at this endpoint. Certificates come from `keys`.
    ///
    /// For trying things out, and for apps that compare `TopicArn` themselves. Do not combine it with
    /// [`auto_confirm`](Self::auto_confirm): strangers could subscribe the endpoint to their topics.
    #[must_use]
    pub fn dangerous_any_owner(keys: Arc<dyn KeySource>) -> Self {
        Self { owners: vec![(Owner::Anybody, None)], keys, auto_confirm: false, tolerance: None }
    }

    /// Answers subscription confirmations, and puts a [`ConfirmSubscription`] into the answer's extensions.
    #[must_use]
    pub fn auto_confirm(mut self) -> Self {
        self.auto_confirm = true;
        self
    }

    /// How far the time of publishing may lie from now, on either side. Not checked unless set.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    fn owner_of(&self, topic: &str) -> Option<SecretMatch> {
        let index = self.owners.iter().position(|(owner, _)| owner.owns(topic))?;
        let label = self.owners.get(index).and_then(|(_, label)| label.clone());
        Some(SecretMatch { index, label })
    }
}

/// A message whose members were read, nothing about its signature known yet.
struct Message<'a> {
    object: &'a Object<'a>,
    kind: Kind,
    hash: RsaHash,
    signature: Vec<u8>,
    certificate_url: Cow<'a, str>,
    topic: Cow<'a, str>,
}

impl<'a> Message<'a> {
    fn read(object: &'a Object<'a>) -> Result<Self, Rejection> {
        let signature = object.text("Signature").filter(|text| !text.is_empty());
        let signature = signature.ok_or(RejectionKind::MissingSignature)?;
        let hash = match object.text("SignatureVersion").as_deref() {
            Some("1") => RsaHash::Sha1,
            Some("2") => RsaHash::Sha256,
            _ => return Err(RejectionKind::UnsupportedAlgorithm.into()),
        };
        let signature = decode_strict_base64(signature.as_bytes()).ok_or(RejectionKind::MalformedSignature)?;
        let certificate_url = object.text("SigningCertURL").filter(|url| pinned::is_certificate(url));
        let certificate_url = certificate_url.ok_or(RejectionKind::MalformedSignature)?;
        let kind = object.text("Type").and_then(|text| Kind::parse(&text)).ok_or(RejectionKind::MalformedBody)?;
        let topic = object.text("TopicArn").ok_or(RejectionKind::MalformedBody)?;
        if object.has_lookalike(Kind::SIGNED) {
            return Err(RejectionKind::MalformedBody.into());
        }
        Ok(Self { object, kind, hash, signature, certificate_url, topic })
    }

    /// The signed text.
    fn content(&self) -> Result<Vec<u8>, Rejection> {
        let mut content = Vec::new();
        for name in self.kind.signed_members() {
            let Some(value) = self.object.get(name).filter(|value| !value.is_null()) else { continue };
            let value = value.text().ok_or(RejectionKind::MalformedBody)?;
            // Lines separate the members: one in a value could move text from the message into another member.
            if *name != "Message" && value.contains('\n') {
                return Err(RejectionKind::MalformedBody.into());
            }
            for piece in [name, "\n", &value, "\n"] {
                content.extend_from_slice(piece.as_bytes());
            }
        }
        Ok(content)
    }

    fn check_signature(&self, key: &ProviderKey, context: &Context) -> Result<(), Rejection> {
        let certificate = key.as_certificate().ok_or(RejectionKind::NoSecret)?;
        let now = context.now().ok_or(RejectionKind::ClockUnavailable)?;
        if self.signature.len() != certificate.key().signature_length() {
            return Err(RejectionKind::MalformedSignature.into());
        }
        if !certificate.is_valid_at(now) || !certificate.names().any(pinned::is_holder) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        let content = self.content()?;
        let content = std::iter::once(&content[..]);
        let fits = match self.hash {
            RsaHash::Sha1 => certificate.key().verify(self.hash, &sha1(content), &self.signature),
            RsaHash::Sha256 => certificate.key().verify(self.hash, &sha256(content), &self.signature),
        };
        if fits { Ok(()) } else { Err(RejectionKind::SignatureMismatch.into()) }
    }

    fn published_at(&self) -> Result<UnixTime, Rejection> {
        let text = self.object.text("Timestamp").ok_or(RejectionKind::TimestampMissing)?;
        TimestampUnit::Rfc3339.parse(text.as_bytes()).ok_or_else(|| RejectionKind::TimestampMalformed.into())
    }
}

/// The head decides nothing: everything that is signed is in the body.
impl WebhookVerifier for Sns {
    fn provider(&self) -> &'static str {
        SNS.id
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        let body = request.body().contiguous();
        let object = Object::parse(&body).ok_or(RejectionKind::MalformedBody)?;
        let message = Message::read(&object)?;
        // Before any key is looked up: strangers have topics too.
        let owner = self.owner_of(&message.topic).ok_or(RejectionKind::SignatureMismatch)?;
        let key = self.keys.key(&message.certificate_url).ok_or(RejectionKind::NoSecret)?;
        message.check_signature(&key, context)?;
        let published_at = message.published_at()?;
        check_window(published_at, self.tolerance, context)?;
        if self.auto_confirm && message.kind == Kind::SubscriptionConfirmation {
            let url = object.text("SubscribeURL").filter(|url| pinned::is_confirmation(url));
            let url = url.ok_or(RejectionKind::MalformedBody)?.into_owned();
            let mut answer: Response<_> = answers::empty();
            answer.extensions_mut().insert(ConfirmSubscription { url });
            return Ok(Verdict::Answer(Box::new(answer)));
        }
        let id = object.text("MessageId").and_then(|id| HeaderValue::from_str(&id).ok());
        Ok(Verdict::Accept(Verified::new(SNS.id, owner).with_signed_at(Some(published_at)).with_delivery_id(id)))
    }

    fn missing_key(&self, request: &WebhookRequest<'_>) -> Option<String> {
        let body = request.body().contiguous();
        let object = Object::parse(&body)?;
        let message = Message::read(&object).ok()?;
        self.owner_of(&message.topic)?;
        self.keys.key(&message.certificate_url).is_none().then(|| message.certificate_url.into_owned())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone(), Arc::clone(&self.keys))?;
        Ok(Arc::new(Self { auto_confirm: self.auto_confirm, tolerance: self.tolerance, ..fresh }))
    }
}

impl std::fmt::Debug for Sns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sns")
            .field("auto_confirm", &self.auto_confirm)
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        self.verifier_with_keys(secrets, options, certificates(SNS.id, options)?)
    }

    fn verifier_with_keys(
        &self,
        secrets: &Secrets,
        options: &Options,
        keys: Arc<dyn KeySource>,
    ) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut sns = Sns::new(secrets.clone(), keys)?;
        sns.auto_confirm = options.is_on("auto_confirm");
        sns.tolerance = options.tolerance();
        Ok(Arc::new(sns))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        _: &Secret,
        _: &Options,
        _: &WebhookRequest<'_>,
        _: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        Err(SignError::ProviderOnly)
    }
}
