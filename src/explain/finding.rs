//! What a search found.

use std::{fmt, time::Duration};

use serde::{Serialize, Serializer};

use super::{
    budget::Ended,
    code::Code,
    signed_view::{Difference, SignedView},
};
use crate::RejectionKind;

/// Why a delivery was refused, and what to do.
///
/// For the log, the console and the inspector; nothing of it may reach the caller. [`Display`](std::fmt::Display) is one
/// line without the query or the body of the request; the JSON ([`to_json`](Self::to_json)) holds the URL in full.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What was different. Of several differences the one that counts most.
    pub code: Code,
    /// The other differences of the same match.
    pub also: Vec<Code>,
    /// The provider's id that the route expects.
    pub provider: &'static str,
    /// The refusal that is explained; `None` where no verifier could be made of the secrets.
    #[serde(serialize_with = "kind_as_word")]
    pub reason: Option<RejectionKind>,
    /// What matched, or what was found, in a few words.
    pub summary: String,
    /// What to do.
    pub fix: Fix,
    /// What matched; `None` if nothing did.
    pub matched: Option<Matched>,
    /// What more there is to say, a sentence each.
    pub details: Vec<String>,
    /// A word for what the codes have no name for: `signature-format`, `partial-body`.
    pub hint: Option<&'static str>,
    /// What was done to find it.
    pub tried: Tried,
    /// What the request says of signatures, and what the provider sends.
    pub seen: Seen,
    /// What to look at where nothing matched.
    pub checklist: Vec<String>,
    /// The bytes that were signed, where the scheme can show them.
    pub views: Option<Views>,
}

/// What to do about it.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Fix {
    /// The step in words.
    pub step: String,
    /// The command line's flag, if one does it.
    pub flag: Option<String>,
    /// The library's call, if one does it.
    pub call: Option<String>,
}

/// What matched.
#[derive(Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Matched {
    /// The URL under which the signature is right, userinfo hidden; `None` if it was not signed or not changed.
    pub url: Option<String>,
    /// The method under which it is right, if another.
    pub method: Option<String>,
    /// What was done to the body to make it right.
    pub body: Option<String>,
    /// The label or the place of the secret that made it.
    pub secret: Option<String>,
    /// What was done to that secret.
    pub secret_change: Option<String>,
    /// The other route whose secret it is.
    pub route: Option<String>,
    /// The other provider whose signature it is.
    pub provider: Option<&'static str>,
    /// The other version of the scheme.
    pub version: Option<String>,
    /// What was done to the header that holds it.
    pub header: Option<String>,
    /// When it was signed, in Unix seconds.
    pub signed_at: Option<i64>,
    /// How many seconds in the future that is by this machine's clock; negative for the past.
    pub skew_secs: Option<i64>,
}

/// What was done to find it.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Tried {
    /// How many verifications were run.
    pub attempts: u32,
    /// In what the variants differed.
    pub dimensions: Vec<&'static str>,
    /// Whether the search came to its end, or the budget did.
    pub ended: Ended,
    /// How long it took.
    #[serde(rename = "micros", serialize_with = "as_micros")]
    pub took: Duration,
}

/// What the request says of signatures. Names only: values may be tokens.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Seen {
    /// The names of the request's headers that have to do with signatures.
    pub headers: Vec<String>,
    /// The providers that they point to, the likeliest first.
    pub providers: Vec<&'static str>,
    /// The headers that the provider sends, as far as they are known.
    pub expected: Vec<String>,
}

/// The signed bytes as they arrived and as they match.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Views {
    /// What would have had to be signed for the request as it arrived.
    pub arrived: SignedView,
    /// What was signed; `None` if nothing matched.
    pub matching: Option<SignedView>,
    /// The first place where they differ.
    pub difference: Option<Difference>,
}

impl Finding {
    /// The finding as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // There are no maps with other keys than texts in it, the only thing that could fail.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Whether the difference was found; otherwise there is only advice.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.code != Code::NoMatch
    }
}

impl fmt::Debug for Finding {
    /// Shows nothing of the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("code", &self.code)
            .field("also", &self.also)
            .field("provider", &self.provider)
            .field("reason", &self.reason)
            .field("hint", &self.hint)
            .field("tried", &self.tried)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Matched {
    /// Shows no URL: its query may hold what is private to a user.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matched")
            .field("method", &self.method)
            .field("body", &self.body)
            .field("secret", &self.secret)
            .field("route", &self.route)
            .field("provider", &self.provider)
            .field("version", &self.version)
            .field("skew_secs", &self.skew_secs)
            .finish_non_exhaustive()
    }
}

fn kind_as_word<S: Serializer>(kind: &Option<RejectionKind>, serializer: S) -> Result<S::Ok, S::Error> {
    kind.map(RejectionKind::as_str).serialize(serializer)
}

fn as_micros<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}
