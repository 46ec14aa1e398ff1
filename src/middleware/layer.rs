//! The layer and its options.

use std::{fmt, sync::Arc, time::Duration};

use tower_layer::Layer;

use super::{BufferBudget, OnRejection, VerifyWebhook};
use crate::{
    ConfigError, PublicUrl, Secrets, WebhookVerifier,
    clock::{Clock, SystemClock},
    key_fetcher::KeyFetcher,
    providers::{self, Provider},
    scheme::Options,
    secret::resolver::SecretResolver,
};

/// Verifies webhooks in front of a service. See the [module](super).
///
/// ```
/// use std::time::Duration;
///
/// use countersign::{PublicUrl, VerifyWebhookLayer};
///
/// # fn main() -> Result<(), countersign::ConfigError> {
/// // As it stands:
/// let layer = VerifyWebhookLayer::stripe("whsec_4eC39HqLyjWDarjtT1zdp7dc");
///
/// // Customised: a secret that is being rotated, the URL as Twilio's console has it, larger bodies.
/// let layer = VerifyWebhookLayer::twilio(["the new auth token", "the old one"])
///     .public_url(PublicUrl::fixed("https://hooks.example.com")?)
///     .max_body(4 << 20)
///     .body_timeout(Duration::from_secs(10));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct VerifyWebhookLayer {
    settings: Arc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) verifier: Arc<dyn WebhookVerifier>,
    pub(super) resolver: Option<Arc<dyn SecretResolver>>,
    pub(super) key_fetcher: Option<Arc<dyn KeyFetcher>>,
    pub(super) public_url: PublicUrl,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tolerance: Option<Duration>,
    pub(super) max_body: usize,
    pub(super) body_timeout: Duration,
    pub(super) budget: BufferBudget,
    pub(super) on_rejection: Option<Arc<dyn OnRejection>>,
    pub(super) observe_only: bool,
}

impl VerifyWebhookLayer {
    /// The default of [`max_body`](Self::max_body): 1 MiB.
    pub const DEFAULT_MAX_BODY: usize = 1 << 20;
    /// The default of [`body_timeout`](Self::body_timeout): 15 s, the longest that providers wait for an answer.
    pub const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(15);

    /// A layer for any verifier: a configured one such as [`Plivo`](crate::providers::plivo::Plivo), or your own.
    pub fn new(verifier: impl WebhookVerifier + 'static) -> Self {
        Self {
            settings: Arc::new(Settings {
                verifier: Arc::new(verifier),
                resolver: None,
                key_fetcher: None,
                public_url: PublicUrl::default(),
                clock: Arc::new(SystemClock),
                tolerance: None,
                max_body: Self::DEFAULT_MAX_BODY,
                body_timeout: Self::DEFAULT_BODY_TIMEOUT,
                budget: BufferBudget::default(),
                on_rejection: None,
                observe_only: false,
            }),
        }
    }

    /// A layer for any of the [`providers`], with its strict defaults.
    ///
    /// With some of the provider's [options](Provider::options):
    ///
    /// ```
    /// use countersign::{VerifyWebhookLayer, providers, scheme::{OptionValue, Options}};
    ///
    /// let options = Options::new().with("answer_ssl_check", OptionValue::Bool(true));
    /// let layer = VerifyWebhookLayer::new(providers::SLACK.verifier("the signing secret", &options)?);
    /// # let _ = layer;
    /// # Ok::<(), countersign::ConfigError>(())
    /// ```
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty or not one of the provider's.
    pub fn provider<S>(provider: &Provider, secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Ok(Self::new(provider.verifier(secrets, &Options::new())?))
    }

    /// Takes the public URL from somewhere else than the request's own authority.
    pub fn public_url(self, public_url: PublicUrl) -> Self {
        self.set(|settings| settings.public_url = public_url)
    }

    /// Takes the secrets from a look-up by the request, for endpoints with many tenants, instead of the layer's own.
    ///
    /// A verifier of your own must implement [`WebhookVerifier::with_secrets`], or every request is refused.
    pub fn secret_resolver(self, resolver: impl SecretResolver + 'static) -> Self {
        self.set(|settings| settings.resolver = Some(Arc::new(resolver)))
    }

    /// Has published keys that the verifier misses fetched while the delivery waits, instead of refusing it.
    ///
    /// The fetcher must be able to reach what the verifier asks for keys: see [`key_fetcher`](crate::key_fetcher).
    pub fn key_fetcher(self, fetcher: impl KeyFetcher + 'static) -> Self {
        self.set(|settings| settings.key_fetcher = Some(Arc::new(fetcher)))
    }

