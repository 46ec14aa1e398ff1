//! How an outgoing request is signed: as its provider would, or wrong in a chosen way.
//!
//! Nothing here sends. `send` and replays hand a request in, and get it back signed, together with what was done or the
//! reason why it cannot be.

use std::{fmt, time::Duration};

use bytes::Bytes;
use clap::ValueEnum;
use countersign::{
    RejectionKind, Secret, Secrets, Verdict,
    clock::UnixTime,
    providers::{Provider, TimeWindow},
    request::WebhookRequest,
    scheme::Options,
    sign::{self, SignError, Signed, SigningContext},
    verifier::Context,
};
use http::Request;
use serde::{Deserialize, Serialize};

/// Which signature a request goes out with. The same words serve the command line and the inspector's API.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignMode {
    /// The one that it came with
    #[allow(dead_code, reason = "what was never captured cannot have it: a replay can")]
    AsCaptured,
    /// A right one that is older than the provider's window
    Expired,
    /// A right one, made now
    #[default]
    Fresh,
    /// One of the right form, made with another key
    Wrong,
}

/// Who signs, and with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signatory<'a> {
    pub(crate) provider: &'static Provider,
    pub(crate) secret: &'a Secret,
    pub(crate) options: &'a Options,
}

/// What was done.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    /// What signing wrote; empty where the request was left alone.
    pub(crate) signed: Signed,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Expired { ago: Duration },
    Fresh,
    LeftAlone,
    Wrong,
}

/// Why it cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cannot {
    /// The provider signs no time.
    NeverExpires { provider: &'static str },
    /// The provider signs a time, and no window is known after which it is too old.
    NoWindow { provider: &'static str },
    /// Only the provider has the private key.
    ProviderOnly { provider: &'static str },
    /// The secret, or the request, does not fit the scheme.
    Sign(SignError),
}

impl SignMode {
    /// Signs `request`, which the provider requests at the public `url`, in this way. What fails changes nothing.
    pub(crate) fn apply(
        self,
        by: &Signatory<'_>,
        url: &str,
        request: &mut Request<Bytes>,
        context: &SigningContext<'_>,
    ) -> Result<Done, Cannot> {
        match self {
            Self::AsCaptured => Ok(Done { signed: Signed::default(), what: What::LeftAlone }),
            Self::Expired => by.sign_expired(url, request, context),
            Self::Fresh => Ok(Done { signed: by.sign(by.secret, url, request, context)?, what: What::Fresh }),
            Self::Wrong => {
                let signed = by.sign(&sign::other_secret(by.secret), url, request, context)?;
                Ok(Done { signed, what: What::Wrong })
            }
        }
    }
}

impl fmt::Display for SignMode {
    /// The word of the command line and the API.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.write_str(value.get_name()))
    }
}

impl Signatory<'_> {
    /// What a receiver with the same secret and options says at the time `now`.
    pub(crate) fn verdict(&self, url: &str, request: &Request<Bytes>, now: UnixTime) -> Result<(), RejectionKind> {
        let secrets = Secrets::from(self.secret.clone());
        // What signs with a secret verifies with it.
        let verifier = self.provider.verifier(secrets, self.options).map_err(|_| RejectionKind::SignatureMismatch)?;
        let view = WebhookRequest::new(request.method(), url, request.headers(), &request.body()[..]);
        let verdict = verifier.verify_head(view.head()).and_then(|()| verifier.verify(&view, &Context::at(Some(now))));
        match verdict {
            Ok(Verdict::Accept(_) | Verdict::Answer(_)) => Ok(()),
            Ok(_) => Err(RejectionKind::SignatureMismatch),
            Err(rejection) => Err(rejection.kind()),
        }
    }

    fn sign(
        &self,
        secret: &Secret,
        url: &str,
        request: &mut Request<Bytes>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, Cannot> {
        sign::resign(self.provider, secret, self.options, url, request, context).map_err(|error| match error {
            SignError::ProviderOnly => Cannot::ProviderOnly { provider: self.provider.name },
            error => Cannot::Sign(error),
        })
    }

    fn sign_expired(
        &self,
        url: &str,
        request: &mut Request<Bytes>,
        context: &SigningContext<'_>,
    ) -> Result<Done, Cannot> {
        let window = match (self.options.tolerance(), self.provider.time_window) {
            (Some(tolerance), _) => tolerance,
            (None, TimeWindow::Secs(secs)) => Duration::from_secs(secs),
            (None, _) => Duration::ZERO,
        };
        let ago = window + LATE;
        let millis = i64::try_from(ago.as_millis()).unwrap_or(i64::MAX);
        let then = UnixTime::from_millis(context.now.as_millis().saturating_sub(millis).max(0));
        let mut expired = request.clone();
        let signed = self.sign(self.secret, url, &mut expired, &SigningContext { now: then, ..*context })?;
        // Options choose among schemes, and not all of a provider's sign a time: the verifier knows.
        let signed_url = signed.url.as_deref().unwrap_or(url);
        if self.verdict(signed_url, &expired, context.now).is_ok() {
            let provider = self.provider.name;
            return Err(match self.provider.time_window {
                TimeWindow::Open => Cannot::NoWindow { provider },
                _ => Cannot::NeverExpires { provider },
            });
        }
        *request = expired;
        Ok(Done { signed, what: What::Expired { ago } })
    }
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Expired { ago } => write!(f, "signed as of {} s ago", ago.as_secs()),
            What::Fresh => f.write_str("signed anew"),
            What::LeftAlone => f.write_str("the signature is the one that it came with"),
            What::Wrong => f.write_str("signed with another key"),
        }
    }
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverExpires { provider } => {
                write!(f, "{provider} signs no time: its deliveries cannot expire")
            }
            Self::NoWindow { provider } => {
                write!(f, "{provider} names no time window: only with the option tolerance_s does a delivery expire")
            }
            Self::ProviderOnly { provider } => {
                write!(f, "only {provider} can sign its deliveries: the private key is theirs")
            }
            Self::Sign(error) => error.fmt(f),
        }
    }
}

