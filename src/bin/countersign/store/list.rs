//! Finding exchanges.

use std::time::Instant;

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};

use super::{
    Id, Page, PathFilter, Query, StatusFilter,
    database::is_damaged,
    row::{self, Damaged},
    search::{Needles, has_header},
};

/// A page, and how many rows or places were skipped since they are damaged.
///
/// The table is read backwards in windows of so many rows, so that time can be looked at in between and a page that ran
/// out of it knows where to go on. SQLite checks the small columns; heads and bodies are looked into here.
pub(super) fn list(connection: &Connection, query: &Query) -> rusqlite::Result<(Page, u64)> {
    let search = Search::new(query);
    let limit = query.limit.clamp(1, Query::MOST);
    let mut listing = Listing {
        connection,
        query,
        limit,
        began: Instant::now(),
        after: query.after.map_or(-1, Id::to_i64),
        before: query.before.map_or(i64::MAX, Id::to_i64),
        page: Page::default(),
        damaged: 0,
    };
    // Mostly the newest are what is asked for: the first window is small.
    let mut window = i64::try_from(limit).unwrap_or(WINDOW);
    loop {
        match listing.read(&search, window) {
            Ok(Progress::Done) => return Ok((listing.page, listing.damaged)),
            // Where there is damage, windows grow slowly.
            Ok(Progress::Further) if listing.damaged > 0 => window = (2 * window).min(WINDOW),
            Ok(Progress::Further) => window = WINDOW,
            Err(error) if !is_damaged(&error) => return Err(error),
            // What can be read before the damage is read, however little it is.
            Err(_) if window > 1 => window /= 2,
            Err(error) => {
                listing.damaged += 1;
                match past_damage(connection, listing.before, listing.after)? {
                    Some(before) => listing.before = before,
                    None if listing.page.items.is_empty() => return Err(error),
                    None => return Ok((listing.page, listing.damaged)),
                }
            }
        }
    }
}

/// A page in the making.
struct Listing<'a> {
    connection: &'a Connection,
    query: &'a Query,
    limit: usize,
    began: Instant,
    after: i64,
    /// What is older than this has not been looked at.
    before: i64,
    page: Page,
    damaged: u64,
}

enum Progress {
    Done,
    Further,
}

impl Listing<'_> {
    /// Looks at the next `window` rows.
    fn read(&mut self, search: &Search, window: i64) -> rusqlite::Result<Progress> {
        let Some(start) = window_start(self.connection, self.before, self.after, window)? else {
            return Ok(Progress::Done);
        };
        let mut statement = self.connection.prepare_cached(&search.sql)?;
        let bounds = [Value::Integer(start), Value::Integer(self.before)];
        let mut rows = statement.query(params_from_iter(bounds.iter().chain(&search.values)))?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            if search.matches(row) {
                match Id::from_i64(id).map(|id| row::load(self.connection, id, self.query.bodies)) {
                    Some(Ok(Some(Ok(exchange)))) => self.page.items.push(exchange),
                    Some(Ok(Some(Err(Damaged)))) => self.damaged += 1,
                    Some(Err(error)) if is_damaged(&error) => self.damaged += 1,
                    Some(Err(error)) => return Err(error),
                    Some(Ok(None)) | None => {}
                }
            }
            self.before = id;
            let is_full = self.page.items.len() == self.limit;
            if is_full || self.is_late() {
                return Ok(self.end(!is_full));
            }
        }
        self.before = start;
        Ok(if self.is_late() { self.end(true) } else { Progress::Further })
    }

    fn is_late(&self) -> bool {
        self.began.elapsed() > self.query.patience
    }

    fn end(&mut self, cut_short: bool) -> Progress {
        let has_more = || has_more(self.connection, self.before, self.after).unwrap_or(true);
        self.page.next = Id::from_i64(self.before).filter(|_| has_more());
        self.page.cut_short = cut_short && self.page.next.is_some();
        Progress::Done
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

/// Where to go on behind a place that cannot be read: above the newest id under it that can.
fn past_damage(connection: &Connection, before: i64, after: i64) -> rusqlite::Result<Option<i64>> {
    // Whether there is something to be read under this id: an error if it leads into the damage.
    let newest_under = |bound: i64| -> rusqlite::Result<Result<Option<i64>, ()>> {
        let mut statement = connection.prepare_cached("SELECT max(id) FROM exchanges WHERE id < ?1 AND id > ?2")?;
        match statement.query_row([bound, after], |row| row.get(0)) {
            Ok(found) => Ok(Ok(found)),
            Err(error) if is_damaged(&error) => Ok(Err(())),
            Err(error) => Err(error),
        }
    };
    let (mut bad, mut step) = (0, 1_i64);
    let mut found = loop {
        let Some(bound) = before.checked_sub(step).filter(|bound| *bound > after) else { return Ok(None) };
        match newest_under(bound)? {
            Ok(found) => break found,
            Err(()) => {
                let Some(twice) = step.checked_mul(2) else { return Ok(None) };
                (bad, step) = (step, twice);
            }
        }
    };
    // No more is skipped than has to be.
    while step - bad > 1 {
        let middle = bad + (step - bad) / 2;
        match newest_under(before - middle)? {
            Ok(nearer) => (found, step) = (nearer, middle),
            Err(()) => bad = middle,
        }
    }
    Ok(found.map(|id| id + 1))
}

/// Rows, of which SQLite passes over a million a second.
const WINDOW: i64 = 1000;

impl Query {
    /// Whether heads or bodies have to be looked into.
    pub(super) fn is_search(&self) -> bool {
        self.header.is_some() || self.body.is_some() || self.text.is_some()
    }
}
