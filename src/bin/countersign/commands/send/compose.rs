//! One delivery: the sample filled in, signed, and broken where that was asked for.

use bytes::Bytes;
use countersign::{
    Secret,
    public_url::SignedUrl,
    sign::{SignError, SignedRequest, SigningContext, unique_id},
};
use http::{HeaderName, HeaderValue, Method, Request, Uri, header, uri::PathAndQuery};

use super::{
    payload::{Fresh, Payload},
    samples::Sample,
    tamper,
    target::{Target, public_url},
};
use crate::{
    cli::{SendArgs, Tamper},
    commands::given::{FORM, Given, JSON, guess_type, parse_header, parse_pair, read_data},
    errors::Failure,
    signing::{Cannot, SignMode, Signatory},
};

/// Makes deliveries, each with ids and times of its own.
pub(super) struct Composer {
    given: Given,
    /// Absent where nothing is signed.
    secret: Option<Secret>,
    sample: Sample,
    method: Method,
    payload: Payload,
    /// In place of the payload.
    data: Option<Bytes>,
    headers: Vec<(HeaderName, HeaderValue)>,
    uri: Uri,
    url: String,
    tamper: Option<Tamper>,
}

/// A delivery that is ready to go.
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) request: Request<Bytes>,
}

impl Composer {
    pub(super) fn new(
        given: Given,
        sample: Sample,
        target: &Target,
        to: &str,
        arguments: &SendArgs,
    ) -> Result<Self, Failure> {
        let secret = match arguments.tamper {
            Some(Tamper::Unsigned) => None,
            _ => Some(given.secret()?),
        };
        let mut payload = sample.payload();
        for text in &arguments.set {
            let (name, value) = parse_pair("--set", text)?;
            payload.set(name, value).map_err(|problem| Failure::usage(format_args!("--set: {name}: {problem}")))?;
        }
        Ok(Self {
            secret,
            method: sample.method.parse().map_err(Failure::running)?,
            payload,
            data: arguments.data.as_deref().map(read_data).transpose()?,
            headers: arguments.header.iter().map(|text| parse_header(text)).collect::<Result<_, _>>()?,
            uri: target.uri.clone(),
            url: public_url(arguments.url.as_deref(), to, target, sample.websocket)?,
            tamper: arguments.tamper,
            given,
            sample,
        })
    }

    /// What is delivered, in a word.
    pub(super) fn event(&self) -> &str {
        &self.sample.event
    }

    pub(super) fn compose(&self) -> Result<Delivery, Failure> {
        let id = self.given.id.clone().unwrap_or_else(unique_id);
        let now = self.given.now()?;
        let mut request = self.unsigned(&Fresh::new(now, &id))?;
        let Some(secret) = &self.secret else { return Ok(Delivery { id, request }) };

        let by = Signatory { provider: self.given.provider, secret, options: &self.given.options };
        let context = SigningContext { now, delivery_id: &id };
        let (mode, signed_url) = match self.tamper {
            Some(Tamper::Secret) => (SignMode::Wrong, self.url.clone()),
            Some(Tamper::Time) => (SignMode::Expired, self.url.clone()),
            Some(Tamper::Url) => (SignMode::Fresh, tamper::other_path(&self.url)),
            _ => (SignMode::Fresh, self.url.clone()),
        };
        let plain = request.body().clone();
        let done =
            mode.apply(&by, &signed_url, &mut request, &context).map_err(|cannot| self.given.failure(&cannot))?;
        // What a receiver sees; signing may have changed the query.
        let seen_url = with_query_of(&self.url, request.uri());
        let seen = tamper::Seen { by: &by, url: &seen_url, now };
        match self.tamper {
            Some(Tamper::Body) => tamper::body(&mut request, &plain, &seen),
            Some(Tamper::Header) => tamper::header(&mut request, &done.signed, &seen),
            Some(Tamper::Url) => tamper::url(&request, &seen),
            _ => Ok(()),
        }
        .map_err(Failure::usage)?;
        Ok(Delivery { id, request })
    }

    fn unsigned(&self, fresh: &Fresh) -> Result<Request<Bytes>, Failure> {
        let body = self.data.clone().unwrap_or_else(|| self.payload.fill(fresh).bytes());
        let mut request = SignedRequest::new(self.given.provider, self.method.clone(), &self.url);
        let is_own = |name: &str| self.headers.iter().any(|(own, _)| own.as_str().eq_ignore_ascii_case(name));
        for (name, value) in self.sample.headers.iter().filter(|(name, _)| !is_own(name)) {
            // A sample's own type says nothing of another body.
            if self.data.is_none() || !name.eq_ignore_ascii_case(header::CONTENT_TYPE.as_str()) {
                request = request.header(name, fresh.fill(value));
            }
        }
        for (name, value) in &self.headers {
            request = request.header(name, value.clone());
        }
        let has_type = is_own("content-type")
            || self.data.is_none() && self.sample.headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"));
        let media_type = match (&self.data, &self.payload) {
            _ if has_type || body.is_empty() => None,
            (Some(data), _) => Some(guess_type(data)),
            (None, Payload::Form(_)) => Some(FORM),
            (None, Payload::Json(_)) => Some(JSON),
            (None, _) => None,
        };
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        let unusable = |error: SignError| self.given.failure(&Cannot::Sign(error));
        let mut request = request.body(body).unsigned().map_err(unusable)?;
        let query = request.uri().query().or(self.uri.query()).map(str::to_owned);
        *request.uri_mut() = with_query(&self.uri, query.as_deref())?;
        Ok(request)
    }
}

fn with_query(uri: &Uri, query: Option<&str>) -> Result<Uri, Failure> {
    let target = match query {
        Some(query) => format!("{}?{query}", uri.path()),
        None => uri.path().to_owned(),
    };
    PathAndQuery::try_from(target).map(Uri::from).map_err(Failure::usage)
}

/// The URL with the query of `uri`.
fn with_query_of(url: &str, uri: &Uri) -> String {
    let Some(parsed) = SignedUrl::parse(url) else { return url.to_owned() };
    let [_, path] = parsed.path();
    let (mark, query) = uri.query().map_or(("", ""), |query| ("?", query));
    [parsed.scheme.as_str(), "://", parsed.authority, path, mark, query].concat()
}
