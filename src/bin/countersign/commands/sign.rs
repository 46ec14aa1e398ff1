//! `countersign sign`: the headers of a signed request, a curl command, or the whole request.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use countersign::{
    public_url::{Scheme, SignedUrl},
    sign::{SignError, SignedRequest},
};
use http::{HeaderName, HeaderValue, Method, Request, header};
use serde_json::json;

use super::given::{FORM, Given, guess_type, parse_header, parse_pair, print, read_data};
use crate::{cli::SignArgs, errors::Failure, signing::Cannot};

pub(crate) fn run(arguments: &SignArgs) -> Result<ExitCode, Failure> {
    let given = Given::parse(&arguments.provider, &arguments.key)?;
    let (request, unsigned_body) = request(&given, arguments)?;
    let url = public_url(&arguments.url, &request);
    let text = if arguments.json {
        format!("{}\n", as_json(&url, &request))
    } else if arguments.curl {
        let file = arguments.data.as_deref().and_then(|data| data.strip_prefix('@'));
        as_curl(&url, &request, file.filter(|_| *request.body() == unsigned_body))?
    } else {
        note_changes(&arguments.url, &url, *request.body() != unsigned_body);
        let headers = request.headers().iter().filter(|(name, _)| !CLIENTS_OWN.contains(name));
        headers.map(|(name, value)| format!("{}: {}\n", title_case(name), lossy(value))).collect()
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// The signed request, and its body before signing.
fn request(given: &Given, arguments: &SignArgs) -> Result<(Request<Bytes>, Bytes), Failure> {
    let is_websocket =
        SignedUrl::parse(&arguments.url).is_some_and(|url| matches!(url.scheme, Scheme::Ws | Scheme::Wss));
    let method = match &arguments.method {
        Some(method) => Method::from_bytes(method.as_bytes())
            .map_err(|_| Failure::usage(format_args!("--method: `{method}` is no method")))?,
        None if is_websocket => Method::GET,
        None => Method::POST,
    };
    let mut request = SignedRequest::new(given.provider, method, &arguments.url)
        .options(given.options.clone())
        .time(given.now()?)
        .secret(given.secret()?);
    if let Some(id) = &given.id {
        request = request.delivery_id(id);
    }
    let mut has_type = false;
    for text in &arguments.header {
        let (name, value) = parse_header(text)?;
        has_type |= name == header::CONTENT_TYPE;
        request = request.header(name, value);
    }
    let mut body = Bytes::new();
    if let Some(source) = &arguments.data {
        body = read_data(source)?;
        if !has_type && !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, guess_type(&body));
        }
        request = request.body(body.clone());
    } else if !arguments.form.is_empty() {
        let fields: Result<Vec<_>, _> = arguments.form.iter().map(|text| parse_pair("--form", text)).collect();
        body = form(fields?);
        if !has_type {
            request = request.header(header::CONTENT_TYPE, FORM);
        }
        request = request.body(body.clone());
    }
    let cannot = |error| match error {
        SignError::ProviderOnly => Cannot::ProviderOnly { provider: given.provider.name },
        error => Cannot::Sign(error),
    };
    Ok((request.build().map_err(|error| given.failure(&cannot(error)))?, body))
}

fn form(fields: Vec<(&str, &str)>) -> Bytes {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into()
}

/// The URL with the path and query that were signed.
fn public_url(given: &str, request: &Request<Bytes>) -> String {
    let origin = SignedUrl::parse(given).map(|url| [url.scheme.as_str(), "://", url.authority].concat());
    format!("{}{}", origin.unwrap_or_default(), request.uri())
}

/// What headers alone cannot say.
fn note_changes(given: &str, signed: &str, body_changed: bool) {
    let note = |text: &str| _ = writeln!(io::stderr(), "countersign: note: {text}");
    let query = |url: &str| SignedUrl::parse(url).and_then(|url| url.query().map(str::to_owned));
    if query(given) != query(signed) {
        note(&format!("the signature is in the URL, or for this one: {signed}"));
    }
    if body_changed {
        note("the signature is in the body: --json or --curl shows it");
    }
}

