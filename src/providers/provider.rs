//! A row of the registry.

use std::sync::Arc;

#[cfg(feature = "explain")]
use crate::explain::SignedView;
#[cfg(any(feature = "ecdsa", feature = "x509"))]
use crate::key_source::KeySource;
#[cfg(any(feature = "explain", feature = "signing"))]
use crate::request::WebhookRequest;
use crate::{
    ConfigError, Secrets, WebhookVerifier,
    scheme::{OptionSpec, Options, Recipe, SchemeVerifier},
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

/// A provider: what it is called, where its secret is found, how it signs.
#[derive(Debug)]
pub struct Provider {
    /// The id, in snake case, as ngrok and the conformance vectors spell it.
    pub id: &'static str,
    /// Other spellings of the id.
    pub aliases: &'static [&'static str],
    /// The name as the provider writes it.
    pub name: &'static str,
    /// The provider's own page about its signatures.
    pub docs: &'static str,
    /// Whether it is still what it was called.
    pub status: Status,
    /// How well its scheme is known.
    pub confidence: Confidence,
    /// How long a delivery counts.
    pub time_window: TimeWindow,
    /// Whether it asks something of an endpoint that is answered here.
    pub challenge: bool,
    /// Where the secret is found.
    pub secret: SecretInfo,
    /// The scheme in one sentence.
    pub summary: &'static str,
    /// What people get wrong with it.
    pub pitfalls: &'static [&'static str],
    /// The options that it has.
    pub options: &'static [OptionSpec],
    /// How it signs.
    pub scheme: ProviderScheme,
}

/// What became of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It sends webhooks under this name.
    Active,
    /// It does not exist any more; the scheme stays for those who still get deliveries.
    Discontinued,
    /// It goes by another name now.
    Renamed,
}

impl Status {
    /// The status as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Discontinued => "discontinued",
            Self::Renamed => "renamed",
        }
    }
}

/// How well a scheme is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Confidence {
    /// The provider's documentation or SDK says it.
    High,
    /// Parts of it are inferred.
    Medium,
    /// Most of it is inferred; see its page.
    Low,
}

impl Confidence {
    /// The confidence as a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// How long a delivery counts after it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeWindow {
    /// No time is signed: as long as the secret does.
    None,
    /// A time is signed and the provider names no window: set one with the option `tolerance_s`.
    Open,
    /// So many seconds, on either side.
    Secs(u64),
}

impl std::fmt::Display for TimeWindow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Open => f.write_str("signed, no limit"),
            Self::Secs(secs) => write!(f, "{secs} s"),
        }
    }
}

/// Where a provider's secret is found and what it looks like.
#[derive(Clone, Copy, Debug)]
pub struct SecretInfo {
    /// The environment variable that usually holds it.
    pub env: &'static str,
    /// Where the provider shows it.
    pub location: &'static str,
    /// What it looks like.
    pub format: &'static str,
}

/// How a provider signs.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProviderScheme {
    /// By hand, where the vocabulary does not reach.
    Custom(&'static dyn CustomScheme),
    /// By a recipe.
    Recipe(Recipe),
}

/// A scheme written by hand.
pub trait CustomScheme: std::fmt::Debug + Send + Sync {
    /// Makes a verifier; `options` were held to the provider's list.
    ///
    /// # Errors
    /// What is wrong with the secrets or the options.
    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError>;

