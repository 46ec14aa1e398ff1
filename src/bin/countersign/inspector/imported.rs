//! Exchanges from elsewhere.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, SystemTime},
};

use http::{Uri, Version};

use super::{Inspector, api::ApiError};
use crate::{
    import::{Imported, har},
    store::{CapturedBody, Decision, Exchange, Ids, Message, Timings},
};

impl Inspector {
    /// The requests of a HAR file as exchanges of the first route, and how many of its entries could not be read.
    ///
    /// Nothing is known of where they come from: their verdict is open, and replays of them are not signed unasked.
    pub(super) fn imported(&self, file: &[u8]) -> Result<(Vec<Exchange>, usize), ApiError> {
        let items = har::parse(file).map_err(ApiError::bad)?;
        let route = self.routes().first().ok_or_else(|| ApiError::failed("there is no route"))?;
        let ids = Ids::default();
        let mut skipped = 0;
        let mut exchanges = Vec::new();
        for item in items {
            let read = item.request.ok().and_then(|request| {
                let arrived = arrived(&request);
                Some((arrived, message(&request)?))
            });
            let Some((arrived, request)) = read else {
                skipped += 1;
                continue;
            };
            exchanges.push(Exchange {
                id: ids.next(arrived),
                route: route.config.name.clone(),
                peer: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
                arrived,
                timings: Timings::default(),
                request,
                decision: Decision::default(),
                response: None,
                trouble: None,
                abandoned: false,
                replay: None,
                tunnel: None,
                explanation: None,
                redacted: false,
                stored: false,
                retry_of: None,
            });
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
    message.body = CapturedBody {
        frames: Some(request.body.clone()).filter(|body| !body.is_empty()).into_iter().collect(),
        size: request.body.len() as u64,
        complete: !request.is_cut,
        truncated: false,
    };
    Some(message)
}