fn as_json(url: &str, request: &Request<Bytes>) -> serde_json::Value {
    let headers: Vec<_> = request.headers().iter().map(|(name, value)| (title_case(name), lossy(value))).collect();
    let mut value = json!({ "method": request.method().as_str(), "url": url, "headers": headers });
    match str::from_utf8(request.body()) {
        Ok(text) => value["body"] = text.into(),
        Err(_) => value["body_base64"] = STANDARD.encode(request.body()).into(),
    }
    value
}

/// A command for a shell. The body comes from `file`, if it is the one that was signed.
fn as_curl(url: &str, request: &Request<Bytes>, file: Option<&str>) -> Result<String, Failure> {
    let quote = |text: &str| {
        let quoted = shlex::try_quote(text).map(std::borrow::Cow::into_owned);
        quoted.map_err(|_| Failure::usage("--curl: there is a NUL in it, which no argument can hold; use --json"))
    };
    // curl knows HTTP only, and makes `Authorization` of userinfo by itself.
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let scheme = if matches!(scheme, "ws" | "http") { "http" } else { "https" };
    let host_start = rest.split(['/', '?']).next().and_then(|authority| authority.rfind('@')).map_or(0, |at| at + 1);
    let plain_url = format!("{scheme}://{}", rest.get(host_start..).unwrap_or_default());
    let mut command = "curl -i".to_owned();
    // Braces and brackets are patterns to curl, and dots are steps.
    if plain_url.contains(['[', ']', '{', '}']) {
        command.push_str(" --globoff");
    }
    if plain_url.contains("/.") {
        command.push_str(" --path-as-is");
    }
    if *request.method() != Method::GET || !request.body().is_empty() {
        let _ = write!(command, " -X {}", quote(request.method().as_str())?);
    }
    command.push(' ');
    command.push_str(&quote(&plain_url)?);
    for (name, value) in request.headers().iter().filter(|(name, _)| !CLIENTS_OWN.contains(name)) {
        let value = value
            .to_str()
            .map_err(|_| Failure::usage(format_args!("--curl: the header {name} is no ASCII text; use --json")))?;
        let _ = write!(command, " \\\n  -H {}", quote(&format!("{}: {value}", title_case(name)))?);
    }
    if !request.body().is_empty() {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            // Or else curl calls it a form.
            command.push_str(" \\\n  -H Content-Type:");
        }
        let data = match (file, str::from_utf8(request.body())) {
            (Some(file), _) => format!("--data-binary {}", quote(&format!("@{file}"))?),
            (None, Ok(text)) => format!("--data-raw {}", quote(text)?),
            (None, Err(_)) => return Err(Failure::usage("--curl: the body is no text; give it as --data @FILE")),
        };
        let _ = write!(command, " \\\n  {data}");
    }
    command.push('\n');
    Ok(command)
}

/// `X-Twilio-Signature`, as people know it.
fn title_case(name: &HeaderName) -> String {
    let mut titled = String::with_capacity(name.as_str().len());
    for word in name.as_str().split_inclusive('-') {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        titled.push_str(&first.to_ascii_uppercase());
        titled.push_str(rest);
    }
    titled
}

fn lossy(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// Headers that every client writes by itself.
const CLIENTS_OWN: [HeaderName; 2] = [header::CONTENT_LENGTH, header::HOST];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_people_know_them() {
        for (name, expected) in [("x-twilio-signature", "X-Twilio-Signature"), ("etag", "Etag"), ("a--b", "A--B")] {
            assert_eq!(title_case(&HeaderName::from_static(name)), expected);
        }
    }

    #[test]
    fn curl_commands() {
        let mut request = Request::post("/a").header("x-a", "it's").body(Bytes::from("{\"a\":\"'\"}")).unwrap();
        let command = as_curl("wss://u:p@a.test/{a}/./b", &request, None).unwrap();
        assert_eq!(
            command,
            "curl -i --globoff --path-as-is -X POST 'https://a.test/{a}/./b' \\\n  -H \"X-A: it's\" \\\n  \
             -H Content-Type: \\\n  --data-raw \"{\\\"a\\\":\\\"'\\\"}\"\n"
        );
        *request.body_mut() = Bytes::from(vec![0xff]);
        assert!(as_curl("http://a.test/", &request, None).is_err());
        assert!(as_curl("http://a.test/", &request, Some("f")).unwrap().contains("--data-binary @f"));
    }
}
