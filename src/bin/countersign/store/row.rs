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

use super::{Decision, Exchange, Frames, Id, Message, Replay, Verdict, details::Details};

/// What writes rows, once for many of them.
pub(super) struct Insert<'a> {
    connection: &'a Connection,
    statement: CachedStatement<'a>,
    /// What each parameter holds from the row before. A statement comes out of the cache with none.
    bound: Vec<Bound>,
    details: Vec<u8>,
}

/// What a parameter holds.
enum Bound {
    Null,
    /// The same as in the next row, most likely.
    Known(Value),
    Other,
}

impl<'a> Insert<'a> {
    pub(super) fn prepare(connection: &'a Connection) -> rusqlite::Result<Self> {
        let bound = std::iter::repeat_with(|| Bound::Null).take(PARAMETERS).collect();
        Ok(Self { connection, statement: connection.prepare_cached(&INSERT)?, bound, details: Vec::new() })
    }

    /// Writes an exchange, under a greater id if its own is taken. How many bytes it counts for.
    pub(super) fn write(&mut self, exchange: &mut Exchange) -> rusqlite::Result<i64> {
        exchange.request.body.join();
        if let Some(response) = &mut exchange.response {
            response.body.join();
        }
        let bytes = size(exchange);
        let mut buffer = std::mem::take(&mut self.details);
        let details = Details::of(exchange).write(&mut buffer)?;
        let mut attempts = 0;
        while !self.insert(exchange, bytes, details)? {
            attempts += 1;
            if attempts == MOST_ATTEMPTS {
                return Err(rusqlite::Error::StatementChangedRows(0));
            }
            exchange.id =
                if attempts < FEW_ATTEMPTS { exchange.id.next() } else { after_crowd(self.connection, exchange.id)? };
        }
        self.details = buffer;
        let request_body = Some(exchange.request.body.joined()).filter(is_large);
        let response_body = exchange.response.as_ref().map(|response| response.body.joined()).filter(is_large);
        if request_body.is_some() || response_body.is_some() {
            self.connection.prepare_cached("INSERT INTO bodies VALUES (?1, ?2, ?3)")?.execute(params![
                exchange.id.to_i64(),
                request_body,
                response_body
            ])?;
        }
        Ok(bytes)
    }

