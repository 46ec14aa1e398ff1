//! Finding exchanges.

use std::time::Instant;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};

use super::{
    Id, Page, PathFilter, Query, StatusFilter,
    row::{self, Damaged},
    search::{Needles, has_header},
};

/// A page, and how many rows were skipped since they are damaged.
///
/// The table is read backwards in windows of so many rows, so that time can be looked at in between and a page that ran
/// out of it knows where to go on. SQLite checks the small columns; heads and bodies are looked into here.
pub(super) fn list(connection: &Connection, query: &Query) -> rusqlite::Result<(Page, u64)> {
    let began = Instant::now();
    let search = Search::new(query);
    let limit = query.limit.clamp(1, Query::MOST);
    let after = query.after.map_or(-1, Id::to_i64);
    let mut before = query.before.map_or(i64::MAX, Id::to_i64);
    let mut page = Page::default();
    let mut damaged = 0;
    // Mostly the newest are what is asked for: the first window is small.
    let mut window = i64::try_from(limit).unwrap_or(WINDOW);
    loop {
        let Some(start) = window_start(connection, before, after, window)? else { return Ok((page, damaged)) };
        let mut statement = connection.prepare_cached(&search.sql)?;
        let bounds = [Value::Integer(start), Value::Integer(before)];
        let mut rows = statement.query(params_from_iter(bounds.iter().chain(&search.values)))?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if search.matches(row) {
                match Id::from_i64(id).map(|id| row::load(connection, id, query.bodies)).transpose()?.flatten() {
                    Some(Ok(exchange)) => page.items.push(exchange),
                    Some(Err(Damaged)) => damaged += 1,
                    None => {}
                }
            }
            let is_full = page.items.len() == limit;
            if is_full || began.elapsed() > query.patience {
                page.next = Id::from_i64(id).filter(|_| has_more(connection, id, after).unwrap_or(true));
                page.cut_short = !is_full && page.next.is_some();
                return Ok((page, damaged));
            }
        }
        before = start;
        window = WINDOW;
        if began.elapsed() > query.patience {
            page.next = Id::from_i64(start).filter(|_| has_more(connection, start, after).unwrap_or(true));
            page.cut_short = page.next.is_some();
            return Ok((page, damaged));
        }
    }
}

/// The conditions, for SQLite and for here.
struct Search {
    sql: String,
    values: Vec<Value>,
    header: Option<(String, Option<Needles>)>,
    text: Option<Needles>,
    body: Option<Needles>,
}

impl Search {
    fn new(query: &Query) -> Self {
        let mut conditions = Conditions::default();
        conditions.equal("route", query.route.as_deref());
        conditions.equal("provider", query.provider.as_deref());
        if let Some(method) = &query.method {
            conditions.add("method = ? COLLATE NOCASE", [Value::Text(method.clone())]);
        }
        match &query.status {
            Some(StatusFilter::Range(range)) => {
                let bounds = [*range.start(), *range.end()].map(|status| Value::Integer(status.into()));
                conditions.add("status BETWEEN ? AND ?", bounds);
            }
            Some(StatusFilter::None) => conditions.add("status IS NULL", []),
            None => {}
        }
        match &query.path {
            Some(PathFilter::Contains(part)) => {
                conditions.add("instr(lower(target), lower(?)) > 0", [Value::Text(part.clone())]);
            }
            Some(PathFilter::Prefix(start)) => {
                let length = Value::Integer(start.chars().count() as i64);
                conditions.add("substr(target, 1, ?) = ?", [length, Value::Text(start.clone())]);
            }
            None => {}
        }
        if !query.verdicts.is_empty() {
            let places = vec!["?"; query.verdicts.len()].join(", ");
            let verdicts = query.verdicts.iter().map(|verdict| Value::Text(verdict.as_str().to_owned()));
            conditions.add(&format!("verdict IN ({places})"), verdicts);
        }
        if let Some(since) = query.since {
            conditions.add("arrived >= ?", [Value::Integer(row::time(since))]);
        }
        if let Some(until) = query.until {
            conditions.add("arrived <= ?", [Value::Integer(row::time(until))]);
        }
        match query.replay {
            Some(true) => conditions.add("replay_of IS NOT NULL", []),
            Some(false) => conditions.add("replay_of IS NULL", []),
            None => {}
        }
        let (columns, table) = match query {
            Query { text: None, body: None, header: None, .. } => ("id", "exchanges"),
            Query { text: None, body: None, .. } => ("id, request_head, response_head", "exchanges"),
            _ => (
                "id, request_head, response_head, request_body, response_body, request, response, delivery_id",
                "exchanges LEFT JOIN bodies ON exchange = id",
            ),
        };
        Self {
            sql: format!("SELECT {columns} FROM {table} WHERE id >= ? AND id < ?{} ORDER BY id DESC", conditions.sql),
            values: conditions.values,
            header: query
                .header
                .as_ref()
                .map(|header| (header.name.clone(), header.contains.as_deref().map(Needles::plain))),
            text: query.text.as_deref().map(Needles::new),
            body: query.body.as_deref().map(Needles::new),
        }
    }

    /// What SQLite was not asked.
    fn matches(&self, row: &Row<'_>) -> bool {
        let bytes =
            |column: usize| row.get_ref(column).ok().and_then(|value| value.as_bytes().ok()).unwrap_or_default();
        let any = |columns: &[usize], needles: &Needles| columns.iter().any(|column| needles.are_in(bytes(*column)));
        let header = self.header.as_ref().is_none_or(|(name, needles)| {
            has_header(bytes(1), name, needles.as_ref()) || has_header(bytes(2), name, needles.as_ref())
        });
        header
            && self.body.as_ref().is_none_or(|needles| any(&BODIES, needles))
            && self.text.as_ref().is_none_or(|needles| {
                let id = row.get(0).ok().and_then(Id::from_i64).map(|id| id.to_string()).unwrap_or_default();
                any(&HEADS_AND_NOTES, needles) || needles.are_in(id.as_bytes()) || any(&BODIES, needles)
            })
    }
}

const BODIES: [usize; 4] = [3, 4, 5, 6];
const HEADS_AND_NOTES: [usize; 3] = [1, 2, 7];

#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn equal(&mut self, column: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(&format!("{column} = ?"), [Value::Text(value.to_owned())]);
        }
    }

    /// `condition` is never made of what came from outside.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.extend(values);
    }
}

/// The smallest id of the next window backwards; `None` if there are no rows any more.
fn window_start(connection: &Connection, before: i64, after: i64, window: i64) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT min(id) FROM (SELECT id FROM exchanges WHERE id < ?1 AND id > ?2 ORDER BY id DESC LIMIT ?3)",
    )?;
    statement.query_row([before, after, window], |row| row.get(0))
}

fn has_more(connection: &Connection, before: i64, after: i64) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM exchanges WHERE id < ?1 AND id > ?2 LIMIT 1")?;
    Ok(statement.query_row([before, after], |_| Ok(())).optional()?.is_some())
}

/// Rows, of which SQLite passes over a million a second.
const WINDOW: i64 = 1000;

impl Query {
    /// Whether heads or bodies have to be looked into.
    pub(super) fn is_search(&self) -> bool {
        self.header.is_some() || self.body.is_some() || self.text.is_some()
    }
}
