//! What a verifier decides: [`Verdict`] and [`Verified`], or a [`Rejection`] with its [`RejectionKind`].

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};

use crate::clock::UnixTime;

/// The outcome for a request that is not refused.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The provider sent this request: it goes on to the app.
    Accept(Verified),
    /// An endpoint challenge: this answer goes to the provider, the app is not asked.
    Answer(Box<Response<Bytes>>),
}

/// What is known of an accepted request. The layer puts it into the request's extensions.
///
/// ```
/// use countersign::Verified;
///
/// fn handler(request: http::Request<()>) -> String {
///     match request.extensions().get::<Verified>() {
///         Some(verified) => format!("from {}", verified.provider()),
///         None => "this route is not behind the layer".to_owned(),
///     }
/// }
/// # handler(http::Request::new(()));
/// ```
#[derive(Clone, Debug)]
pub struct Verified {
    pub(crate) provider: &'static str,
    pub(crate) secret: SecretMatch,
    pub(crate) signed_at: Option<UnixTime>,
    pub(crate) delivery_id: Option<HeaderValue>,
    pub(crate) url: Option<UrlMatch>,
}

/// Which of the configured secrets made the signature.
#[derive(Clone, Debug)]
pub(crate) struct SecretMatch {
    pub(crate) index: usize,
    pub(crate) label: Option<Arc<str>>,
}

/// The form of the public URL under which a signature over the URL matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlMatch {
    /// The scheme: `https`, `http`, `wss` or `ws`.
    pub scheme: &'static str,
    /// How the rest of the URL was written.
    pub form: UrlForm,
}

/// How a URL was written when its signature matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlForm {
    /// Byte for byte as it was requested.
    AsRequested,
    /// With the query as a legacy encoder writes it.
    LegacyQuery,
    /// Normalised as by the WHATWG URL standard.
    Normalised,
    /// With the scheme's standard port added.
    StandardPortAdded,
    /// With its port left out.
    WithoutPort,
}

impl UrlForm {
    /// The form as a kebab-case word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsRequested => "as-requested",
            Self::LegacyQuery => "legacy-query",
            Self::Normalised => "normalised",
            Self::StandardPortAdded => "standard-port-added",
            Self::WithoutPort => "without-port",
        }
    }
}

impl Verified {
    pub(crate) fn new(provider: &'static str, secret: SecretMatch) -> Self {
        Self { provider, secret, signed_at: None, delivery_id: None, url: None }
    }

    /// Names another position, for verifiers that hand only some of the secrets on.
    pub(crate) fn with_secret_index(mut self, index: usize) -> Self {
        self.secret.index = index;
        self
    }

    pub(crate) fn with_signed_at(mut self, time: Option<UnixTime>) -> Self {
        self.signed_at = time;
        self
    }

    pub(crate) fn with_delivery_id(mut self, id: Option<HeaderValue>) -> Self {
        self.delivery_id = id;
        self
    }

    pub(crate) fn with_url(mut self, url: UrlMatch) -> Self {
        self.url = Some(url);
        self
    }

    /// The provider's id, for example `twilio`.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.provider
    }

    /// The position, from 0, of the secret that matched.
    #[must_use]
    pub fn secret_index(&self) -> usize {
        self.secret.index
    }

    /// The label of the secret that matched, if it was given one.
    #[must_use]
    pub fn secret_label(&self) -> Option<&str> {
        self.secret.label.as_deref()
    }

    /// When the provider signed the request; `None` where the scheme has no time.
    #[must_use]
    pub fn signed_at(&self) -> Option<UnixTime> {
        self.signed_at
    }

    /// The delivery's id, if the provider sends one in a header. Not every provider signs it: see its page.
    #[must_use]
    pub fn delivery_id(&self) -> Option<&HeaderValue> {
        self.delivery_id.as_ref()
    }

    /// The URL form that matched; `None` where the scheme does not sign the URL.
    #[must_use]
    pub fn url(&self) -> Option<UrlMatch> {
        self.url
    }
}

