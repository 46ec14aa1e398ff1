//! Exchanges for tests.

use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;

use super::{CapturedBody, Decision, Exchange, Id, Message, Replay, Timings, Tunnel, Verdict};

/// An exchange with something in each of its parts.
pub(super) fn exchange(number: u32) -> Exchange {
    let request = message(
        "POST /sms?number=7 HTTP/1.1\r\nHost: example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
        format!("MessageSid=SM{number:08}&Body=Hello+W%C3%B6rld"),
    );
    let peer = "127.0.0.1:50000".parse().unwrap();
    let mut exchange = Exchange::begun(id(number), "command_line".into(), peer, arrived(number), request);
    exchange.timings = Timings {
        forwarded: Some(Duration::from_nanos(1_234_567)),
        answered: Some(Duration::from_millis(20)),
        done: Some(Duration::from_millis(21)),
    };
    exchange.decision = Decision {
        verdict: Verdict::Accepted,
        provider: Some(Cow::Borrowed("twilio")),
        reason: None,
        secret: Some((0, Some("env:TWILIO_AUTH_TOKEN".into()))),
        signed_at: Some(1_795_000_000),
        delivery_id: Some(format!("SM{number:08}")),
        public_url: Some("https://example.com/sms?number=7".to_owned()),
        url_form: Some(Cow::Borrowed("with-port")),
    };
    exchange.response = Some(message("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n", "<Response/>".to_owned()));
    exchange
}

/// One that looks as different as can be.
pub(super) fn odd(number: u32) -> Exchange {
    let mut odd = exchange(number);
    odd.peer = "[::1]:1".parse().unwrap();
    odd.timings = Timings::default();
    odd.request.body = CapturedBody { size: 12, ..CapturedBody::default() };
    odd.decision =
        Decision { verdict: Verdict::Refused, reason: Some("missing-signature".into()), ..Decision::default() };
    odd.response = None;
    odd.trouble = Some(Cow::Borrowed("broken"));
    odd.abandoned = true;
    odd.replay = Some(Replay { of: id(1), signing: Cow::Borrowed("fresh") });
    odd.tunnel =
        Some(Tunnel { frames_from_client: 1, bytes_from_client: 2, frames_from_app: 3, bytes_from_app: u64::MAX / 2 });
    odd
}

pub(super) fn id(number: u32) -> Id {
    Id::from_i64((1_795_000_000_000 << 20) + (i64::from(number) << 10)).unwrap()
}

pub(super) fn arrived(number: u32) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(1_795_000_000_000_000 + u64::from(number))
}

fn message(head: &'static str, body: String) -> Message {
    let body = Bytes::from(body);
    Message {
        head: Bytes::from_static(head.as_bytes()),
        body: CapturedBody { size: body.len() as u64, frames: [body].into(), complete: true, truncated: false },
    }
}
