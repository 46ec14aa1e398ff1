//! Changes to a captured request before it is sent again.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{api::ApiError, splice};
use crate::store::Exchange;

/// What to change; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edits {
    pub(crate) method: Option<String>,
    /// Path and query.
    pub(crate) path: Option<String>,
    pub(crate) headers: Option<HeaderEdits>,
    pub(crate) body: Option<String>,
    pub(crate) body_base64: Option<String>,
    /// Fields of a form, or dotted paths into JSON.
    pub(crate) set: Option<Map<String, Value>>,
}

/// All headers anew, or some of them changed.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum HeaderEdits {
    All(Vec<(String, String)>),
    Some(Map<String, Value>),
}

impl Edits {
    pub(crate) fn are_none(&self) -> bool {
        let Self { method, path, headers, body, body_base64, set } = self;
        method.is_none()
            && path.is_none()
            && headers.is_none()
            && body.is_none()
            && body_base64.is_none()
            && set.is_none()
    }

    /// The request of `exchange` with the changes, ready to be signed and sent.
    pub(crate) fn apply(&self, exchange: &Exchange) -> Result<Request<Bytes>, ApiError> {
        let method = self.method.as_deref().unwrap_or(exchange.method());
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = Method::from_bytes(method.as_bytes())
            .map_err(|_| ApiError::bad(format_args!("`{method}` is no HTTP method")))?;
        let target = match self.path.as_deref() {
            Some(path) => path.parse::<Uri>().ok().filter(|uri| path.starts_with('/') && uri.authority().is_none()),
            // The host of one in absolute form is in a header now.
            None => captured_target(exchange).and_then(|uri| uri.path_and_query().cloned()).map(Uri::from),
        };
        *request.uri_mut() = target.ok_or_else(|| {
            let target = self.path.as_deref().unwrap_or(exchange.target());
            ApiError::bad(format_args!("`{target}` is no path: it must begin with /"))
        })?;
        *request.headers_mut() = self.headers(exchange)?;
        // Clients of HTTP/1.0 name no host, and other versions must.
        if !request.headers().contains_key(header::HOST) {
            *request.version_mut() = Version::HTTP_10;
        }
        *request.body_mut() = self.body(exchange, request.headers())?;
        Ok(request)
    }

    /// Refuses a request, made by [`apply`](Self::apply), in which a placeholder of the capture's stands for a secret:
    /// a fresh signature would make it look genuine. What the order gives is meant, whatever it is.
    pub(crate) fn refuse_placeholders(&self, exchange: &Exchange, request: &Request<Bytes>) -> Result<(), ApiError> {
        if self.path.is_none() && exchange.lacks_secret(exchange.target().as_bytes()) {
            return Err(ApiError::impossible("a secret was taken out of the path before it was stored: give a path"));
        }
        let is_captured = self.body.is_none() && self.body_base64.is_none();
        if is_captured && exchange.lacks_secret(request.body()) {
            return Err(ApiError::impossible(
                "a secret was taken out of the body before it was stored: give a body, or set the field that it was in",
            ));
        }
        Ok(())
    }

    fn headers(&self, exchange: &Exchange) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        match &self.headers {
            Some(HeaderEdits::All(all)) => {
                let mut shown = Shown::of(exchange);
                for (name, value) in all {
                    let value = match shown.take(name, value) {
                        Some(captured) => captured,
                        None => parse_value(name, value)?,
                    };
                    headers.append(parse_name(name)?, value);
                }
            }
            other => {
                for (name, value) in exchange.request.headers() {
                    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
                        headers.append(name, value);
                    }
                }
                // As it was forwarded: the host in a target counts more than the one in the header.
                if let Some(host) = captured_target(exchange).as_ref().and_then(host) {
                    headers.insert(header::HOST, host);
                }
                if let Some(HeaderEdits::Some(some)) = other {
                    change(&mut headers, some)?;
                }
            }
        }
        // What was secret is not in the store. A placeholder would only confuse the app.
        let redacted: Vec<_> =
            headers.iter().filter(|(_, value)| is_placeholder(value)).map(|(name, _)| name.clone()).collect();
        redacted.iter().chain(&FRAMING).for_each(|name| drop(headers.remove(name)));
        Ok(headers)
    }

    fn body(&self, exchange: &Exchange, headers: &HeaderMap) -> Result<Bytes, ApiError> {
        let given = match (&self.body, &self.body_base64) {
            (Some(_), Some(_)) => return Err(ApiError::bad("give body or body_base64, not both")),
            (Some(text), None) => Some(Bytes::from(text.clone())),
            (None, Some(text)) => {
                let bytes =
                    STANDARD.decode(text).map_err(|error| ApiError::bad(format_args!("body_base64: {error}")))?;
                Some(bytes.into())
            }
            (None, None) => None,
        };
        let captured = &exchange.request.body;
        let body = match given {
            Some(body) => body,
            None if captured.truncated => {
                return Err(ApiError::impossible(format_args!(
                    "only {} of {} bytes of the body were kept: give a body, or raise --capture-limit for the next time",
                    captured.kept(),
                    captured.size
                )));
            }
            None if !captured.complete && captured.size > 0 => {
                return Err(ApiError::impossible("the body did not arrive to its end: give a body"));
            }
            None => captured.to_bytes(),
        };
        match &self.set {
            Some(set) => set_fields(&body, headers, set),
            None => Ok(body),
        }
    }
}

fn captured_target(exchange: &Exchange) -> Option<Uri> {
    exchange.target().parse().ok()
}

/// The host and the port that a target in absolute form names.
fn host(target: &Uri) -> Option<HeaderValue> {
    let authority = target.authority()?.as_str();
    HeaderValue::from_str(authority.rsplit('@').next()?).ok()
}