    /// The headers (lower case) that signatures stand in, the strongest scheme's first, whatever the options; none where
    /// they stand in the body or in the query.
    fn signature_headers(&self) -> &'static [&'static str] {
        &[]
    }

    /// Whether the public URL, or a part of it, is signed under any of the options.
    fn signs_url(&self) -> bool {
        false
    }

    /// The bytes that are signed under these options, for people to look at, with the URL's first candidate; `None` where
    /// they hold the secret, or where nobody wrote it down.
    #[cfg(feature = "explain")]
    fn signed_view(&self, request: &WebhookRequest<'_>, options: &Options) -> Option<SignedView> {
        let _ = (request, options);
        None
    }

    /// Makes a verifier that takes the provider's published keys from `keys` instead of from an option; for providers
    /// that publish none, the same as [`verifier`](Self::verifier).
    ///
    /// # Errors
    /// What is wrong with the secrets or the options.
    #[cfg(any(feature = "ecdsa", feature = "x509"))]
    fn verifier_with_keys(
        &self,
        secrets: &Secrets,
        options: &Options,
        keys: Arc<dyn KeySource>,
    ) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        drop(keys);
        self.verifier(secrets, options)
    }

    /// Signs a request as the provider would.
    ///
    /// [`SignError::ProviderOnly`] unless it is written: so a scheme of your own compiles whether or not somebody else's
    /// crate turns the feature `signing` on.
    ///
    /// # Errors
    /// [`SignError`] when the secret or the request does not fit the scheme.
    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let _ = (secret, options, request, context);
        Err(SignError::ProviderOnly)
    }

    /// The headers (lower case) whose delivery id or nonce is signed if the request has one already, so that a replay
    /// can have another.
    #[cfg(feature = "signing")]
    fn signed_ids(&self) -> &'static [&'static str] {
        &[]
    }
}

impl Provider {
    /// The headers (lower case) that the provider's signatures stand in, those of older schemes last; none where they
    /// stand in the body or in the query.
    #[must_use]
    pub fn signature_headers(&self) -> Vec<&'static str> {
        match &self.scheme {
            ProviderScheme::Custom(custom) => custom.signature_headers().to_vec(),
            ProviderScheme::Recipe(recipe) => {
                let older = recipe.older().map_or(&[][..], |legacy| legacy.recipe.signature().headers());
                recipe.signature().headers().iter().chain(older).copied().collect()
            }
        }
    }

    /// Whether the public URL, or a part of it, is signed.
    #[must_use]
    pub fn signs_url(&self) -> bool {
        match &self.scheme {
            ProviderScheme::Custom(custom) => custom.signs_url(),
            ProviderScheme::Recipe(recipe) => recipe.signs_url(),
        }
    }

    /// The bytes that are signed, for people to look at, with the URL's first candidate; `None` where they hold the
    /// secret, and for schemes that have no view yet.
    #[cfg(feature = "explain")]
    #[must_use]
    pub fn signed_view(&self, request: &WebhookRequest<'_>, options: &Options) -> Option<SignedView> {
        match &self.scheme {
            ProviderScheme::Custom(custom) => custom.signed_view(request, options),
            ProviderScheme::Recipe(recipe) => Some(recipe.signed_view(request)),
        }
    }

    /// A verifier for this provider's deliveries.
    ///
    /// # Errors
    /// What is wrong with the secrets or the options.
    pub fn verifier<S>(&self, secrets: S, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        options.check(self.id, self.options)?;
        match &self.scheme {
            ProviderScheme::Custom(custom) => custom.verifier(&secrets, options),
            ProviderScheme::Recipe(recipe) => {
                Ok(Arc::new(SchemeVerifier::with_options(self.id, recipe, &secrets, options.clone())?))
            }
        }
    }

    /// A verifier that takes the provider's published keys from `keys`: for Amazon SNS, PayPal and Plaid. Others take no
    /// notice of `keys`.
    ///
    /// # Errors
    /// What is wrong with the secrets or the options.
    #[cfg(any(feature = "ecdsa", feature = "x509"))]
    pub fn verifier_with_keys<S>(
        &self,
        secrets: S,
        options: &Options,
        keys: Arc<dyn KeySource>,
    ) -> Result<Arc<dyn WebhookVerifier>, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = secrets.try_into().map_err(Into::into)?;
        match &self.scheme {
            ProviderScheme::Custom(custom) => {
                options.check(self.id, self.options)?;
                custom.verifier_with_keys(&secrets, options, keys)
            }
            ProviderScheme::Recipe(_) => self.verifier(secrets, options),
        }
    }

    /// Signs a request as the provider would.
    ///
    /// # Errors
    /// [`SignError`] when the secret or the request does not fit the scheme.
    #[cfg(feature = "signing")]
    pub fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        match &self.scheme {
            ProviderScheme::Custom(custom) => custom.sign(secret, options, request, context),
            ProviderScheme::Recipe(recipe) => recipe.sign(secret, request, context),
        }
    }
}

