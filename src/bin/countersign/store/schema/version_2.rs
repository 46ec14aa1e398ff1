//! Version 2: what nobody filters by stands in one column. To write a row of 42 columns took half as long again.

use std::{net::SocketAddr, time::Duration};

use rusqlite::{Row, Transaction, params};

use crate::store::{
    Timings, Tunnel,
    details::{BodyFacts, Details},
};

pub(super) fn migrate(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(BEGIN)?;
    let mut details = Vec::new();
    let mut select = transaction.prepare(SELECT)?;
    let mut copy = transaction.prepare(COPY)?;
    let mut delete = transaction.prepare("DELETE FROM version_1 WHERE id = ?1")?;
    loop {
        // One by one, so that each finds room where the one before stood.
        let mut rows = select.query([])?;
        let Some(row) = rows.next()? else { break };
        let id: i64 = row.get(0)?;
        let new = read(row).map(|old| old.write(&mut details)).transpose()?;
        drop(rows);
        // What makes no sense could not be shown before, either.
        if let Some(new) = new {
            copy.execute(params![id, new])?;
        }
        delete.execute([id])?;
    }
    drop((select, copy, delete));
    transaction.execute_batch(END)
}

fn read<'a>(row: &'a Row<'_>) -> Option<Details<'a>> {
    let mut next = 0;
    let mut value = || {
        next += 1;
        row.get_ref(next).ok()
    };
    let mut integer = || value()?.as_i64_or_null().ok();
    let time = |nanoseconds: Option<i64>| match nanoseconds.map(u64::try_from) {
        Some(Ok(nanoseconds)) => Some(Some(Duration::from_nanos(nanoseconds))),
        Some(Err(_)) => None,
        None => Some(None),
    };
    let count = |number: i64| u64::try_from(number).ok();
    let timings = Timings { forwarded: time(integer()?)?, answered: time(integer()?)?, done: time(integer()?)? };
    let secret_index = integer()?;
    let signed_at = integer()?;
    let (abandoned, redacted) = (integer()?? != 0, integer()?? != 0);
    let tunnel = match [integer()?, integer()?, integer()?, integer()?] {
        [Some(frames_from_client), Some(bytes_from_client), Some(frames_from_app), Some(bytes_from_app)] => {
            Some(Tunnel {
                frames_from_client: count(frames_from_client)?,
                bytes_from_client: count(bytes_from_client)?,
                frames_from_app: count(frames_from_app)?,
                bytes_from_app: count(bytes_from_app)?,
            })
        }
        _ => None,
    };
    let mut body = || {
        Some(match [integer()?, integer()?, integer()?] {
            [Some(size), Some(complete), Some(truncated)] => {
                Some(BodyFacts { size: count(size)?, complete: complete != 0, truncated: truncated != 0 })
            }
            _ => None,
        })
    };
    let (request, response) = (body()??, body()?);
    let mut text = || value()?.as_str_or_null().ok();
    let peer: SocketAddr = text()??.parse().ok()?;
    let label = text()?;
    Some(Details {
        peer,
        timings,
        secret: match secret_index {
            Some(index) => Some((u32::try_from(index).ok()?, label)),
            None => None,
        },
        signed_at,
        public_url: text()?,
        url_form: text()?,
        trouble: text()?,
        replay_signing: text()?,
        abandoned,
        redacted,
        tunnel,
        request,
        response,
    })
}

const BEGIN: &str = "
DROP INDEX replays;
DROP INDEX retries;
ALTER TABLE exchanges RENAME TO version_1;
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    route TEXT NOT NULL,
    provider TEXT,
    delivery_id TEXT,
    replay_of INTEGER,
    retry_of INTEGER,
    attempt INTEGER,
    method TEXT NOT NULL,
    target TEXT NOT NULL,
    status INTEGER,
    verdict TEXT NOT NULL,
    reason TEXT,
    details BLOB NOT NULL,
    explanation TEXT,
    request_head BLOB NOT NULL,
    response_head BLOB,
    request_body BLOB,
    response_body BLOB
) STRICT;
CREATE INDEX replays ON exchanges (replay_of) WHERE replay_of IS NOT NULL;
CREATE INDEX retries ON exchanges (retry_of) WHERE retry_of IS NOT NULL;
";

const SELECT: &str = "
SELECT id, forwarded, answered, done, secret_index, signed_at, abandoned, redacted, frames_from_client,
    bytes_from_client, frames_from_app, bytes_from_app, request_size, request_complete, request_truncated,
    response_size, response_complete, response_truncated, peer, secret_label, public_url, url_form, trouble,
    replay_signing
FROM version_1 ORDER BY id LIMIT 1";

const COPY: &str = "
INSERT INTO exchanges SELECT id, bytes, arrived, route, provider, delivery_id, replay_of, retry_of, attempt, method,
    target, status, verdict, reason, ?2, explanation, request_head, response_head, request_body, response_body
FROM version_1 WHERE id = ?1";

const END: &str = "
DROP TABLE version_1;
DELETE FROM bodies WHERE exchange NOT IN (SELECT id FROM exchanges);
UPDATE totals SET (count, bytes) = (SELECT count(*), coalesce(sum(bytes), 0) FROM exchanges);
";
