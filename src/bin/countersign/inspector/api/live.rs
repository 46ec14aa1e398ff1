//! `/api/live`: what is new, as server-sent events.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::sse::{Event as Sent, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout_at},
};

use crate::{
    inspector::{Inspector, render},
    store::{Event, Exchange},
};

pub(super) async fn live(State(inspector): State<Inspector>) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let events = inspector.store().subscribe();
    let stream = stream::unfold((inspector, events), |(inspector, mut events)| async move {
        let sent = next(&inspector, &mut events).await?;
        Some((Ok(sent), (inspector, events)))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

/// Gathers what happens for a moment, so that thousands of deliveries a second are a few messages.
async fn next(inspector: &Inspector, events: &mut Receiver<Event>) -> Option<Sent> {
    let mut news = News::default();
    let mut until = Instant::now() + TICK;
    loop {
        match timeout_at(until, events.recv()).await {
            Ok(Ok(event)) => {
                if news.is_empty() {
                    until = until.min(Instant::now() + GATHERING);
                }
                news.add(&event);
            }
            Ok(Err(RecvError::Lagged(_))) => news.reset = true,
            Ok(Err(RecvError::Closed)) => return None,
            Err(_) => {
                // What takes long is shown while it lasts.
                news.shown.extend(inspector.under_way().into_iter().filter(is_slow));
                if let Some(sent) = news.send() {
                    return Some(sent);
                }
                until = Instant::now() + TICK;
            }
        }
    }
}

#[derive(Default)]
struct News {
    shown: Vec<Exchange>,
    omitted: usize,
    reset: bool,
}

impl News {
    fn is_empty(&self) -> bool {
        self.shown.is_empty() && self.omitted == 0 && !self.reset
    }

    fn add(&mut self, event: &Event) {
        match event {
            Event::Added(exchanges) | Event::Changed(exchanges) => {
                for exchange in exchanges.iter() {
                    self.shown.retain(|other| other.id != exchange.id);
                    self.shown.push((**exchange).clone());
                }
                let surplus = self.shown.len().saturating_sub(MOST_SHOWN);
                self.shown.drain(..surplus);
                self.omitted += surplus;
            }
            Event::Deleted(id) => {
                self.shown.retain(|exchange| exchange.id != *id);
                self.reset = true;
            }
            Event::Cleared => {
                self.shown.clear();
                self.reset = true;
            }
        }
    }

    fn send(&self) -> Option<Sent> {
        if self.reset {
            return Some(Sent::default().event("reset").data("{}"));
        }
        if self.is_empty() {
            return None;
        }
        let added: Vec<_> = self.shown.iter().map(render::summary).collect();
        let data = json!({ "added": added, "omitted": self.omitted });
        Some(Sent::default().event("exchanges").data(data.to_string()))
    }
}

fn is_slow(exchange: &Exchange) -> bool {
    exchange.arrived.elapsed().is_ok_and(|age| age >= SLOW)
}

const GATHERING: Duration = Duration::from_millis(100);
const TICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_millis(500);
const MOST_SHOWN: usize = 100;