    /// Whether the id was free.
    fn insert(&mut self, exchange: &Exchange, bytes: i64, details: &[u8]) -> rusqlite::Result<bool> {
        let Exchange { request, decision, response, replay, retry_of, .. } = exchange;
        let (method, target) = exchange.request_line();
        let request_body = request.body.joined();
        let response_body = response.as_ref().map(|response| response.body.joined());
        let parameters: [&dyn ToSql; PARAMETERS] = [
            &exchange.id.to_i64(),
            &bytes,
            &time(exchange.arrived),
            &&*exchange.route,
            &decision.provider.as_deref(),
            &decision.delivery_id.as_deref(),
            &replay.as_ref().map(|replay| replay.of.to_i64()),
            &retry_of.map(|(first, _)| first.to_i64()),
            &retry_of.map(|(_, attempt)| attempt),
            &method,
            &target,
            &exchange.status(),
            &decision.verdict.as_str(),
            &decision.reason.as_deref(),
            &details,
            &exchange.explanation.as_deref(),
            &&*request.head,
            &response.as_ref().map(|response| &*response.head),
            &(!is_large(&request_body)).then_some(request_body),
            &response_body.filter(|body| !is_large(body)),
        ];
        for (index, (parameter, bound)) in parameters.into_iter().zip(&mut self.bound).enumerate() {
            let value = parameter.to_sql()?;
            let next = match &value {
                ToSqlOutput::Borrowed(value) => *value,
                ToSqlOutput::Owned(value) => value.into(),
                // No such type is among them.
                _ => return Err(rusqlite::Error::InvalidParameterCount(index, PARAMETERS)),
            };
            match (&*bound, next) {
                (Bound::Null, ValueRef::Null) => continue,
                (Bound::Known(before), next) if ValueRef::from(before) == next => continue,
                (_, ValueRef::Null) => *bound = Bound::Null,
                (_, ValueRef::Text(text)) if REPEATED & 1 << index != 0 => {
                    *bound = Bound::Known(String::from_utf8_lossy(text).into_owned().into());
                }
                (_, ValueRef::Integer(number)) if REPEATED & 1 << index != 0 => *bound = Bound::Known(number.into()),
                _ => *bound = Bound::Other,
            }
            self.statement.raw_bind_parameter(index + 1, value)?;
        }
        Ok(self.statement.raw_execute()? == 1)
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
    let retry_of = columns.optional_integer()?;
    let attempt = columns.optional_integer()?;
    // Method, target and status are for filtering; the heads have them too.
    columns.next += 3;
    let verdict = columns.text()?;
    let verdict = Verdict::ALL.into_iter().find(|known| known.as_str() == verdict)?;
    let reason = columns.optional_text()?;
    let details = Details::read(columns.blob()??)?;
    let explanation = columns.optional_text()?;
    let mut request = Message { head: columns.bytes()??, body: details.request.body() };
    let mut response = match (columns.bytes()?, details.response) {
        (Some(head), Some(facts)) => Some(Message { head, body: facts.body() }),
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
        secret: details.secret.map(|(index, label)| (index, label.map(Into::into))),
        signed_at: details.signed_at,
        delivery_id: delivery_id.map(str::to_owned),
        public_url: details.public_url.map(str::to_owned),
        url_form: details.url_form.map(owned),
    };
    Some(Exchange {
        id,
        route: route.into(),
        peer: details.peer,
        arrived,
        timings: details.timings,
        request,
        decision,
        response,
        trouble: details.trouble.map(owned),
        abandoned: details.abandoned,
        replay: match (replay_of, details.replay_signing) {
            (Some(of), Some(signing)) => Some(Replay { of: Id::from_i64(of)?, signing: owned(signing) }),
            (None, None) => None,
            _ => return None,
        },
        tunnel: details.tunnel,
        explanation: explanation.map(Into::into),
        redacted: details.redacted,
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

    fn text(&mut self) -> Option<&'a str> {
        self.optional_text()?
    }

    fn optional_text(&mut self) -> Option<Option<&'a str>> {
        self.value()?.as_str_or_null().ok()
    }

    fn blob(&mut self) -> Option<Option<&'a [u8]>> {
        self.value()?.as_blob_or_null().ok()
    }

    fn bytes(&mut self) -> Option<Option<Bytes>> {
        Some(self.blob()?.map(Bytes::copy_from_slice))
    }
}

fn is_large(body: &&[u8]) -> bool {
    body.len() >= LARGE
}

fn frames(body: Bytes) -> Frames {
    Some(body).filter(|body| !body.is_empty()).into_iter().collect()
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

/// From here on a body stands outside of the row.
const LARGE: usize = 64 << 10;
/// The small columns and the index entries of a row.
const OVERHEAD: usize = 256;
/// Each process gives out its ids by the microsecond: those that meet are few, but for what is imported.
const FEW_ATTEMPTS: u32 = 8;
const MOST_ATTEMPTS: u32 = 1_000;

const COLUMNS: [&str; 18] = [
    "id",
    "bytes",
    "arrived",
    "route",
    "provider",
    "delivery_id",
    "replay_of",
    "retry_of",
    "attempt",
    "method",
    "target",
    "status",
    "verdict",
    "reason",
    "details",
    "explanation",
    "request_head",
    "response_head",
];
/// Those and the two bodies.
const PARAMETERS: usize = COLUMNS.len() + 2;
/// Route, provider, method, target, status, verdict, reason: what most rows have as the row before had it. To compare
/// it takes less than to hand it over again.
const REPEATED: u32 = 1 << 3 | 1 << 4 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13;

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places = ["?"; PARAMETERS].join(", ");
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
