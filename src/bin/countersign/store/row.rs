//! Exchanges as rows, and rows as exchanges.

use std::{
    borrow::Cow,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use rusqlite::{
    CachedStatement, Connection, OptionalExtension, Row, ToSql, params,
    types::{ToSqlOutput, Value, ValueRef},
};

use super::{CapturedBody, Decision, Exchange, Id, Message, Replay, Timings, Tunnel, Verdict};

/// What writes rows, once for many of them.
pub(super) struct Insert<'a> {
    connection: &'a Connection,
    statement: CachedStatement<'a>,
    /// Which parameters are not `NULL` from the row before: half of all are in most rows, and stay so. A statement comes
    /// out of the cache with none.
    bound: u64,
}

impl<'a> Insert<'a> {
    pub(super) fn prepare(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self { connection, statement: connection.prepare_cached(&INSERT)?, bound: 0 })
    }

    /// How many rows it changed.
    fn execute(&mut self, parameters: &[&dyn ToSql]) -> rusqlite::Result<usize> {
        for (index, parameter) in parameters.iter().enumerate() {
            let value = parameter.to_sql()?;
            let is_bound = !matches!(value, ToSqlOutput::Borrowed(ValueRef::Null) | ToSqlOutput::Owned(Value::Null));
            if is_bound || self.bound & (1 << index) != 0 {
                self.statement.raw_bind_parameter(index + 1, value)?;
                self.bound = self.bound & !(1 << index) | u64::from(is_bound) << index;
            }
        }
        self.statement.raw_execute()
    }

    /// Writes an exchange, under a greater id if its own is taken. How many bytes it counts for.
    pub(super) fn write(&mut self, exchange: &mut Exchange) -> rusqlite::Result<i64> {
        let connection = self.connection;
        exchange.request.body.join();
        if let Some(response) = &mut exchange.response {
            response.body.join();
        }
        let bytes = size(exchange);
        let is_large = |body: &&[u8]| body.len() >= LARGE;
        let mut attempts = 0;
        loop {
            let Exchange { request, decision, response, replay, tunnel, retry_of, .. } = &*exchange;
            let request_body = request.body.joined();
            let response_body = response.as_ref().map(|response| response.body.joined());
            let body = response.as_ref().map(|response| &response.body);
            let changed = self.execute(params![
                exchange.id.to_i64(),
                bytes,
                time(exchange.arrived),
                &*exchange.route,
                decision.provider.as_deref(),
                decision.delivery_id.as_deref(),
                replay.as_ref().map(|replay| replay.of.to_i64()),
                replay.as_ref().map(|replay| &*replay.signing),
                retry_of.map(|(first, _)| first.to_i64()),
                retry_of.map(|(_, attempt)| attempt),
                exchange.method(),
                exchange.target(),
                exchange.status(),
                decision.verdict.as_str(),
                decision.reason.as_deref(),
                exchange.peer.to_string(),
                exchange.timings.forwarded.map(nanoseconds),
                exchange.timings.answered.map(nanoseconds),
                exchange.timings.done.map(nanoseconds),
                decision.secret.as_ref().map(|(index, _)| *index),
                decision.secret.as_ref().and_then(|(_, label)| label.as_deref()),
                decision.signed_at,
                decision.public_url.as_deref(),
                decision.url_form.as_deref(),
                exchange.trouble.as_deref(),
                exchange.abandoned,
                exchange.redacted,
                tunnel.map(|tunnel| number(tunnel.frames_from_client)),
                tunnel.map(|tunnel| number(tunnel.bytes_from_client)),
                tunnel.map(|tunnel| number(tunnel.frames_from_app)),
                tunnel.map(|tunnel| number(tunnel.bytes_from_app)),
                number(request.body.size),
                request.body.complete,
                request.body.truncated,
                body.map(|body| number(body.size)),
                body.map(|body| body.complete),
                body.map(|body| body.truncated),
                exchange.explanation.as_deref(),
                &*request.head,
                response.as_ref().map(|response| &*response.head),
                (!is_large(&request_body)).then_some(request_body),
                response_body.filter(|body| !is_large(body)),
            ])?;
            if changed == 1 {
                break;
            }
            attempts += 1;
            if attempts == MOST_ATTEMPTS {
                return Err(rusqlite::Error::StatementChangedRows(0));
            }
            exchange.id =
                if attempts < FEW_ATTEMPTS { exchange.id.next() } else { after_crowd(connection, exchange.id)? };
        }
        let request_body = Some(exchange.request.body.joined()).filter(is_large);
        let response_body = exchange.response.as_ref().map(|response| response.body.joined()).filter(is_large);
        if request_body.is_some() || response_body.is_some() {
            connection.prepare_cached("INSERT INTO bodies VALUES (?1, ?2, ?3)")?.execute(params![
                exchange.id.to_i64(),
                request_body,
                response_body
            ])?;
        }
        Ok(bytes)
    }
}

