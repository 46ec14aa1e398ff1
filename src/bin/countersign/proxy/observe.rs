//! The record of each request: what came of it, whoever decided it.

use std::{
    net::SocketAddr,
    sync::OnceLock,
    time::{Duration, Instant, SystemTime},
};

use countersign::{Rejection, Verified, verdict::UrlMatch};
use http::{Method, Request, Response, StatusCode, Uri, header};

use super::{Tracker, capture::Capture, peer::Peer};
use crate::{store::Id, warnings::is_html};

/// What is known of a request when the head of its answer is there.
///
/// It owns all it holds: a slice of a header would keep the connection's read buffer alive, and thousands of records
/// may wait for a console that nobody reads.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) time: SystemTime,
    pub(crate) peer: SocketAddr,
    /// The name under which it was captured.
    pub(crate) capture: Option<Id>,
    pub(crate) method: Method,
    /// Of the target, up to [`LONGEST_PATH`].
    pub(crate) path: Box<str>,
    pub(crate) outcome: Outcome,
    pub(crate) trouble: Option<Trouble>,
    /// None if there was no answer: the client went away first, or we did.
    pub(crate) status: Option<StatusCode>,
    /// Whether the answer says that it is HTML.
    pub(crate) is_html: bool,
    /// Whether the client closed the connection before the answer came.
    pub(crate) client_left: bool,
    pub(crate) duration: Duration,
}

/// What was decided about a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Verified and handed to the app.
    Accepted(Accepted),
    /// An endpoint challenge, answered without the app.
    Answered,
    /// Refused: the app never saw it.
    Refused(Rejection),
    /// Nothing was decided: the client went away first, or we did, or the request is none that is forwarded.
    Undecided,
    /// Handed to the app without verification, as configured.
    Unverified,
}

/// What is told of a delivery that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) provider: &'static str,
    pub(crate) secret_label: Option<Box<str>>,
    pub(crate) url: Option<UrlMatch>,
}

/// Why there is no answer of the app's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection broke before the answer.
    Broken,
    /// The body that the app was to get broke off, or its chunks are malformed: that is the client's.
    ClientBrokeOff,
    /// We ended, and could not wait any longer.
    Ended,
    /// What came is no answer that HTTP knows.
    InvalidAnswer,
    /// No answer came in time.
    TimedOut,
    /// No connection could be made.
    Unreachable,
    /// Nobody knows the app's name.
    Unresolved,
}

impl Trouble {
    /// The trouble as a kebab-case word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::ClientBrokeOff => "client-broke-off",
            Self::Ended => "ended",
            Self::InvalidAnswer => "invalid-answer",
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
            Self::Unresolved => "unresolved",
        }
    }

    /// Whether it has to do with the app.
    pub(crate) const fn is_the_apps(self) -> bool {
        !matches!(self, Self::ClientBrokeOff | Self::Ended)
    }
}

/// What the bottom of the stack reports of a request that reached it: at once, since whoever sent it may be gone before
/// the app answers.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// `None` where nothing verifies.
    pub(super) verified: OnceLock<Option<Verified>>,
    pub(super) trouble: OnceLock<Trouble>,
}

/// Takes the records. Called on the data plane: it must neither block nor panic.
pub(crate) trait Observer: Send + Sync {
    fn request(&self, record: Record);

    /// A connection ended with an error before or between requests.
    fn broken_connection(&self, peer: SocketAddr, error: &hyper::Error);

    /// Connections cannot be accepted at the moment.
    fn accept_failed(&self, error: &std::io::Error);

    /// Something that people should know and that belongs to no single request.
    fn notice(&self, text: &str);

    /// The same, where something went wrong.
    fn warning(&self, text: &str);
}

/// A request that is being worked on. Dropped before [`finish`](Self::finish), it reports that the client went away, or
/// that it was cut off by our end.
pub(super) struct Observation<'a> {
    observer: &'a dyn Observer,
    tracker: &'a Tracker,
    peer: &'a Peer,
    began: Instant,
    passage: &'a Passage,
    capture: Option<&'a Capture>,
    record: Option<Record>,
}