/// How long after the end of its window an expired delivery comes. More than clocks differ, and less than a day, so
/// that a window that was set too wide shows.
const LATE: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use countersign::{providers, scheme::OptionValue};

    use super::*;

    const URL: &str = "https://hooks.example.com/in";

    /// The outcome of a mode, and what the receiver says.
    fn outcome(id: &str, secret: &str, options: &Options, mode: SignMode) -> Result<Result<(), RejectionKind>, Cannot> {
        let provider = providers::by_id(id).unwrap();
        let secret = Secret::new(secret).unwrap();
        let by = Signatory { provider, secret: &secret, options };
        let mut request = Request::post("/in")
            .header("content-type", "application/json")
            .header("stripe-signature", "t=1,v1=00")
            .body(Bytes::from("{}"))
            .unwrap();
        let now = UnixTime::from_secs(1_760_000_000).unwrap();
        let done = mode.apply(&by, URL, &mut request, &SigningContext { now, delivery_id: "1" })?;
        assert!(!done.to_string().is_empty());
        Ok(by.verdict(done.signed.url.as_deref().unwrap_or(URL), &request, now))
    }

    #[test]
    fn one_word_everywhere() {
        for mode in SignMode::value_variants() {
            let word = mode.to_string();
            assert_eq!(serde_json::to_value(mode).unwrap(), *word);
            assert_eq!(SignMode::from_str(&word, false).as_ref(), Ok(mode));
            assert!(["as-captured", "expired", "fresh", "wrong"].contains(&&*word));
        }
    }

    #[test]
    fn modes() {
        let none = Options::new();
        let svix = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for (id, secret) in [("stripe", "k"), ("svix", svix), ("github", "k"), ("twilio", "k"), ("linear", "k")] {
            assert_eq!(outcome(id, secret, &none, SignMode::Fresh), Ok(Ok(())), "{id}");
            assert!(matches!(outcome(id, secret, &none, SignMode::Wrong), Ok(Err(_))), "{id}");
        }
        let too_old = Ok(Err(RejectionKind::TimestampTooOld));
        assert_eq!(outcome("stripe", "k", &none, SignMode::Expired), too_old);
        assert_eq!(outcome("svix", svix, &none, SignMode::Expired), too_old);
        assert_eq!(outcome("linear", "k", &none, SignMode::Expired), too_old);
        // What it came with is refused, since nobody touched it.
        assert!(matches!(outcome("stripe", "k", &none, SignMode::AsCaptured), Ok(Err(_))));
    }

    #[test]
    fn what_cannot_be_done() {
        let none = Options::new();
        let error = outcome("github", "k", &none, SignMode::Expired).unwrap_err();
        assert_eq!(error.to_string(), "GitHub signs no time: its deliveries cannot expire");
        assert_eq!(outcome("mailgun", "k", &none, SignMode::Expired), Err(Cannot::NoWindow { provider: "Mailgun" }));
        let window = Options::new().with("tolerance_s", OptionValue::Secs(60));
        assert_eq!(outcome("mailgun", "k", &window, SignMode::Expired), Ok(Err(RejectionKind::TimestampTooOld)));
        // GitLab's signing token has a time, its secret token has none.
        assert_eq!(outcome("gitlab", "k", &none, SignMode::Expired), Err(Cannot::NeverExpires { provider: "GitLab" }));
        for mode in [SignMode::Fresh, SignMode::Wrong, SignMode::Expired] {
            assert_eq!(
                outcome("discord", "k", &none, mode).unwrap_err().to_string(),
                "only Discord can sign its deliveries: the private key is theirs"
            );
        }
        assert_eq!(outcome("svix", "whsec_!", &none, SignMode::Fresh), Err(Cannot::Sign(SignError::MalformedSecret)));
    }
}
