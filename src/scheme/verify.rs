//! The interpreter: a recipe and secrets, run over a request.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};
use smallvec::SmallVec;

use super::{
    content::{Companions, Part, feed},
    form::Blocks,
    options::Options,
    recipe::Recipe,
    signature::Tags,
    timestamp::{Location, check_window},
};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, Verdict, Verified, WebhookVerifier,
    clock::UnixTime,
    crypto::Keys,
    request::{RequestHead, WebhookRequest},
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};

/// Verifies by a [`Recipe`].
pub struct SchemeVerifier {
    provider: &'static str,
    recipe: Recipe,
    names: Names,
    keys: Keys,
    options: Options,
    legacy: Option<Box<Self>>,
}

/// The recipe's header names, made ready for look-ups.
struct Names {
    signature: SmallVec<[HeaderName; 1]>,
    timestamp: SmallVec<[HeaderName; 1]>,
    delivery_id: SmallVec<[HeaderName; 1]>,
    parts: SmallVec<[HeaderName; 1]>,
    required: Vec<(HeaderName, &'static str)>,
}

/// What the headers present. Filled in where it is: moving it about would take as long as reading it.
#[derive(Default)]
struct Presented<'a> {
    /// The values of the signature headers that count.
    signatures: SmallVec<[&'a [u8]; 2]>,
    tags: Tags,
    companions: Companions<'a>,
    signed_at: Option<UnixTime>,
}

impl SchemeVerifier {
    /// A verifier for `recipe`. `provider` is the name under which verdicts and logs know it.
    ///
    /// # Errors
    /// [`ConfigError::MalformedSecret`] when a secret is not written as the recipe's key format asks.
    pub fn new<S>(provider: &'static str, recipe: &Recipe, secrets: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        Self::with_options(provider, recipe, &secrets.try_into().map_err(Into::into)?, Options::new())
    }

    pub(crate) fn with_options(
        provider: &'static str,
        recipe: &Recipe,
        secrets: &Secrets,
        options: Options,
    ) -> Result<Self, ConfigError> {
        let key = recipe.key;
        let keys = Keys::new(recipe.algorithm, secrets, |secret| key.decode(secret))
            .ok_or(ConfigError::MalformedSecret { provider, expected: key.expected() })?;
        let legacy = match recipe.legacy {
            Some(legacy) => Some(Box::new(Self::with_options(provider, &legacy.recipe, secrets, options.clone())?)),
            None => None,
        };
        Ok(Self { provider, recipe: *recipe, names: Names::of(recipe), keys, options, legacy })
    }

    /// Whether the request may be a challenge that nobody signs.
    fn may_be_challenge(&self, head: &RequestHead<'_>) -> bool {
        let unverified = self.recipe.challenge.and_then(|challenge| challenge.unverified.as_ref());
        unverified.is_some_and(|answer| (answer.applies)(head, &self.options))
    }

    /// What can be told from the head of a request that is a delivery.
    fn check_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        let mut presented = Presented::default();
        self.choose(head, &mut presented)?.read(head, &mut presented)
    }