/// The provider of this id or alias, in any case, with `-` for `_` if you like.
///
/// # Errors
/// [`ConfigError::UnknownProvider`] with the nearest names; [`ConfigError::FeatureNeeded`] for one that is not there
/// without a feature.
pub fn by_id(id: &str) -> Result<&'static Provider, ConfigError> {
    let wanted = id.trim().to_ascii_lowercase().replace('-', "_");
    let found = super::ALL.iter().find(|provider| provider.id == wanted || provider.aliases.contains(&wanted.as_str()));
    if let Some(provider) = found {
        return Ok(provider);
    }
    Err(match GATED.iter().find(|(gated, _)| *gated == wanted) {
        Some((provider, feature)) => ConfigError::FeatureNeeded { provider, feature },
        None => ConfigError::UnknownProvider { id: id.to_owned(), nearest: nearest(&wanted) },
    })
}

/// The ids and aliases of providers that are there with a feature only, and that feature.
const GATED: &[(&str, &str)] = &[
    ("amazon_sns", "x509"),
    ("aws_sns", "x509"),
    ("discord", "ed25519"),
    ("paypal", "x509"),
    ("plaid", "ecdsa"),
    ("sendgrid", "ecdsa"),
    ("sns", "x509"),
    ("telnyx", "ed25519"),
    ("transferwise", "rsa"),
    ("twilio_sendgrid", "ecdsa"),
    ("wise", "rsa"),
];

/// Up to three ids that differ least from `wanted`.
fn nearest(wanted: &str) -> Vec<&'static str> {
    let mut ranked: Vec<_> = super::ALL
        .iter()
        .map(|provider| {
            let spellings = std::iter::once(&provider.id).chain(provider.aliases);
            let distances = spellings.filter_map(|spelling| {
                let distance = edit_distance(wanted, spelling);
                (distance <= spelling.len().max(wanted.len()) / 2).then_some(distance)
            });
            let related = wanted.len() > 2 && (provider.id.contains(wanted) || wanted.contains(provider.id));
            (if related { Some(0) } else { distances.min() }, provider.id)
        })
        .filter(|(distance, _)| distance.is_some())
        .collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, id)| id).take(3).collect()
}

/// Levenshtein distance in bytes.
fn edit_distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        for (slot, b) in row.iter_mut().skip(1).zip(right.bytes()) {
            let substituted = diagonal + usize::from(a != b);
            diagonal = *slot;
            previous = substituted.min(diagonal + 1).min(previous + 1);
            *slot = previous;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slice_is_sorted_and_ids_are_unique() {
        assert!(super::super::ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
    }

    #[test]
    fn look_up() {
        assert_eq!(by_id("Twilio").expect("a provider").id, "twilio");
        let ConfigError::UnknownProvider { nearest, .. } = by_id("twillio").unwrap_err() else { panic!() };
        assert_eq!(nearest.first(), Some(&"twilio"));
        assert!(by_id("").is_err());
    }

    /// With all features they are there, without one it is named.
    #[test]
    fn what_needs_a_feature_says_so() {
        for (id, feature) in GATED {
            let enabled = match *feature {
                "ecdsa" => cfg!(feature = "ecdsa"),
                "ed25519" => cfg!(feature = "ed25519"),
                "rsa" => cfg!(feature = "rsa"),
                _ => cfg!(feature = "x509"),
            };
            let found = by_id(id).map(|provider| provider.id).map_err(|error| error.to_string());
            if enabled {
                assert!(found.is_ok(), "{id}");
            } else {
                assert_eq!(found, Err(format!("`{id}` needs countersign's feature `{feature}`")));
            }
        }
    }

    #[test]
    fn distances() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("abc", "abc"), 0);
    }
}