/// The id after the greatest that is taken within the same millisecond.
fn after_crowd(connection: &Connection, id: Id) -> rusqlite::Result<Id> {
    let mut statement =
        connection.prepare_cached("SELECT max(id) FROM exchanges WHERE id BETWEEN ?1 AND ?1 + 1048575")?;
    let greatest: Option<i64> = statement.query_row([id.to_i64()], |row| row.get(0))?;
    Ok(greatest.and_then(Id::from_i64).unwrap_or(id).next())
}

/// Reads an exchange; its bodies only if asked. `Err(Damaged)` where a row makes no sense.
pub(super) fn load(
    connection: &Connection,
    id: Id,
    bodies: bool,
) -> rusqlite::Result<Option<Result<Exchange, Damaged>>> {
    let sql: &str = if bodies { &SELECT_WITH_BODIES } else { &SELECT };
    connection.prepare_cached(sql)?.query_row([id.to_i64()], |row| Ok(read(row, bodies).ok_or(Damaged))).optional()
}

/// What an exchange takes, near enough.
pub(super) fn size(exchange: &Exchange) -> i64 {
    let of = |message: &Message| message.head.len() + message.body.kept();
    let messages = of(&exchange.request) + exchange.response.as_ref().map_or(0, of);
    let notes = exchange.explanation.as_ref().map_or(0, |text| text.len());
    (messages + notes + OVERHEAD) as i64
}

/// A row that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

fn read(row: &Row<'_>, bodies: bool) -> Option<Exchange> {
    let mut columns = Columns { row, next: 0 };
    let id = Id::from_i64(columns.integer()?)?;
    let _bytes = columns.integer()?;
    let arrived = from_time(columns.integer()?)?;
    let route = columns.text()?;
    let provider = columns.optional_text()?;
    let delivery_id = columns.optional_text()?;
    let replay_of = columns.optional_integer()?;
    let replay_signing = columns.optional_text()?;
    let retry_of = columns.optional_integer()?;
    let attempt = columns.optional_integer()?;
    // Method, target and status are for filtering; the heads have them too.
    columns.next += 3;
    let verdict = columns.text()?;
    let verdict = Verdict::ALL.into_iter().find(|known| known.as_str() == verdict)?;
    let reason = columns.optional_text()?;
    let peer = columns.text()?.parse().ok()?;
    let timings = Timings {
        forwarded: columns.optional_duration()?,
        answered: columns.optional_duration()?,
        done: columns.optional_duration()?,
    };
    let secret_index = columns.optional_integer()?;
    let secret_label = columns.optional_text()?;
    let signed_at = columns.optional_integer()?;
    let public_url = columns.optional_text()?;
    let url_form = columns.optional_text()?;
    let trouble = columns.optional_text()?;
    let abandoned = columns.integer()? != 0;
    let redacted = columns.integer()? != 0;
    let tunnel = columns.tunnel()?;
    let mut request = Message { body: columns.body()??, ..Message::default() };
    let response_body = columns.body()?;
    let explanation = columns.optional_text()?;
    request.head = columns.bytes()??;
    let response_head = columns.bytes()?;
    let mut response = match (response_head, response_body) {
        (Some(head), Some(body)) => Some(Message { head, body }),
        (None, None) => None,
        _ => return None,
    };
    if bodies {
        let (small, small_answer) = (columns.bytes()?, columns.bytes()?);
        let (large, large_answer) = (columns.bytes()?, columns.bytes()?);
        request.body.frames = frames(small.or(large)?);
        if let Some(response) = &mut response {
            response.body.frames = frames(small_answer.or(large_answer)?);
        }
    }
    let decision = Decision {
        verdict,
        provider: provider.map(owned),
        reason: reason.map(owned),
        secret: match secret_index {
            Some(index) => Some((u32::try_from(index).ok()?, secret_label.map(Into::into))),
            None => None,
        },
        signed_at,
        delivery_id: delivery_id.map(str::to_owned),
        public_url: public_url.map(str::to_owned),
        url_form: url_form.map(owned),
    };
    Some(Exchange {
        id,
        route: route.into(),
        peer,
        arrived,
        timings,
        request,
        decision,
        response,
        trouble: trouble.map(owned),
        abandoned,
        replay: match (replay_of, replay_signing) {
            (Some(of), Some(signing)) => Some(Replay { of: Id::from_i64(of)?, signing: owned(signing) }),
            (None, None) => None,
            _ => return None,
        },
        tunnel,
        explanation: explanation.map(Into::into),
        redacted,
        stored: true,
        retry_of: match (retry_of, attempt) {
            (Some(first), Some(attempt)) => Some((Id::from_i64(first)?, u32::try_from(attempt).ok()?)),
            (None, None) => None,
            _ => return None,
        },
    })
}

