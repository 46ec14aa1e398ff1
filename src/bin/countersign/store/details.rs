//! What a row knows of an exchange that nobody filters by: in one column, as [postcard] writes it.
//!
//! A column costs as much as some dozens of bytes, whether or not there is anything in it. The shape is a part of the
//! schema: it changes only with a migration.
//!
//! [postcard]: https://postcard.jamesmunns.com/wire-format

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

use super::{CapturedBody, Exchange, Frames, Timings, Tunnel};

#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Details<'a> {
    pub(super) peer: SocketAddr,
    pub(super) timings: Timings,
    /// The position of the secret that matched, and its label.
    #[serde(borrow)]
    pub(super) secret: Option<(u32, Option<&'a str>)>,
    pub(super) signed_at: Option<i64>,
    #[serde(borrow)]
    pub(super) public_url: Option<&'a str>,
    #[serde(borrow)]
    pub(super) url_form: Option<&'a str>,
    #[serde(borrow)]
    pub(super) trouble: Option<&'a str>,
    #[serde(borrow)]
    pub(super) replay_signing: Option<&'a str>,
    pub(super) abandoned: bool,
    pub(super) redacted: bool,
    pub(super) tunnel: Option<Tunnel>,
    pub(super) request: BodyFacts,
    pub(super) response: Option<BodyFacts>,
}

/// What is known of a body apart from its bytes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(super) struct BodyFacts {
    pub(super) size: u64,
    pub(super) complete: bool,
    pub(super) truncated: bool,
}

impl<'a> Details<'a> {
    pub(super) fn of(exchange: &'a Exchange) -> Self {
        let Exchange { decision, peer, timings, abandoned, redacted, tunnel, .. } = exchange;
        Self {
            peer: *peer,
            timings: *timings,
            secret: decision.secret.as_ref().map(|(index, label)| (*index, label.as_deref())),
            signed_at: decision.signed_at,
            public_url: decision.public_url.as_deref(),
            url_form: decision.url_form.as_deref(),
            trouble: exchange.trouble.as_deref(),
            replay_signing: exchange.replay.as_ref().map(|replay| &*replay.signing),
            abandoned: *abandoned,
            redacted: *redacted,
            tunnel: *tunnel,
            request: BodyFacts::of(&exchange.request.body),
            response: exchange.response.as_ref().map(|response| BodyFacts::of(&response.body)),
        }
    }

    /// Writes them into `buffer`, which grows as needed.
    pub(super) fn write<'b>(&self, buffer: &'b mut Vec<u8>) -> rusqlite::Result<&'b [u8]> {
        let texts = [self.secret.and_then(|(_, label)| label), self.public_url, self.url_form, self.trouble];
        let texts = texts.into_iter().chain([self.replay_signing]).flatten();
        let most = texts.map(|text| text.len()).sum::<usize>() + MOST_WITHOUT_TEXTS;
        if buffer.len() < most {
            buffer.resize(most, 0);
        }
        let written = postcard::to_slice(self, buffer);
        written.map(|written| &*written).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }

    /// `None` where they make no sense.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}

/// Some twenty numbers of ten bytes at most, as many marks, an address, and the lengths of the texts.
const MOST_WITHOUT_TEXTS: usize = 400;

impl BodyFacts {
    fn of(body: &CapturedBody) -> Self {
        Self { size: body.size, complete: body.complete, truncated: body.truncated }
    }

    /// The body, without its bytes.
    pub(super) fn body(self) -> CapturedBody {
        let Self { size, complete, truncated } = self;
        CapturedBody { frames: Frames::new(), size, complete, truncated }
    }
}
