//! Sending a captured request again, through the same layers as a delivery.
//!
//! 1. It goes to the configured app and nowhere else.
//! 2. What was accepted is signed anew with the configured secret, so that an app which verifies for itself accepts it,
//!    edited or not. What was refused or never verified, or accepted as another provider's (a store outlives the process),
//!    is signed only on explicit demand.
//! 3. What only the provider can sign is sent without a fitting signature, past the proxy's own verification if it was
//!    accepted when it came, and is marked as such.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use countersign::{Secrets, clock::UnixTime, scheme::SigningContext, sign};
use http::Request;
use serde::Deserialize;

use super::{Inspector, Route, api::ApiError, edits::Edits};
use crate::{
    config::Verification,
    proxy::Passing,
    signing::{Cannot, SignMode, Signatory},
    store::{Decision, Exchange, Id, Replay, Verdict},
};

/// What is to be sent again, and how.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) tunnel_name: Option<String>,
    pub(crate) request: Option<Edits>,
    pub(crate) sign: Option<SignMode>,
    /// Signs even what arrived without a valid signature.
    #[serde(default)]
    pub(crate) sign_unverified: bool,
    /// Whether the answer holds the new exchange.
    #[serde(default)]
    pub(crate) wait: bool,
}

impl Inspector {
    /// Sends again, waits for the end of the answer, and returns the new exchange.
    pub(crate) async fn replay(&self, order: Order) -> Result<Exchange, ApiError> {
        let original = self.exchange(&order.id).await?;
        let route = self.route(order.tunnel_name.as_deref().unwrap_or(&original.route))?;
        if original.tunnel.is_some() || original.request.header("upgrade").is_some() {
            return Err(ApiError::impossible("a WebSocket cannot be replayed: what was said in it is not kept"));
        }
        let edits = order.request.clone().unwrap_or_default();
        let mut request = edits.apply(&original)?;
        edits.refuse_placeholders(&original, &request)?;
        let (signing, passing) = route.sign_again(&order, &edits, &original, &mut request)?;
        let replay = Replay { of: original.id, signing: signing.into() };
        let stack = route.stack.clone();
        // Connections to the app belong to the runtime that serves deliveries.
        let sent = self.data_plane().spawn(async move { stack.replay(request, original.peer, replay, passing).await });
        let sent = tokio::time::timeout(LONGEST_REPLAY, sent).await;
        let id = sent.map_err(|_| ApiError::failed("the replay takes too long; it is shown when it ends"))?;
        let id = id.ok().flatten().ok_or_else(|| ApiError::failed("the replay was not captured"))?;
        self.finished(id).await
    }

    /// The exchange of a replay that has just ended.
    async fn finished(&self, id: Id) -> Result<Exchange, ApiError> {
        let found = self.read(move |reader| reader.get(id)).await?;
        found.ok_or_else(|| {
            ApiError::failed("the replay was sent, but its capture was lost: the store is behind or failing")
        })
    }
}

impl Route {
    /// Signs the request as the order wants it; says what was done, and whether verification has to let it through.
    fn sign_again(
        &self,
        order: &Order,
        edits: &Edits,
        original: &Exchange,
        request: &mut Request<Bytes>,
    ) -> Result<(String, Passing), ApiError> {
        let Some(verification) = &self.config.verification else {
            return match order.sign {
                None | Some(SignMode::AsCaptured) => Ok((AS_CAPTURED.to_owned(), Passing::Verified)),
                Some(_) => Err(ApiError::impossible("this route verifies nothing: there is no secret to sign with")),
            };
        };
        // An answered challenge was verified only where the provider signs challenges, and one provider's signature says
        // nothing to another.
        let Decision { verdict, provider, .. } = &original.decision;
        let is_of_this_provider = provider.as_deref() == Some(verification.provider.id);
        let was_genuine = *verdict == Verdict::Accepted && is_of_this_provider;
        let may_sign = was_genuine || order.sign_unverified;
        let mode = match order.sign {
            Some(SignMode::Fresh | SignMode::Expired) if !may_sign => {
                return Err(ApiError::conflict(format_args!(
                    "it arrived without a valid signature of {}, and a fresh one would make it look genuine: \
                     set sign_unverified to do so all the same",
                    verification.provider.name
                )));
            }
            Some(mode) => mode,
            None if may_sign => SignMode::Fresh,
            None => SignMode::AsCaptured,
        };
        let outcome = sign_with(verification, mode, original, request);
        match outcome {
            Ok(()) => Ok((word(mode).to_owned(), Passing::Verified)),
            Err(Cannot::ProviderOnly { .. }) if order.sign.is_none() => {
                let what = if edits.are_none() { "unsigned: as it came" } else { "unsigned: edited" };
                let passing = if may_sign { Passing::Unverified } else { Passing::Verified };
                Ok((format!("{what}; only {} can sign", verification.provider.name), passing))
            }
            Err(cannot) => Err(ApiError::impossible(cannot)),
        }
    }

    /// Whether somebody who has the secret can sign this route's deliveries.
    pub(crate) fn is_signable(&self) -> bool {
        self.config.verification.as_ref().is_some_and(|verification| {
            let Some(secret) = verification.secrets.iter().flat_map(Secrets::iter).next() else { return false };
            let by = Signatory { provider: verification.provider, secret, options: &verification.options };
            let mut probe = Request::post("/").body(Bytes::new()).unwrap_or_default();
            let context = SigningContext { now: now(), delivery_id: "probe" };
            !matches!(
                SignMode::Fresh.apply(&by, "https://localhost/", &mut probe, &context),
                Err(Cannot::ProviderOnly { .. })
            )
        })
    }
}

fn sign_with(
    verification: &Verification,
    mode: SignMode,
    original: &Exchange,
    request: &mut Request<Bytes>,
) -> Result<(), Cannot> {
    // The secret that it was signed with; the first for what had no valid signature.
    let matched = original.decision.secret.as_ref().map_or(0, |(index, _)| *index as usize);
    let mut secrets = verification.secrets.iter().flat_map(Secrets::iter);
    let Some(secret) = secrets.clone().nth(matched).or_else(|| secrets.next()) else {
        return Err(Cannot::ProviderOnly { provider: verification.provider.name });
    };
    let by = Signatory { provider: verification.provider, secret, options: &verification.options };
    let url = {
        let resolved = verification.public_url.resolve(request.uri(), request.headers());
        resolved.candidates().next().map(|url| url.pieces().concat())
    };
    // Schemes that do not sign the URL do not mind one that nobody knows.
    let url = url.unwrap_or_else(|| format!("http://localhost{}", request.uri()));
    let id = sign::unique_id();
    let context = SigningContext { now: now(), delivery_id: &id };
    mode.apply(&by, &url, request, &context).map(drop)
}

fn now() -> UnixTime {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn word(mode: SignMode) -> &'static str {
    match mode {
        SignMode::AsCaptured => AS_CAPTURED,
        SignMode::Expired => "expired",
        SignMode::Fresh => "fresh",
        SignMode::Wrong => "wrong",
    }
}

const AS_CAPTURED: &str = "as-captured";
const LONGEST_REPLAY: Duration = Duration::from_secs(150);