/// Takes columns one after the other. `None` where one is not of the type that it should be.
struct Columns<'a> {
    row: &'a Row<'a>,
    next: usize,
}

impl<'a> Columns<'a> {
    fn value(&mut self) -> Option<ValueRef<'a>> {
        let value = self.row.get_ref(self.next).ok()?;
        self.next += 1;
        Some(value)
    }

    fn integer(&mut self) -> Option<i64> {
        self.optional_integer()?
    }

    fn optional_integer(&mut self) -> Option<Option<i64>> {
        self.value()?.as_i64_or_null().ok()
    }

    fn optional_duration(&mut self) -> Option<Option<Duration>> {
        match self.optional_integer()? {
            Some(nanoseconds) => Some(Some(Duration::from_nanos(u64::try_from(nanoseconds).ok()?))),
            None => Some(None),
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        self.optional_text()?
    }

    fn optional_text(&mut self) -> Option<Option<&'a str>> {
        self.value()?.as_str_or_null().ok()
    }

    fn bytes(&mut self) -> Option<Option<Bytes>> {
        Some(self.value()?.as_blob_or_null().ok()?.map(Bytes::copy_from_slice))
    }

    fn tunnel(&mut self) -> Option<Option<Tunnel>> {
        let mut counts = [None; 4];
        for count in &mut counts {
            *count = self.optional_integer()?.and_then(|count| u64::try_from(count).ok());
        }
        Some(match counts {
            [Some(frames_from_client), Some(bytes_from_client), Some(frames_from_app), Some(bytes_from_app)] => {
                Some(Tunnel { frames_from_client, bytes_from_client, frames_from_app, bytes_from_app })
            }
            _ => None,
        })
    }

    /// What is known of a body apart from its bytes.
    fn body(&mut self) -> Option<Option<CapturedBody>> {
        let (size, complete, truncated) =
            (self.optional_integer()?, self.optional_integer()?, self.optional_integer()?);
        Some(match (size, complete, truncated) {
            (Some(size), Some(complete), Some(truncated)) => Some(CapturedBody {
                frames: Vec::new(),
                size: u64::try_from(size).ok()?,
                complete: complete != 0,
                truncated: truncated != 0,
            }),
            _ => None,
        })
    }
}

fn frames(body: Bytes) -> Vec<Bytes> {
    if body.is_empty() { Vec::new() } else { vec![body] }
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

/// Nanoseconds since 1970.
pub(super) fn time(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => nanoseconds(since),
        Err(before) => -nanoseconds(before.duration()),
    }
}

fn from_time(nanoseconds: i64) -> Option<SystemTime> {
    let distance = Duration::from_nanos(nanoseconds.unsigned_abs());
    if nanoseconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// From here on a body stands outside of the row.
const LARGE: usize = 64 << 10;
/// The small columns and the index entries of a row.
const OVERHEAD: usize = 256;
/// Each process gives out its ids by the microsecond: those that meet are few, but for what is imported.
const FEW_ATTEMPTS: u32 = 8;
const MOST_ATTEMPTS: u32 = 1_000;

// `Insert` has a bit for each, and for the two bodies.
const _: () = assert!(COLUMNS.len() + 2 <= u64::BITS as usize);

const COLUMNS: &[&str] = &[
    "id",
    "bytes",
    "arrived",
    "route",
    "provider",
    "delivery_id",
    "replay_of",
    "replay_signing",
    "retry_of",
    "attempt",
    "method",
    "target",
    "status",
    "verdict",
    "reason",
    "peer",
    "forwarded",
    "answered",
    "done",
    "secret_index",
    "secret_label",
    "signed_at",
    "public_url",
    "url_form",
    "trouble",
    "abandoned",
    "redacted",
    "frames_from_client",
    "bytes_from_client",
    "frames_from_app",
    "bytes_from_app",
    "request_size",
    "request_complete",
    "request_truncated",
    "response_size",
    "response_complete",
    "response_truncated",
    "explanation",
    "request_head",
    "response_head",
];

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places = vec!["?"; COLUMNS.len() + 2].join(", ");
    let columns = COLUMNS.join(", ");
    format!(
        "INSERT INTO exchanges ({columns}, request_body, response_body) VALUES ({places}) ON CONFLICT (id) DO NOTHING"
    )
});

static SELECT: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM exchanges WHERE id = ?1", COLUMNS.join(", ")));

static SELECT_WITH_BODIES: LazyLock<String> = LazyLock::new(|| {
    let columns = COLUMNS.join(", ");
    format!(
        "SELECT {columns}, request_body, response_body, bodies.request, bodies.response \
         FROM exchanges LEFT JOIN bodies ON exchange = id WHERE id = ?1"
    )
});