impl<'a> Observation<'a> {
    pub(super) fn begin<B>(
        observer: &'a dyn Observer,
        tracker: &'a Tracker,
        request: &Request<B>,
        peer: &'a Peer,
        passage: &'a Passage,
        capture: Option<&'a Capture>,
        (arrived, began): (SystemTime, Instant),
    ) -> Self {
        let record = Record {
            time: arrived,
            peer: peer.address(),
            capture: capture.map(Capture::id),
            method: request.method().clone(),
            path: beginning(target(request.uri())).into(),
            outcome: Outcome::Undecided,
            trouble: None,
            status: None,
            is_html: false,
            client_left: false,
            duration: Duration::ZERO,
        };
        Self { observer, tracker, peer, began, passage, capture, record: Some(record) }
    }

    /// Reports what the response says, and the bottom of the stack if the request reached it.
    pub(super) fn finish<B>(mut self, response: &Response<B>) {
        let Some(record) = &mut self.record else { return };
        record.status = Some(response.status());
        record.is_html = response.headers().get(header::CONTENT_TYPE).is_some_and(|value| is_html(value.as_bytes()));
        record.trouble = self.passage.trouble.get().copied();
        record.outcome = match response.extensions().get::<Rejection>() {
            Some(rejection) => Outcome::Refused(*rejection),
            // Nobody below answered and nobody refused: the layer met a challenge.
            None => self.passage.outcome().unwrap_or(Outcome::Answered),
        };
        self.answered(response);
    }

    /// Reports a request that was answered before anything was decided about it.
    pub(super) fn finish_undecided<B>(mut self, response: &Response<B>) {
        if let Some(record) = &mut self.record {
            record.status = Some(response.status());
        }
        self.answered(response);
    }

    /// The report, with one duration for all who want to know it.
    fn answered<B>(&mut self, response: &Response<B>) {
        let Some(mut record) = self.record.take() else { return };
        record.duration = self.began.elapsed();
        record.client_left = self.peer.has_left();
        if let Some(capture) = self.capture {
            capture.answered(&record, response);
        }
        self.observer.request(record);
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            record.duration = self.began.elapsed();
            record.outcome = self.passage.outcome().unwrap_or(Outcome::Undecided);
            match self.tracker.is_cut_off() {
                true => record.trouble = Some(Trouble::Ended),
                false => record.client_left = true,
            }
            self.observer.request(record);
        }
    }
}

impl Passage {
    /// What was decided, once the request is on its way to the app.
    fn outcome(&self) -> Option<Outcome> {
        Some(match self.verified.get()? {
            Some(verified) => Outcome::Accepted(Accepted::new(verified)),
            None => Outcome::Unverified,
        })
    }
}

impl Accepted {
    fn new(verified: &Verified) -> Self {
        Self {
            provider: verified.provider(),
            secret_label: verified.secret_label().map(Into::into),
            url: verified.url(),
        }
    }
}

/// The path, or what stands where one should be.
fn target(uri: &Uri) -> &str {
    match (uri.path(), uri.authority()) {
        ("", Some(authority)) => authority.as_str(),
        (path, _) => path,
    }
}

fn beginning(path: &str) -> &str {
    let end = (0..=path.len().min(LONGEST_PATH)).rev().find(|end| path.is_char_boundary(*end));
    path.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// In bytes. Logs need no more, and a head may be sixteen times as long.
const LONGEST_PATH: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_between_characters() {
        assert_eq!(beginning("/sms"), "/sms");
        assert_eq!(beginning(""), "");
        let long = format!("/{}", "ü".repeat(LONGEST_PATH));
        assert_eq!(beginning(&long).len(), LONGEST_PATH - 1);
        assert!(long.starts_with(beginning(&long)));
    }
}
