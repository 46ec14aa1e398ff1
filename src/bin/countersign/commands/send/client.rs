//! Delivers, and reads the answer.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::SendRequest;

use super::connect::Connector;

/// What came back.
pub(in crate::commands) struct Answer {
    pub(in crate::commands) status: StatusCode,
    /// The first line of the body, as it came.
    pub(in crate::commands) first_line: String,
    pub(in crate::commands) took: Duration,
}

/// One sender; it keeps its connection as long as the server does.
pub(in crate::commands) struct Client<'a> {
    connector: &'a Connector,
    timeout: Duration,
    kept: Option<SendRequest<Full<Bytes>>>,
}

impl<'a> Client<'a> {
    pub(in crate::commands) fn new(connector: &'a Connector, timeout: Duration) -> Self {
        Self { connector, timeout, kept: None }
    }

    /// Delivers once; the error is for people. Redirects are answers like any other.
    pub(in crate::commands) async fn deliver(&mut self, request: &Request<Bytes>) -> Result<Answer, String> {
        let begun = Instant::now();
        let answer = tokio::time::timeout(self.timeout, self.exchange(request, begun)).await;
        if !matches!(answer, Ok(Ok(_))) {
            self.kept = None;
        }
        match answer {
            Ok(answer) => answer.map_err(|error| explain(&*error)),
            Err(_) => Err(format!("no answer in {} s", self.timeout.as_secs_f64())),
        }
    }

    async fn exchange(&mut self, request: &Request<Bytes>, begun: Instant) -> Result<Answer, Box<dyn Error>> {
        let again = request.clone().map(Full::new);
        let kept = match self.kept.take() {
            Some(mut sender) => sender.ready().await.is_ok().then_some(sender),
            None => None,
        };
        let (response, sender) = match kept {
            None => self.ask(again).await?,
            Some(mut sender) => match sender.send_request(again.clone()).await {
                Ok(response) => (response, sender),
                // Closed while it lay idle: nothing of the request was answered.
                Err(error) if error.is_canceled() || error.is_incomplete_message() => self.ask(again).await?,
                Err(error) => return Err(error.into()),
            },
        };
        let status = response.status();
        if status == StatusCode::SWITCHING_PROTOCOLS {
            return Ok(Answer { status, first_line: String::new(), took: begun.elapsed() });
        }
        let body = Limited::new(response.into_body(), MOST_READ).collect().await;
        let took = begun.elapsed();
        // A body that is longer than people read ends the connection.
        let body = body.map(|body| {
            self.kept = Some(sender);
            body.to_bytes()
        });
        let body = match body {
            Ok(body) => body,
            Err(error) if error.is::<http_body_util::LengthLimitError>() => Bytes::from_static(b"(a long body)"),
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&body);
        let first_line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned();
        Ok(Answer { status, first_line, took })
    }

    async fn ask(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<(hyper::Response<hyper::body::Incoming>, SendRequest<Full<Bytes>>), Box<dyn Error>> {
        let mut sender = self.connector.connect().await?;
        let response = sender.send_request(request).await?;
        Ok((response, sender))
    }
}

/// The innermost cause: it is the one that says something.
fn explain(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

const MOST_READ: usize = 256 << 10;
