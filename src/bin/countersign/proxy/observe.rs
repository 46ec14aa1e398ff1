//! The record of each request: what came of it, whoever decided it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use countersign::{Rejection, Verified};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, header};

use super::{capture::Capture, peer::Peer};
use crate::store::Id;

/// What is known of a request when the head of its answer is there.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) time: SystemTime,
    pub(crate) peer: SocketAddr,
    /// The name under which it was captured.
    pub(crate) capture: Option<Id>,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) outcome: Outcome,
    pub(crate) trouble: Option<Trouble>,
    /// None if the client went away before there was an answer.
    pub(crate) status: Option<StatusCode>,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) duration: Duration,
}

/// What was decided about a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Verified and handed to the app.
    Accepted(Verified),
    /// An endpoint challenge, answered without the app.
    Answered,
    /// Refused: the app never saw it.
    Refused(Rejection),
    /// Nothing was decided: the client went away first, or the request is none that is forwarded.
    Undecided,
    /// Handed to the app without verification, as configured.
    Unverified,
}

/// What went wrong between us and the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The connection broke before the answer.
    Broken,
    /// No connection could be made.
    Unreachable,
    /// No answer came in time.
    TimedOut,
}

impl Trouble {
    /// The trouble as a kebab-case word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::TimedOut => "timed-out",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What the bottom of the stack reports of a request that reached it.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) verified: Option<Verified>,
    pub(super) trouble: Option<Trouble>,
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

/// A request that is being worked on. Dropped before [`finish`](Self::finish), it reports that the client went away.
pub(super) struct Observation<'a> {
    observer: &'a dyn Observer,
    began: Instant,
    record: Option<Record>,
}

impl<'a> Observation<'a> {
    pub(super) fn begin<B>(
        observer: &'a dyn Observer,
        request: &Request<B>,
        peer: &Peer,
        capture: Option<Id>,
        (arrived, began): (SystemTime, Instant),
    ) -> Self {
        let record = Record {
            time: arrived,
            peer: peer.address(),
            capture,
            method: request.method().clone(),
            uri: request.uri().clone(),
            outcome: Outcome::Undecided,
            trouble: None,
            status: None,
            content_type: None,
            duration: Duration::ZERO,
        };
        Self { observer, began, record: Some(record) }
    }

    /// Reports what the response says, and the bottom of the stack if the request reached it.
    pub(super) fn finish<B>(mut self, response: &Response<B>, passage: Option<Passage>, capture: Option<&Capture>) {
        let Some(record) = &mut self.record else { return };
        record.status = Some(response.status());
        record.content_type = response.headers().get(header::CONTENT_TYPE).cloned();
        record.trouble = passage.as_ref().and_then(|passage| passage.trouble);
        record.outcome = match (response.extensions().get::<Rejection>(), passage) {
            (Some(rejection), _) => Outcome::Refused(*rejection),
            (None, Some(Passage { verified: Some(verified), .. })) => Outcome::Accepted(verified),
            (None, Some(Passage { verified: None, .. })) => Outcome::Unverified,
            // Nobody below answered and nobody refused: the layer met a challenge.
            (None, None) => Outcome::Answered,
        };
        self.answered(response, capture);
    }

    /// Reports a request that was answered before anything was decided about it.
    pub(super) fn finish_undecided<B>(mut self, response: &Response<B>, capture: Option<&Capture>) {
        if let Some(record) = &mut self.record {
            record.status = Some(response.status());
        }
        self.answered(response, capture);
    }

    /// The report, with one duration for all who want to know it.
    fn answered<B>(&mut self, response: &Response<B>, capture: Option<&Capture>) {
        let Some(mut record) = self.record.take() else { return };
        record.duration = self.began.elapsed();
        if let Some(capture) = capture {
            capture.answered(record.duration, response, &record.outcome, record.trouble);
        }
        self.observer.request(record);
    }
}

impl Drop for Observation<'_> {
    fn drop(&mut self) {
        if let Some(mut record) = self.record.take() {
            record.duration = self.began.elapsed();
            self.observer.request(record);
        }
    }
}