/// Captured headers that are no UTF-8. They are shown with replacement characters, and come back so from who edits
/// another one.
struct Shown<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Shown<'a> {
    fn of(exchange: &'a Exchange) -> Self {
        let headers = exchange.request.headers();
        Self(headers.filter(|(_, value)| std::str::from_utf8(value).is_err()).collect())
    }

    /// The bytes of the first that shows so; each stands for one header.
    fn take(&mut self, name: &str, shown: &str) -> Option<HeaderValue> {
        let is_same = |(other, value): &(&str, &[u8])| {
            other.eq_ignore_ascii_case(name) && String::from_utf8_lossy(value) == shown
        };
        let index = self.0.iter().position(is_same)?;
        HeaderValue::from_bytes(self.0.remove(index).1).ok()
    }
}

fn change(headers: &mut HeaderMap, some: &Map<String, Value>) -> Result<(), ApiError> {
    for (name, value) in some {
        let parsed = parse_name(name)?;
        match value {
            Value::Null => drop(headers.remove(parsed)),
            Value::String(text) => drop(headers.insert(parsed, parse_value(name, text)?)),
            Value::Array(values) => {
                headers.remove(&parsed);
                for value in values {
                    let text =
                        value.as_str().ok_or_else(|| ApiError::bad(format_args!("header {name}: not a text")))?;
                    headers.append(parsed.clone(), parse_value(name, text)?);
                }
            }
            _ => return Err(ApiError::bad(format_args!("header {name}: give a text, a list of texts, or null"))),
        }
    }
    Ok(())
}

/// Sets fields of a form, in their places, or values in JSON.
fn set_fields(body: &Bytes, headers: &HeaderMap, set: &Map<String, Value>) -> Result<Bytes, ApiError> {
    if headers.get_all(header::CONTENT_ENCODING).iter().any(is_coded) {
        return Err(ApiError::impossible("fields cannot be set in a compressed body: give the body as a whole"));
    }
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "application/x-www-form-urlencoded" {
        return Ok(set_form_fields(body, set));
    }
    if media == "application/json" || media.ends_with("+json") {
        let text =
            std::str::from_utf8(body).map_err(|_| ApiError::impossible("the body is no JSON: it is no UTF-8"))?;
        let set = set.iter().try_fold(text.to_owned(), |text, (path, new)| splice::set(&text, path, new));
        return set.map(Bytes::from).map_err(ApiError::impossible);
    }
    Err(ApiError::impossible(format_args!(
        "fields can be set in forms and in JSON; this body is `{media}`: give the body as a whole"
    )))
}

/// Replaces the first pair of each name where it stands, byte for byte the same around it; new names go to the end.
fn set_form_fields(body: &Bytes, set: &Map<String, Value>) -> Bytes {
    let encode = |name: &str, value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        form_urlencoded::Serializer::new(String::new()).append_pair(name, &text).finish().into_bytes()
    };
    let mut pairs: Vec<Vec<u8>> =
        if body.is_empty() { Vec::new() } else { body.split(|byte| *byte == b'&').map(<[u8]>::to_vec).collect() };
    for (name, value) in set {
        let is_named =
            |pair: &&mut Vec<u8>| form_urlencoded::parse(pair).next().is_some_and(|(other, _)| other == *name);
        match pairs.iter_mut().find(is_named) {
            Some(pair) => *pair = encode(name, value),
            None => pairs.push(encode(name, value)),
        }
    }
    pairs.join(&b'&').into()
}

/// Whether a `Content-Encoding` names any but `identity`.
fn is_coded(value: &HeaderValue) -> bool {
    let mut codings = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.any(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity"))
}

fn is_placeholder(value: &HeaderValue) -> bool {
    let value = value.as_bytes();
    memchr::memmem::find(value, b"[redacted]").is_some() || memchr::memmem::find(value, b"[secret]").is_some()
}

fn parse_name(name: &str) -> Result<HeaderName, ApiError> {
    HeaderName::try_from(name).map_err(|_| ApiError::bad(format_args!("`{name}` is no header name")))
}

fn parse_value(name: &str, value: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_bytes(value.as_bytes())
        .map_err(|_| ApiError::bad(format_args!("header {name}: it cannot hold this value")))
}

/// What belongs to the connection that it came on.
const FRAMING: [HeaderName; 7] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn form_fields_are_set_in_their_places() {
        let set = json!({ "Body": "Hello from the replay!", "New": 1 });
        let body = Bytes::from_static(b"From=%2b1&Body=Hi%20you&Body=2&x");
        let changed = set_form_fields(&body, set.as_object().unwrap());
        assert_eq!(changed, "From=%2b1&Body=Hello+from+the+replay%21&Body=2&x&New=1");
        assert_eq!(set_form_fields(&Bytes::new(), set.as_object().unwrap()), "Body=Hello+from+the+replay%21&New=1");
    }

    #[test]
    fn fields_are_not_set_in_what_is_compressed() {
        let set = json!({ "a": 1 });
        let body = Bytes::from_static(b"a=2");
        let outcome = |codings: &[&'static str]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
            for coding in codings {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            set_fields(&body, &headers, set.as_object().unwrap())
        };
        for codings in [&[][..], &[""], &["identity"], &["Identity , "]] {
            assert_eq!(outcome(codings).unwrap(), "a=1", "{codings:?}");
        }
        for codings in [&["gzip"][..], &["identity, br"], &["identity", "deflate"], &["x"]] {
            let error = outcome(codings).unwrap_err();
            assert!(error.message().contains("compressed"), "{codings:?}");
        }
    }
}
