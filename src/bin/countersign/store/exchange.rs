//! What is known of a request and of what came of it.

use std::{
    borrow::Cow,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::{
    Id, Message,
    redact::{REDACTED, SECRET},
};

/// A request, the verdict on it, and the answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) id: Id,
    /// The route's name; what ngrok calls the tunnel's.
    pub(crate) route: Arc<str>,
    pub(crate) peer: SocketAddr,
    pub(crate) arrived: SystemTime,
    pub(crate) timings: Timings,
    pub(crate) request: Message,
    pub(crate) decision: Decision,
    /// Absent while the app has not answered, and for good if the client went away first.
    pub(crate) response: Option<Message>,
    /// What went wrong between us and the app: `broken`, `unreachable`, `timed-out`.
    pub(crate) trouble: Option<Cow<'static, str>>,
    /// Whether the client closed the connection before it had the whole answer.
    pub(crate) abandoned: bool,
    pub(crate) replay: Option<Replay>,
    pub(crate) tunnel: Option<Tunnel>,
    /// What was found out later about a refusal, as JSON.
    pub(crate) explanation: Option<Arc<str>>,
    /// Whether anything in it was replaced because it was secret.
    pub(crate) redacted: bool,
    /// Whether it is in the store, or only on its way there.
    pub(crate) stored: bool,
    /// An earlier delivery with the same id on the same route, and which attempt this one is (the first is 1).
    pub(crate) retry_of: Option<(Id, u32)>,
}

/// When what happened, counted from the arrival of the request's head. What did not happen has no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Timings {
    /// The request passed verification, with its whole body, and went to the app.
    pub(crate) forwarded: Option<Duration>,
    /// The head of the answer was there.
    pub(crate) answered: Option<Duration>,
    /// The last byte was handed over, or an end went away.
    pub(crate) done: Option<Duration>,
}

/// What was decided about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) verdict: Verdict,
    /// The provider's id; absent on a route without verification.
    pub(crate) provider: Option<Cow<'static, str>>,
    /// Why it was refused: the word of a `RejectionKind`.
    pub(crate) reason: Option<Cow<'static, str>>,
    /// The position of the secret that matched, from 0, and its label.
    pub(crate) secret: Option<(u32, Option<Arc<str>>)>,
    /// When the provider signed it, in Unix seconds.
    pub(crate) signed_at: Option<i64>,
    /// The delivery's id.
    pub(crate) delivery_id: Option<String>,
    /// The public URL that was verified against, as far as it is known: the first of the candidates.
    pub(crate) public_url: Option<String>,
    /// How the URL was written when it matched, if not as requested.
    pub(crate) url_form: Option<Cow<'static, str>>,
}

/// The verdict in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Verified and handed to the app.
    Accepted,
    /// An endpoint challenge, answered without the app.
    Answered,
    /// Refused: the app never saw it.
    Refused,
    /// Nothing was decided: the client went away first, or the request is none that is forwarded.
    #[default]
    Undecided,
    /// Handed to the app without verification, as configured.
    Unverified,
}

/// How a replay came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replay {
    pub(crate) of: Id,
    /// How it was signed: `fresh`, `as-captured`, `wrong`, `expired`, or `unsigned` with the reason.
    pub(crate) signing: Cow<'static, str>,
}

/// What went through a WebSocket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Tunnel {
    pub(crate) frames_from_client: u64,
    pub(crate) bytes_from_client: u64,
    pub(crate) frames_from_app: u64,
    pub(crate) bytes_from_app: u64,
}

impl Verdict {
    pub(crate) const ALL: [Self; 5] =
        [Self::Accepted, Self::Answered, Self::Refused, Self::Undecided, Self::Unverified];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Undecided => "undecided",
            Self::Unverified => "unverified",
        }
    }
}

impl Exchange {
    /// A request of which nothing more is known yet.
    pub(crate) fn begun(id: Id, route: Arc<str>, peer: SocketAddr, arrived: SystemTime, request: Message) -> Self {
        Self {
            id,
            route,
            peer,
            arrived,
            timings: Timings::default(),
            request,
            decision: Decision::default(),
            response: None,
            trouble: None,
            abandoned: false,
            replay: None,
            tunnel: None,
            explanation: None,
            redacted: false,
            stored: false,
            retry_of: None,
        }
    }

    /// The request's method.
    pub(crate) fn method(&self) -> &str {
        self.request_line().0
    }

    /// The request's target, as it came.
    pub(crate) fn target(&self) -> &str {
        self.request_line().1
    }

    /// The answer's status.
    pub(crate) fn status(&self) -> Option<u16> {
        let line = self.response.as_ref()?.start_line();
        let words = line.get(memchr::memchr(b' ', line)? + 1..)?;
        let word = words.get(..memchr::memchr(b' ', words).unwrap_or(words.len()))?;
        std::str::from_utf8(word).ok()?.parse().ok()
    }

    /// Whether a secret was taken out of a part of it, as far as it shows: senders may write the placeholder, too.
    pub(crate) fn lacks_secret(&self, part: &[u8]) -> bool {
        self.redacted && memchr::memmem::find(part, SECRET).is_some()
    }

    /// Whether a header of its request, or the user in its target, lost a credential.
    pub(crate) fn lacks_credential(&self) -> bool {
        self.redacted && memchr::memmem::find(&self.request.head, REDACTED).is_some()
    }

    /// The request's method and target.
    pub(crate) fn request_line(&self) -> (&str, &str) {
        let line = std::str::from_utf8(self.request.start_line()).unwrap_or_default();
        let (first, last) = (memchr::memchr(b' ', line.as_bytes()), memchr::memrchr(b' ', line.as_bytes()));
        let method = first.and_then(|first| line.get(..first)).unwrap_or_default();
        let target = first.zip(last).and_then(|(first, last)| line.get(first + 1..last)).unwrap_or_default();
        (method, target)
    }
}
