//! Connections to the app that are kept open between requests.
//!
//! 1. The connection that was used last is used next, so that a quiet hour leaves few of them open.
//! 2. One that has been idle for [`IDLE_LIMIT`] is closed; one that the app closed is thrown away.
//! 3. A request that finds its pooled connection dead before a byte of it was sent goes out on another one. What may
//!    have been received is never sent twice.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use http::{Request, Response, Uri};
use hyper::{
    body::Incoming,
    client::conn::{
        TrySendError,
        http1::{Builder, SendRequest},
    },
};
use pin_project_lite::pin_project;
use tower::ServiceExt;

use super::{
    connector::{Connector, connector, is_unresolved},
    forward::RequestBody,
    observe::Trouble,
};

/// The connections to one app.
pub(super) struct Pool {
    app: Uri,
    connector: Connector,
    idle: Mutex<Idle>,
}

pin_project! {
    #[project = Projected]
    /// Ready when the head of the answer is there. Dropped before, it closes the connection.
    pub(super) enum Answer<F> {
        /// The request is on its way on a pooled connection.
        Sent { pool: Arc<Pool>, connection: Option<Connection>, #[pin] answer: F },
        /// There was none, or the request could not be sent on it.
        Anew { answer: Pin<Box<dyn Future<Output = Result<Response<Incoming>, Trouble>> + Send>> },
    }
}

/// What hyper makes of a request; its type has no name.
pub(super) trait Sending:
    Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>>
{
}

impl<F: Future<Output = Result<Response<Incoming>, TrySendError<Request<RequestBody>>>>> Sending for F {}

type Connection = SendRequest<RequestBody>;

#[derive(Default)]
struct Idle {
    // The one that was used last is at the end.
    connections: Vec<(Connection, Instant)>,
    is_swept: bool,
}

impl<F: Sending> Future for Answer<F> {
    type Output = Result<Response<Incoming>, Trouble>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let unsent = match self.as_mut().project() {
                Projected::Anew { answer } => return answer.as_mut().poll(cx),
                Projected::Sent { pool, connection, answer } => match ready!(answer.poll(cx)) {
                    Ok(response) => {
                        connection.take().into_iter().for_each(|connection| pool.give_back(connection));
                        return Poll::Ready(Ok(response));
                    }
                    Err(mut error) => match error.take_message() {
                        Some(unsent) => Box::pin(Arc::clone(pool).send_anew(unsent)),
                        None => return Poll::Ready(Err(trouble(error.error()))),
                    },
                },
            };
            self.set(Self::Anew { answer: unsent });
        }
    }
}

impl Pool {
    /// A pool for the app at `app`, an absolute URL.
    pub(super) fn new(app: Uri) -> Arc<Self> {
        Arc::new(Self { app, connector: connector(), idle: Mutex::default() })
    }

    /// Sends a request. On a pooled connection it is on its way at once, so that the future need not hold it: small
    /// futures are cheap to make and to move.
    pub(super) fn send(self: &Arc<Self>, request: Request<RequestBody>, now: Instant) -> Answer<impl Sending + use<>> {
        match self.take(now) {
            Some(mut connection) => {
                let answer = connection.try_send_request(request);
                Answer::Sent { pool: Arc::clone(self), connection: Some(connection), answer }
            }
            None => Answer::Anew { answer: Box::pin(Arc::clone(self).send_anew(request)) },
        }
    }

    async fn send_anew(self: Arc<Self>, mut request: Request<RequestBody>) -> Result<Response<Incoming>, Trouble> {
        loop {
            let (mut connection, is_reused) = match self.take(Instant::now()) {
                Some(connection) => (connection, true),
                None => (self.connect().await?, false),
            };
            let mut error = match connection.try_send_request(request).await {
                Ok(response) => {
                    self.give_back(connection);
                    return Ok(response);
                }
                Err(error) => error,
            };
            match error.take_message() {
                Some(unsent) if is_reused => request = unsent,
                _ => return Err(trouble(error.error())),
            }
        }
    }

    async fn connect(&self) -> Result<Connection, Trouble> {
        let stream = self
            .connector
            .clone()
            .oneshot(self.app.clone())
            .await
            .map_err(|error| if is_unresolved(&error) { Trouble::Unresolved } else { Trouble::Unreachable })?;
        let (sender, connection) = Builder::new().handshake(stream).await.map_err(|_| Trouble::Unreachable)?;
        // Whoever waits for an answer learns of its errors; to an idle one they mean nothing.
        tokio::spawn(connection.with_upgrades());
        Ok(sender)
    }

    fn take(&self, now: Instant) -> Option<Connection> {
        let mut idle = self.idle();
        while let Some((connection, since)) = idle.connections.pop() {
            if now.saturating_duration_since(since) >= IDLE_LIMIT {
                // The others have waited for longer.
                idle.connections.clear();
            } else if connection.is_ready() {
                return Some(connection);
            }
        }
        None
    }

    /// Keeps a connection as soon as its answer is complete.
    fn give_back(self: &Arc<Self>, mut connection: Connection) {
        if connection.is_ready() {
            self.keep(connection);
        } else if !connection.is_closed() {
            let pool = Arc::clone(self);
            tokio::spawn(async move {
                if connection.ready().await.is_ok() {
                    pool.keep(connection);
                }
            });
        }
    }

    fn keep(self: &Arc<Self>, connection: Connection) {
        let mut idle = self.idle();
        if idle.connections.len() >= MOST_IDLE {
            return;
        }
        idle.connections.push((connection, Instant::now()));
        if !std::mem::replace(&mut idle.is_swept, true) {
            tokio::spawn(Arc::clone(self).sweep());
        }
    }

    /// Closes what has been idle for too long, until nothing is left.
    async fn sweep(self: Arc<Self>) {
        while let Some(next) = self.close_expired() {
            tokio::time::sleep_until(next.into()).await;
        }
    }

    /// Returns when the next one will have expired.
    fn close_expired(&self) -> Option<Instant> {
        let mut idle = self.idle();
        let expired = idle.connections.partition_point(|(_, since)| since.elapsed() >= IDLE_LIMIT);
        idle.connections.drain(..expired);
        idle.is_swept = !idle.connections.is_empty();
        idle.connections.first().map(|(_, since)| *since + IDLE_LIMIT)
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // The list is right wherever a panic may have happened.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What hyper's error says of the request that it ended.
fn trouble(error: &hyper::Error) -> Trouble {
    if error.is_user() {
        Trouble::ClientBrokeOff
    } else if error.is_parse() {
        Trouble::InvalidAnswer
    } else {
        Trouble::Broken
    }
}

/// Shorter than what common app servers keep idle connections for (gunicorn 2 s, Node and uvicorn 5 s): a connection
/// that the app closes at the moment when a request is on its way costs that request.
const IDLE_LIMIT: Duration = Duration::from_millis(1_500);
const MOST_IDLE: usize = 512;