    /// Finds the signatures, and the verifier that is to decide: the older scheme's only if there is none for the newer
    /// one, and only if it is allowed.
    fn choose<'a>(&self, head: &RequestHead<'a>, presented: &mut Presented<'a>) -> Result<&Self, Rejection> {
        for name in &self.names.signature {
            match head.header(name)? {
                Some(value) if !value.is_empty() => presented.signatures.push(value),
                _ => continue,
            }
            if !self.recipe.signature.any {
                break;
            }
        }
        if !presented.signatures.is_empty() {
            return Ok(self);
        }
        let (Some(verifier), Some(legacy)) = (&self.legacy, self.recipe.legacy) else {
            return Err(RejectionKind::MissingSignature.into());
        };
        if !self.options.is_on(legacy.option) {
            let is_there = |name| head.values(name).first.is_some_and(|value| !value.is_empty());
            let any = verifier.names.signature.iter().any(is_there);
            return Err(if any { RejectionKind::UnsupportedAlgorithm } else { RejectionKind::MissingSignature }.into());
        }
        verifier.choose(head, presented)
    }

    /// Reads the signatures that were found, and what belongs to them.
    fn read<'a>(&self, head: &RequestHead<'a>, presented: &mut Presented<'a>) -> Result<(), Rejection> {
        let Recipe { signature, timestamp, .. } = &self.recipe;
        let Presented { signatures, tags, companions, signed_at } = presented;
        let Some(first) = signatures.first().copied() else { return Err(RejectionKind::MissingSignature.into()) };
        for (name, value) in &self.names.required {
            if head.header(name)? != Some(value.as_bytes()) {
                return Err(RejectionKind::UnsupportedAlgorithm.into());
            }
        }
        let pair = match timestamp.as_ref().map(|timestamp| timestamp.location) {
            Some(Location::Pair(name)) => Some(name),
            _ => None,
        };
        let length = self.recipe.algorithm.tag_length();
        for value in &*signatures {
            signature.encoding.read_tags(signature.format, value, length, tags);
        }
        if tags.is_empty() {
            return Err(signature.format.complaint(first, pair).into());
        }
        if let Some(timestamp) = timestamp {
            let text = match timestamp.location {
                Location::Headers(_) => first_of(head, &self.names.timestamp)?,
                Location::Pair(name) => signature.format.pair(first, name)?,
            };
            match text {
                Some(text) => {
                    companions.timestamp = text;
                    *signed_at = Some(timestamp.unit.parse(text).ok_or(RejectionKind::TimestampMalformed)?);
                }
                None if self.recipe.content.contains(&Part::Timestamp) => {
                    return Err(RejectionKind::TimestampMissing.into());
                }
                None => {}
            }
        }
        if self.recipe.content.contains(&Part::DeliveryId) {
            companions.delivery_id = first_of(head, &self.names.delivery_id)?
                .filter(|id| !id.is_empty())
                .ok_or(RejectionKind::MalformedSignature)?;
        }
        Ok(())
    }

    fn matching(
        &self,
        request: &WebhookRequest<'_>,
        presented: &Presented<'_>,
        url: Option<&crate::SignedUrl<'_>>,
    ) -> Result<Option<usize>, Rejection> {
        let content = self.recipe.content;
        self.keys.find(&presented.tags, |sink| match content {
            [_] => feed(content, &self.names.parts, request, url, presented.companions, sink),
            // Short parts are brought together once, and not in each secret's MAC.
            _ => feed(content, &self.names.parts, request, url, presented.companions, &mut Blocks::new(sink)),
        })
    }

    /// Which secret made one of the signatures, and over which of the URLs.
    fn find_secret(
        &self,
        request: &WebhookRequest<'_>,
        presented: &Presented<'_>,
    ) -> Result<(usize, Option<UrlMatch>), Rejection> {
        if !self.recipe.signs_url() {
            let index = self.matching(request, presented, None)?;
            return Ok((index.ok_or(RejectionKind::SignatureMismatch)?, None));
        }
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        for url in request.url().candidates() {
            if let Some(index) = self.matching(request, presented, Some(&url))? {
                let scheme = url.scheme.as_str();
                return Ok((index, Some(UrlMatch { scheme, form: UrlForm::AsRequested })));
            }
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn decide(
        &self,
        request: &WebhookRequest<'_>,
        presented: &Presented<'_>,
        context: &Context,
    ) -> Result<Verdict, Rejection> {
        let (index, url) = self.find_secret(request, presented)?;
        let signed_at = presented.signed_at.filter(|_| self.recipe.content.contains(&Part::Timestamp));
        if let (Some(time), Some(timestamp)) = (signed_at, self.recipe.timestamp) {
            check_window(time, self.options.tolerance().or(timestamp.tolerance), context)?;
        }
        let challenge = self.recipe.challenge.and_then(|challenge| challenge.verified);
        if let Some(response) = challenge.and_then(|answer| answer(request)) {
            return Ok(Verdict::Answer(Box::new(response)));
        }
        Ok(Verdict::Accept(Verified {
            provider: self.provider,
            secret: self.keys.secret(index),
            signed_at,
            delivery_id: self.delivery_id(request.head()),
            url,
        }))
    }

    fn delivery_id(&self, head: &RequestHead<'_>) -> Option<HeaderValue> {
        self.names.delivery_id.iter().find_map(|name| head.values(name).first).cloned()
    }
}

impl WebhookVerifier for SchemeVerifier {
    fn provider(&self) -> &'static str {
        self.provider
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        if self.may_be_challenge(head) { Ok(()) } else { self.check_head(head) }
    }

    fn body_limit(&self, head: &RequestHead<'_>) -> Option<usize> {
        // What passes as a delivery too may be one.
        let only_a_challenge = self.may_be_challenge(head) && self.check_head(head).is_err();
        only_a_challenge.then(|| challenge_limit(head))
    }

    fn verify(&self, request: &WebhookRequest<'_>, context: &Context) -> Result<Verdict, Rejection> {
        if let Some(answer) = self.recipe.challenge.and_then(|challenge| challenge.unverified.as_ref())
            && (answer.applies)(request.head(), &self.options)
            && let Some(answered) = (answer.answer)(request, &self.options)
        {
            return answered.map(|response| Verdict::Answer(Box::new(response)));
        }
        let mut presented = Presented::default();
        let chosen = self.choose(request.head(), &mut presented)?;
        chosen.read(request.head(), &mut presented)?;
        chosen.decide(request, &presented, context)
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        Ok(Arc::new(Self::with_options(self.provider, &self.recipe, secrets, self.options.clone())?))
    }
}

impl std::fmt::Debug for SchemeVerifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchemeVerifier")
            .field("provider", &self.provider)
            .field("recipe", &self.recipe)
            .finish_non_exhaustive()
    }
}

impl Names {
    fn of(recipe: &Recipe) -> Self {
        let timestamp = match recipe.timestamp.map(|timestamp| timestamp.location) {
            Some(Location::Headers(names)) => names,
            _ => &[],
        };
        let parts = recipe.content.iter().filter_map(|part| match part {
            Part::Header(name) => Some(HeaderName::from_static(name)),
            _ => None,
        });
        Self {
            signature: resolve(recipe.signature.headers),
            timestamp: resolve(timestamp),
            delivery_id: resolve(recipe.delivery_id),
            parts: parts.collect(),
            required: recipe.required.iter().map(|(name, value)| (HeaderName::from_static(name), *value)).collect(),
        }
    }
}

/// How much of a challenge's body is read: none where the method has none.
pub(crate) fn challenge_limit(head: &RequestHead<'_>) -> usize {
    if matches!(*head.method(), Method::GET | Method::HEAD) { 0 } else { MAX_CHALLENGE }
}

fn resolve(names: &[&'static str]) -> SmallVec<[HeaderName; 1]> {
    names.iter().map(|name| HeaderName::from_static(name)).collect()
}

fn first_of<'a>(head: &RequestHead<'a>, names: &[HeaderName]) -> Result<Option<&'a [u8]>, Rejection> {
    for name in names {
        if let Some(value) = head.header(name)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

/// No unsigned challenge that we know has a tenth of it.
const MAX_CHALLENGE: usize = 16 * 1024;
