//! Requests built and signed in one go.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};

use super::{resign, signer::Signer, unique_id};
use crate::{
    ConfigError, RejectionKind, Secret, SignedUrl,
    clock::{Clock, SystemClock, UnixTime},
    public_url::{Scheme, is_websocket_upgrade, redact},
    scheme::{OptionValue, Options, SignError, SigningContext},
};

/// A request in the making, and who is to sign it.
///
/// [`build`](Self::build) signs it and makes the request as a server receives it: path and query in its URI, the host
/// in `Host`. Send it where you like, a service in the same process or a socket.
///
/// ```
/// use countersign::{clock::UnixTime, providers, sign::SignedRequest};
///
/// let push = SignedRequest::post(&providers::GITHUB, "https://ci.example.com/github")
///     .header("x-github-event", "push")
///     .json(r#"{"ref":"refs/heads/main"}"#)
///     .secret("It's a Secret to Everybody")
///     .build()?;
/// assert_eq!(push.uri(), "/github");
/// assert_eq!(push.headers()["host"], "ci.example.com");
/// assert!(push.headers().contains_key("x-hub-signature-256"));
///
/// // One that came too late: everything may be chosen.
/// let late = SignedRequest::post(&providers::SVIX, "https://hooks.example.com/svix")
///     .json("{}")
///     .secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
///     .time(UnixTime::from_secs(1_700_000_000).unwrap())
///     .delivery_id("msg_1")
///     .build()?;
/// assert_eq!(late.headers()["svix-timestamp"], "1700000000");
///
/// let error = SignedRequest::post(&providers::TWILIO, "hooks.example.com").secret("12345").build().unwrap_err();
/// assert!(error.to_string().contains("https://host"));
/// # Ok::<(), countersign::sign::SignError>(())
/// ```
#[derive(Clone)]
#[must_use = "it is signed by `build`"]
pub struct SignedRequest<'a> {
    signer: Signer<'a>,
    method: Method,
    url: String,
    headers: HeaderMap,
    body: Bytes,
    secret: Option<Secret>,
    options: Options,
    time: Option<UnixTime>,
    delivery_id: Option<String>,
    // The first mistake; told by `build`, so that calls can be chained.
    problem: Option<SignError>,
}

impl<'a> SignedRequest<'a> {
    /// A request of this method to the public URL that the provider knows, signed by a provider or a recipe.
    ///
    /// A `ws` or `wss` URL makes a WebSocket handshake. A user and a password in the URL are signed with it and sent as
    /// `Authorization`, as a client does.
    pub fn new(signer: impl Into<Signer<'a>>, method: Method, url: impl Into<String>) -> Self {
        Self {
            signer: signer.into(),
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            secret: None,
            options: Options::new(),
            time: None,
            delivery_id: None,
            problem: None,
        }
    }

    /// A `GET`.
    pub fn get(signer: impl Into<Signer<'a>>, url: impl Into<String>) -> Self {
        Self::new(signer, Method::GET, url)
    }

    /// A `POST`: nearly all webhooks are.
    pub fn post(signer: impl Into<Signer<'a>>, url: impl Into<String>) -> Self {
        Self::new(signer, Method::POST, url)
    }

    /// The secret to sign with, as the provider shows it.
    pub fn secret<S>(mut self, secret: S) -> Self
    where
        S: TryInto<Secret>,
        S::Error: Into<ConfigError>,
    {
        match secret.try_into() {
            Ok(secret) => self.secret = Some(secret),
            Err(error) => self.fail(error.into().into()),
        }
        self
    }

    /// An option of the provider, for schemes that are chosen by one.
    pub fn option(mut self, name: impl Into<String>, value: OptionValue) -> Self {
        self.options = self.options.with(name, value);
        self
    }

    /// All options at once, in place of those before.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Adds a header. One that the signature needs for itself is replaced.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        N: AsRef<[u8]>,
        V: TryInto<HeaderValue>,
    {
        let name = name.as_ref();
        match (HeaderName::from_bytes(name), value.try_into()) {
            (Ok(name), Ok(value)) => _ = self.headers.append(name, value),
            _ => self.fail(SignError::Header { name: String::from_utf8_lossy(name).into_owned() }),
        }
        self
    }

    /// The body as it stands; its `Content-Type`, if it has one, is up to [`header`](Self::header).
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// A JSON text as the body, and its `Content-Type` unless another was given.
    ///
    /// The bytes are sent as they stand. Values of `serde_json` are texts by `to_string`.
    pub fn json(self, text: impl Into<Bytes>) -> Self {
        self.typed("application/json").body(text)
    }

    /// A form as the body, and its `Content-Type` unless another was given.
    pub fn form<N: AsRef<str>, V: AsRef<str>>(self, fields: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut form = String::new();
        for (name, value) in fields {
            if !form.is_empty() {
                form.push('&');
            }
            escape(name.as_ref(), &mut form);
            form.push('=');
            escape(value.as_ref(), &mut form);
        }
        self.typed("application/x-www-form-urlencoded").body(form)
    }