    /// How far a signed time may lie from now, on either side, instead of the provider's own window.
    ///
    /// Schemes without a signed time take no notice.
    pub fn tolerance(self, tolerance: Duration) -> Self {
        self.set(|settings| settings.tolerance = Some(tolerance))
    }

    /// The largest body in bytes; more is answered with 413, before it is read where its length is declared.
    pub fn max_body(self, bytes: usize) -> Self {
        self.set(|settings| settings.max_body = bytes)
    }

    /// How long the whole body may take; later is answered with 408.
    ///
    /// The clock is tokio's: a body that is not there at once needs a tokio runtime with time enabled.
    pub fn body_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.body_timeout = timeout)
    }

    /// Shares a bound on all bodies that are held at one time with other layers.
    pub fn buffer_budget(self, budget: BufferBudget) -> Self {
        self.set(|settings| settings.budget = budget)
    }

    /// Replaces the answer to refused requests.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use countersign::{Rejection, VerifyWebhookLayer};
    /// use http::{Response, StatusCode};
    ///
    /// let layer = VerifyWebhookLayer::github("a secret").on_rejection(|rejection: &Rejection| {
    ///     eprintln!("refused: {}", rejection.kind());
    ///     let mut response = Response::new(Bytes::new());
    ///     *response.status_mut() = StatusCode::UNAUTHORIZED;
    ///     response
    /// });
    /// # let _ = layer;
    /// ```
    pub fn on_rejection(self, on_rejection: impl OnRejection + 'static) -> Self {
        self.set(|settings| settings.on_rejection = Some(Arc::new(on_rejection)))
    }

    /// Another clock: for tests.
    pub fn clock(self, clock: impl Clock + 'static) -> Self {
        self.set(|settings| settings.clock = Arc::new(clock))
    }

    /// **Lets forged requests through.** What would be refused goes to the inner service with the
    /// [`Rejection`](crate::Rejection) in its *request's* extensions instead of a [`Verified`](crate::Verified).
    ///
    /// For watching a configuration before it is enforced. Bodies over the limits are refused even so.
    pub fn dangerous_observe_only(self) -> Self {
        self.set(|settings| settings.observe_only = true)
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

macro_rules! well_known {
    ($($(#[$doc:meta])* $name:ident = $provider:ident;)+) => {
        /// The best-known providers, with their strict defaults. Each takes one secret or an array of them.
        impl VerifyWebhookLayer {
            $(
                $(#[$doc])*
                ///
                /// # Panics
                /// When a secret is empty. [`provider`](Self::provider) returns an error instead.
                #[allow(clippy::panic, reason = "a configuration mistake ends the start of the program")]
                pub fn $name<S>(secrets: S) -> Self
                where
                    S: TryInto<Secrets>,
                    S::Error: Into<ConfigError>,
                {
                    match Self::provider(&providers::$provider, secrets) {
                        Ok(layer) => layer,
                        Err(error) => panic!("{}: {error}", stringify!($name)),
                    }
                }
            )+
        }
    };
}

well_known! {
    /// GitHub: the webhook's secret.
    github = GITHUB;
    /// Plivo, signatures V3 and Ma-V3: the auth token. For V2 see [`Plivo`](crate::providers::plivo::Plivo).
    plivo = PLIVO;
    /// Shopify: the app's client secret, or the key that the store's admin shows.
    shopify = SHOPIFY;
    /// Slack: the app's signing secret.
    slack = SLACK;
    /// Stripe: the endpoint's signing secret, `whsec_` included.
    stripe = STRIPE;
    /// Twilio: the account's (or subaccount's) auth token, or a SharedKey's secret.
    twilio = TWILIO;
}

impl<S> Layer<S> for VerifyWebhookLayer {
    type Service = VerifyWebhook<S>;

    fn layer(&self, inner: S) -> VerifyWebhook<S> {
        VerifyWebhook::new(inner, Arc::clone(&self.settings))
    }
}

impl fmt::Debug for VerifyWebhookLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyWebhookLayer").field(&self.settings).finish()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("provider", &self.verifier.provider())
            .field("public_url", &self.public_url)
            .field("tolerance", &self.tolerance)
            .field("max_body", &self.max_body)
            .field("body_timeout", &self.body_timeout)
            .field("budget", &self.budget)
            .field("observe_only", &self.observe_only)
            .finish_non_exhaustive()
    }
}
