//! Exchanges from elsewhere.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Uri, Version};

use super::{Inspector, api::ApiError};
use crate::{
    import::{Answer, Imported, har},
    store::{CapturedBody, Exchange, Ids, Message},
};

impl Inspector {
    /// The requests of a HAR file and their answers, as exchanges of the first route, and how many of its entries could
    /// not be read.
    ///
    /// Nothing is known of where they come from: their verdict is open, and replays of them are not signed unasked.
    pub(super) fn imported(&self, file: &[u8]) -> Result<(Vec<Exchange>, usize), ApiError> {
        let items = har::parse(file).map_err(ApiError::bad)?;
        let route = self.routes().first().ok_or_else(|| ApiError::failed("there is no route"))?;
        let ids = Ids::default();
        let mut skipped = 0;
        let mut exchanges = Vec::new();
        for item in items {
            let read =
                item.request.ok().and_then(|request| Some((arrived(&request), message(&request)?, request.answer)));
            let Some((arrived, request, answer)) = read else {
                skipped += 1;
                continue;
            };
            let (name, peer) = (route.config.name.clone(), SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
            let mut exchange = Exchange::begun(ids.next(arrived), name, peer, arrived, request);
            exchange.response = answer.map(response);
            exchanges.push(exchange);
        }
        Ok((exchanges, skipped))
    }
}

fn arrived(request: &Imported) -> SystemTime {
    let since = request.time.and_then(|time| u64::try_from(time.as_millis()).ok()).map(Duration::from_millis);
    since.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)).unwrap_or_else(SystemTime::now)
}

fn message(request: &Imported) -> Option<Message> {
    let uri: Uri = request.target.parse().ok()?;
    let target = uri.path_and_query().map_or("/", |target| target.as_str()).parse().ok()?;
    let mut headers = request.header_map();
    if let (false, Some(authority)) = (headers.contains_key(http::header::HOST), uri.authority()) {
        headers.insert(http::header::HOST, authority.as_str().parse().ok()?);
    }
    let mut message = Message::request(&request.method, &target, Version::HTTP_11, &headers);
    message.body = body(request.body.clone(), !request.is_cut);
    Some(message)
}

fn response(answer: Answer) -> Message {
    let mut message = Message::response(answer.status, Version::HTTP_11, &answer.headers);
    message.body = body(answer.body, true);
    message
}

fn body(bytes: Bytes, complete: bool) -> CapturedBody {
    let size = bytes.len() as u64;
    CapturedBody {
        frames: Some(bytes).filter(|bytes| !bytes.is_empty()).into_iter().collect(),
        size,
        complete,
        truncated: false,
    }
}