    /// The time of signing; the present unless it is given.
    pub fn time(mut self, time: UnixTime) -> Self {
        self.time = Some(time);
        self
    }

    /// The delivery's id, or the nonce of schemes that have one; [unique](unique_id()) unless it is given.
    pub fn delivery_id(mut self, id: impl Into<String>) -> Self {
        self.delivery_id = Some(id.into());
        self
    }

    /// Signs.
    ///
    /// # Errors
    /// [`SignError`]: the first mistake in what was given, or that it cannot be signed.
    pub fn build(mut self) -> Result<Request<Bytes>, SignError> {
        let (signer, secret) = (self.signer, self.secret.take());
        let options = std::mem::take(&mut self.options);
        let now = self.time.or_else(|| SystemClock.now());
        let delivery_id = self.delivery_id.take().unwrap_or_else(unique_id);
        let (mut request, url) = self.assemble()?;
        let secret = secret.ok_or(ConfigError::NoSecret)?;
        let now = now.ok_or(RejectionKind::ClockUnavailable)?;
        resign(signer, &secret, &options, &url, &mut request, &SigningContext { now, delivery_id: &delivery_id })?;
        Ok(request)
    }

    /// The same request without a signature: for tests of what must be refused. It needs no secret.
    ///
    /// # Errors
    /// [`SignError`]: the first mistake in what was given.
    pub fn unsigned(self) -> Result<Request<Bytes>, SignError> {
        self.assemble().map(|(request, _)| request)
    }

    /// The unsigned request, and the URL that is to be signed.
    fn assemble(self) -> Result<(Request<Bytes>, String), SignError> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let Self { method, mut headers, body, .. } = self;
        let url = requested(&self.url)?;
        add_host(&url, &mut headers)?;
        let takes_body = method == Method::POST || method == Method::PUT || method == Method::PATCH;
        if takes_body || !body.is_empty() {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = target(&url)?;
        *request.headers_mut() = headers;
        Ok((request, url))
    }

    fn typed(mut self, media_type: &'static str) -> Self {
        self.headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(media_type));
        self
    }

    fn fail(&mut self, problem: SignError) {
        self.problem.get_or_insert(problem);
    }
}

impl fmt::Debug for SignedRequest<'_> {
    /// Shows neither headers nor body nor query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("url", &SignedUrl::parse(&self.url))
            .finish_non_exhaustive()
    }
}

/// The URL as a client requests it: without a fragment, and with a path.
fn requested(url: &str) -> Result<String, SignError> {
    let problem = "it needs the form https://host[:port]/path";
    let parsed = SignedUrl::parse(url).ok_or_else(|| ConfigError::Url { url: redact(url), problem })?;
    let slash = if parsed.target.starts_with('/') { "" } else { "/" };
    Ok(format!("{}://{}{slash}{}", parsed.scheme.as_str(), parsed.authority, parsed.target))
}

/// What a client adds for the sake of the URL.
fn add_host(url: &str, headers: &mut HeaderMap) -> Result<(), SignError> {
    let unusable = |problem| SignError::from(ConfigError::Url { url: redact(url), problem });
    let parsed = SignedUrl::parse(url).ok_or_else(|| unusable("it is no absolute URL"))?;
    let (userinfo, host) = match parsed.authority.rsplit_once('@') {
        Some((userinfo, host)) => (Some(userinfo), host),
        None => (None, parsed.authority),
    };
    let host = HeaderValue::from_str(host).ok().filter(|_| host.parse::<http::uri::Authority>().is_ok());
    let host = host.ok_or_else(|| unusable("its host is none"))?;
    headers.entry(header::HOST).or_insert(host);
    if let Some(userinfo) = userinfo {
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(unescape(userinfo))))
            .map_err(|_| SignError::Unwritable)?;
        value.set_sensitive(true);
        headers.entry(header::AUTHORIZATION).or_insert(value);
    }
    if matches!(parsed.scheme, Scheme::Ws | Scheme::Wss) && !is_websocket_upgrade(headers) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        // Sixteen bytes in base64 (RFC 6455, section 4.1).
        let key: String = unique_id().chars().filter(|character| *character != '-').take(16).collect();
        let key = HeaderValue::try_from(STANDARD.encode(key)).map_err(|_| SignError::Unwritable)?;
        headers.insert(header::SEC_WEBSOCKET_KEY, key);
    }
    Ok(())
}

/// Path and query.
fn target(url: &str) -> Result<Uri, SignError> {
    let target = SignedUrl::parse(url).map(|url| url.target).unwrap_or_default();
    target.parse().map_err(|_| {
        ConfigError::Url { url: redact(url), problem: "its path or query holds what must be escaped" }.into()
    })
}

/// `application/x-www-form-urlencoded`, as browsers write it.
fn escape(text: &str, form: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => form.push(char::from(byte)),
            b' ' => form.push('+'),
            _ => form.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// Percent-encoded bytes; what is no escape stays.
fn unescape(text: &str) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).filter(|_| *first == b'%').and_then(|digits| str::from_utf8(digits).ok());
        let escaped = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                plain.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    plain
}
