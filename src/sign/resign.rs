//! Captured requests, signed anew.

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header, uri::PathAndQuery};

use super::signer::Signer;
use crate::{
    ConfigError, Secret, SignedUrl,
    request::WebhookRequest,
    scheme::{Options, SignError, Signed, SigningContext},
};

/// Signs a request that carries an older signature, or none, as if it were sent now.
///
/// `url` is the public URL that the provider requests; the request's own URI may lack a prefix of it. Old signatures,
/// times and ids that are signed go, whether or not the body or the URL was edited; `Content-Length` is made to fit.
/// Of the request's URI only the query can change. Returned is what signing did.
///
/// ```
/// use countersign::{Secret, providers::STRIPE, scheme::Options, sign};
///
/// let mut replay = sign::SignedRequest::post(&STRIPE, "https://hooks.example.com/stripe")
///     .json(r#"{"type":"ping"}"#)
///     .secret("whsec_test")
///     .time(countersign::clock::UnixTime::from_millis(0))
///     .build()?;
/// *replay.body_mut() = r#"{"type":"charge.refunded"}"#.into();
///
/// let now = countersign::clock::UnixTime::from_secs(1_700_000_000).unwrap();
/// let context = sign::SigningContext { now, delivery_id: &sign::unique_id() };
/// let secret = Secret::new("whsec_test")?;
/// sign::resign(&STRIPE, &secret, &Options::new(), "https://hooks.example.com/stripe", &mut replay, &context)?;
/// assert!(replay.headers()["stripe-signature"].to_str()?.starts_with("t=1700000000,v1="));
/// assert_eq!(replay.headers()["content-length"], "26");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SignError`] when the secret or the request does not fit the scheme; the request is then what it was.
pub fn resign<'a>(
    signer: impl Into<Signer<'a>>,
    secret: &Secret,
    options: &Options,
    url: &str,
    request: &mut Request<Bytes>,
    context: &SigningContext<'_>,
) -> Result<Signed, SignError> {
    let signer = signer.into();
    if SignedUrl::parse(url).is_none() {
        let problem = "it needs the form https://host[:port]/path";
        return Err(ConfigError::Url { url: crate::public_url::redact(url), problem }.into());
    }
    let mut headers = request.headers().clone();
    for name in signer.signed_ids() {
        // Its value alone is new: which of several names is used says what kind of delivery it is.
        if let Some(id) = headers.get_mut(*name) {
            *id = HeaderValue::from_str(context.delivery_id).map_err(|_| SignError::Unwritable)?;
        }
    }
    let view = WebhookRequest::new(request.method(), url, &headers, &request.body()[..]);
    let signed = signer.sign(secret, options, &view, context)?;
    signed.apply(&mut headers);
    let uri = match &signed.url {
        Some(url) => Some(with_query_of(request.uri(), url)?),
        None => None,
    };
    let length = signed.body.as_ref().unwrap_or(request.body()).len();
    if !headers.contains_key(header::TRANSFER_ENCODING) && (length > 0 || headers.contains_key(header::CONTENT_LENGTH))
    {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *request.headers_mut() = headers;
    if let Some(uri) = uri {
        *request.uri_mut() = uri;
    }
    if let Some(body) = &signed.body {
        *request.body_mut() = body.clone();
    }
    Ok(signed)
}

/// The same URI with the query of `url`.
fn with_query_of(uri: &Uri, url: &str) -> Result<Uri, SignError> {
    let query = SignedUrl::parse(url).and_then(|url| url.query());
    let target = match query {
        Some(query) => format!("{}?{query}", uri.path()),
        None => uri.path().to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).map_err(|_| SignError::Unwritable)?);
    Uri::from_parts(parts).map_err(|_| SignError::Unwritable)
}