/// Why a request was refused. Opaque: it holds the kind and nothing of the request, of a secret or of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    kind: RejectionKind,
}

impl Rejection {
    /// A rejection of the given kind: for verifiers of your own.
    #[must_use]
    pub const fn new(kind: RejectionKind) -> Self {
        Self { kind }
    }

    /// The reason.
    #[must_use]
    pub const fn kind(&self) -> RejectionKind {
        self.kind
    }
}

impl From<RejectionKind> for Rejection {
    fn from(kind: RejectionKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.explanation())
    }
}

impl std::error::Error for Rejection {}

macro_rules! rejection_kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:ident, $text:literal;)+) => {
        /// The reasons for a refusal.
        ///
        /// [`as_str`](Self::as_str) is the same word in logs, JSON, conformance vectors and documentation. The caller
        /// never learns it: whatever the reason about the signature, the answer is the same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $name,)+
        }

        impl RejectionKind {
            /// All kinds, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The kind as a kebab-case word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The status that the default answer has.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// The kind in a few words, for logs.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

rejection_kinds! {
    /// The body could not be read to its end: the client went away or broke the framing.
    BodyIncomplete = "body-incomplete", BAD_REQUEST, "the body ended too early";
    /// The body did not arrive in time.
    BodyTimeout = "body-timeout", REQUEST_TIMEOUT, "the body did not arrive in time";
    /// The body is larger than the limit.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "the body is larger than the limit";
    /// Too many bodies are being held at the moment.
    BufferExhausted = "buffer-exhausted", SERVICE_UNAVAILABLE, "too many bodies are being held at the moment";
    /// The scheme signs a time and the clock cannot tell what time it is.
    ClockUnavailable = "clock-unavailable", FORBIDDEN, "the clock cannot tell the time";
    /// The provider's published key could not be fetched.
    KeyUnavailable = "key-unavailable", SERVICE_UNAVAILABLE, "the provider's key could not be fetched";
    /// The body is not what the provider's scheme needs it to be.
    MalformedBody = "malformed-body", FORBIDDEN, "the body is not what the scheme needs it to be";
    /// The signature header cannot be read, or a header that belongs to it is absent.
    MalformedSignature = "malformed-signature", FORBIDDEN, "the signature cannot be read";
    /// There is no signature.
    MissingSignature = "missing-signature", FORBIDDEN, "there is no signature";
    /// No secret is known for this request.
    NoSecret = "no-secret", FORBIDDEN, "no secret is known for this request";
    /// The secret for this request could not be looked up.
    SecretUnavailable = "secret-unavailable", SERVICE_UNAVAILABLE, "the secret could not be looked up";
    /// The signature was not made over this request with any of the secrets.
    SignatureMismatch = "signature-mismatch", FORBIDDEN, "the signature does not match";
    /// The signed time cannot be read.
    TimestampMalformed = "timestamp-malformed", FORBIDDEN, "the timestamp cannot be read";
    /// There is no signed time.
    TimestampMissing = "timestamp-missing", FORBIDDEN, "there is no timestamp";
    /// The signed time lies further in the future than the tolerance allows.
    TimestampTooNew = "timestamp-too-new", FORBIDDEN, "the timestamp lies in the future";
    /// The signed time lies further in the past than the tolerance allows.
    TimestampTooOld = "timestamp-too-old", FORBIDDEN, "the timestamp is too old";
    /// An algorithm or version that is unknown, or a legacy one that was not allowed.
    UnsupportedAlgorithm = "unsupported-algorithm", FORBIDDEN, "the algorithm is unknown or not allowed";
    /// The scheme signs the URL and the public URL cannot be told.
    UrlUnknown = "url-unknown", FORBIDDEN, "the public URL cannot be told";
}

impl fmt::Display for RejectionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
