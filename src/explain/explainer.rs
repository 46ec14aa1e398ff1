//! [`Explainer`]: what is known of the endpoint.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    budget::{Budget, Stopwatch},
    delivery::Delivery,
    finding::Finding,
    search,
    time::History,
};
#[cfg(any(feature = "ecdsa", feature = "x509"))]
use crate::key_source::KeySource;
use crate::{
    ConfigError, PublicUrl, Secret, Secrets, WebhookVerifier,
    clock::{Clock, SystemClock},
    providers::Provider,
    scheme::Options,
    trace,
};

/// Explains refusals. See the [module](super).
///
/// Made of the same things as a [`VerifyWebhookLayer`](crate::VerifyWebhookLayer), and of whatever other secrets are at
/// hand. It keeps copies of the secrets, and shows none.
#[derive(Clone)]
#[must_use]
pub struct Explainer {
    pub(super) verifier: Option<Arc<dyn WebhookVerifier>>,
    pub(super) provider: Option<&'static Provider>,
    pub(super) options: Options,
    pub(super) secrets: Vec<Secret>,
    pub(super) elsewhere: Vec<Elsewhere>,
    pub(super) public_url: PublicUrl,
    pub(super) hosts: Vec<Box<str>>,
    pub(super) tolerance: Option<Duration>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) budget: Budget,
    pub(super) stopwatch: Stopwatch,
    #[cfg(any(feature = "ecdsa", feature = "x509"))]
    pub(super) keys: Option<Arc<dyn KeySource>>,
}

/// Secrets of another route, account or tenant.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    pub(super) name: Box<str>,
    pub(super) is_account: bool,
    pub(super) provider: Option<&'static Provider>,
    pub(super) options: Options,
    pub(super) secrets: Vec<Secret>,
}

impl Elsewhere {
    /// The secrets of another route; `name` is shown in findings.
    pub fn route(name: impl Into<Box<str>>, provider: &'static Provider, secrets: Secrets) -> Self {
        Self {
            name: name.into(),
            is_account: false,
            provider: Some(provider),
            options: Options::new(),
            secrets: secrets.iter().cloned().collect(),
        }
    }

    /// The secrets of another account of the same provider: the main account's beside a subaccount's, live beside test.
    pub fn account(name: impl Into<Box<str>>, secrets: Secrets) -> Self {
        Self {
            name: name.into(),
            is_account: true,
            provider: None,
            options: Options::new(),
            secrets: secrets.iter().cloned().collect(),
        }
    }

    /// The other route's options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }
}

impl Explainer {
    /// Explains refusals of one of the [`providers`](crate::providers).
    ///
    /// Secrets that the provider's verifier does not take are welcome: that may be what is wrong.
    ///
    /// # Errors
    /// [`ConfigError`] when a secret is empty or there is none.
    pub fn provider<S>(provider: &'static Provider, secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        let mut explainer = Self::empty();
        explainer.provider = Some(provider);
        explainer.secrets = secrets.iter().cloned().collect();
        explainer.remake();
        Ok(explainer)
    }

    /// Explains refusals of any verifier. Its secrets are not known, so that only
    /// [`elsewhere`](Self::elsewhere)'s are tried, as far as it takes
    /// [others](WebhookVerifier::with_secrets).
    pub fn new(verifier: impl WebhookVerifier + 'static) -> Self {
        Self { verifier: Some(Arc::new(verifier)), ..Self::empty() }
    }

    fn empty() -> Self {
        Self {
            verifier: None,
            provider: None,
            options: Options::new(),
            secrets: Vec::new(),
            elsewhere: Vec::new(),
            public_url: PublicUrl::default(),
            hosts: Vec::new(),
            tolerance: None,
            clock: Arc::new(SystemClock),
            budget: Budget::default(),
            stopwatch: Stopwatch::system(),
            #[cfg(any(feature = "ecdsa", feature = "x509"))]
            keys: None,
        }
    }

    /// The verifier's options.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self.remake();
        self
    }

    /// Where the verifier takes the provider's published keys from (Amazon SNS, PayPal, Plaid).
    #[cfg(any(feature = "ecdsa", feature = "x509"))]
    pub fn keys(mut self, keys: Arc<dyn KeySource>) -> Self {
        self.keys = Some(keys);
        self.remake();
        self
    }

    /// How the layer finds the public URL.
    pub fn public_url(mut self, public_url: PublicUrl) -> Self {
        self.public_url = public_url;
        self
    }

    /// Further public hosts (`host` or `host:port`) that the provider may have been given, such as a tunnel's.
    pub fn add_hosts<T: Into<Box<str>>>(mut self, hosts: impl IntoIterator<Item = T>) -> Self {
        self.hosts.extend(hosts.into_iter().map(Into::into));
        self
    }

    /// Secrets that belong to something else, one of which may have signed.
    pub fn elsewhere(mut self, elsewhere: Elsewhere) -> Self {
        self.elsewhere.push(elsewhere);
        self
    }

    /// The layer's tolerance, if it was set.
    pub fn tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = Some(tolerance);
        self
    }

    /// Another clock: the time when the delivery arrived, if it is not explained at once.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// How much work an explanation may be.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budget = budget;
        self
    }

    /// The clock for the budget's time: anything that only goes forwards.
    pub fn with_stopwatch(mut self, elapsed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        self.stopwatch = Stopwatch::new(elapsed);
        self
    }

    /// Why the delivery is refused; `None` if it is not.
    ///
    /// With the feature `tracing` it logs what it finds, as the event `refusal explained`.
    ///
    /// Synchronous, and as long as the [`Budget`] says: on a server, call it where it may block
    /// (`tokio::task::spawn_blocking`), and of a flood of refusals explain a few.
    #[must_use]
    pub fn explain(&self, delivery: &Delivery<'_>) -> Option<Finding> {
        self.explain_with(delivery, &History::new())
    }

    /// The same, knowing how far the times of other deliveries were from this machine's clock.
    #[must_use]
    pub fn explain_with(&self, delivery: &Delivery<'_>, history: &History) -> Option<Finding> {
        let finding = search::explain(self, delivery, history)?;
        trace::explained(&finding);
        Some(finding)
    }

    /// A verifier like the configured one, with other secrets.
    pub(super) fn verifier_with(&self, secrets: &Secrets) -> Option<Arc<dyn WebhookVerifier>> {
        match self.provider {
            Some(provider) => self.make(provider, secrets, &self.options),
            None => self.verifier.as_ref()?.with_secrets(secrets).ok(),
        }
    }

    pub(super) fn make(
        &self,
        provider: &Provider,
        secrets: &Secrets,
        options: &Options,
    ) -> Option<Arc<dyn WebhookVerifier>> {
        #[cfg(any(feature = "ecdsa", feature = "x509"))]
        if let Some(keys) = &self.keys {
            return provider.verifier_with_keys(secrets.clone(), options, Arc::clone(keys)).ok();
        }
        provider.verifier(secrets.clone(), options).ok()
    }

    fn remake(&mut self) {
        if let (Some(provider), Ok(secrets)) = (self.provider, Secrets::new(self.secrets.iter().cloned())) {
            self.verifier = self.make(provider, &secrets, &self.options);
        }
    }
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("provider", &self.provider.map(|provider| provider.id))
            .field("secrets", &self.secrets)
            .field("elsewhere", &self.elsewhere)
            .field("public_url", &self.public_url)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}
