//! HTTP Archives (HAR 1.2), as browsers, proxies and webhook tools save them.
//!
//! A HAR holds text where a message has bytes. What tells how the text became so is used: `encoding: base64`, which
//! tools write for bodies that are no text, and `bodySize`. Where it cannot be told, a note says so.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use countersign::clock::UnixTime;
use http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Answer, ImportError, Imported, Item,
    imported::{MAX_HEADERS, parse_header},
};

#[derive(Deserialize)]
struct Archive {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "startedDateTime")]
    started: Option<String>,
    request: Request,
    // Looked into later: a request is read whatever its answer looks like.
    #[serde(default)]
    response: Value,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
    #[serde(default)]
    headers: Vec<Pair>,
    #[serde(rename = "postData")]
    post_data: Option<PostData>,
    #[serde(rename = "bodySize")]
    body_size: Option<i64>,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    #[serde(default)]
    headers: Vec<Pair>,
    content: Option<PostData>,
}

/// What a request or an answer holds; the latter has no parameters, the former no size.
#[derive(Deserialize)]
struct PostData {
    #[serde(rename = "mimeType")]
    mime_type: Option<String>,
    text: Option<String>,
    encoding: Option<String>,
    size: Option<i64>,
    #[serde(default)]
    params: Vec<Param>,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Param {
    name: String,
    value: Option<String>,
}

/// Reads every entry.
pub(crate) fn parse(json: &[u8]) -> Result<Vec<Item>, ImportError> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let archive: Archive = serde_json::from_slice(json)
        .map_err(|error| ImportError::new(format_args!("it is no HAR file: {}", without_content(&error))))?;
    let entries = archive.log.entries.into_iter().enumerate();
    Ok(entries.map(|(index, entry)| Item { label: format!("entry {}", index + 1), request: read(entry) }).collect())
}

/// Where an error of the JSON reader is; its own words may repeat values of the file.
pub(super) fn without_content(error: &serde_json::Error) -> String {
    let problem = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "something else stands where the format has its fields",
        _ => "it is no JSON",
    };
    format!("{problem} (line {}, column {})", error.line(), error.column())
}

/// An RFC 3339 time.
pub(super) fn time(text: &str) -> Option<UnixTime> {
    text.parse::<Timestamp>().ok().map(|time| UnixTime::from_millis(time.as_millisecond()))
}

fn read(entry: Entry) -> Result<Imported, ImportError> {
    let Request { method, url, headers, post_data, body_size } = entry.request;
    let url = url.split('#').next().unwrap_or_default().to_owned();
    let mut request = Imported::new(method.as_bytes(), url)?;
    request.time = entry.started.as_deref().and_then(time);
    request.answer = answer(entry.response);
    // Browsers list the pseudo-headers of HTTP/2; the URL and the method say the same.
    for Pair { name, value } in headers.iter().filter(|pair| !pair.name.starts_with(':')) {
        request.push_header(name.as_bytes(), value.as_bytes())?;
    }
    let Some(post_data) = post_data else {
        request.check_length();
        return Ok(request);
    };
    let size = body_size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    if let Some(mime_type) = post_data.mime_type.as_deref().filter(|mime_type| !mime_type.is_empty())
        && !request.headers.iter().any(|(name, _)| *name == header::CONTENT_TYPE)
    {
        request.push_header(HeaderName::as_str(&header::CONTENT_TYPE).as_bytes(), mime_type.as_bytes())?;
    }
    request.body = body(&post_data, size, &mut request.notes)?;
    let there = request.body.len();
    request.check_length();
    if let Some(size) = size.filter(|size| *size != there && request.notes.is_empty()) {
        request.is_cut = there < size;
        request.notes.push(format!("the file says that the body had {size} bytes, and it holds {there}"));
    }
    Ok(request)
}

/// `None` also where a browser writes status 0: there was no answer.
fn answer(response: Value) -> Option<Answer> {
    let Response { status, headers, content } = serde_json::from_value(response).ok()?;
    let status = StatusCode::from_u16(status).ok()?;
    let mut all = HeaderMap::new();
    for Pair { name, value } in headers.iter().filter(|pair| !pair.name.starts_with(':')).take(MAX_HEADERS) {
        let (name, value) = parse_header(name.as_bytes(), value.as_bytes()).ok()?;
        all.append(name, value);
    }
    let mut bytes = Bytes::new();
    if let Some(content) = content {
        let size = content.size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
        bytes = body(&content, size, &mut Vec::new()).ok()?;
        if content.encoding.is_none() {
            // What is text was decompressed, whatever the header says.
            all.remove(header::CONTENT_ENCODING);
        }
    }
    Some(Answer { status, headers: all, body: bytes })
}

fn body(data: &PostData, size: Option<usize>, notes: &mut Vec<String>) -> Result<Bytes, ImportError> {
    let text = data.text.as_deref().unwrap_or_default();
    if data.encoding.as_deref().is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        let bytes =
            STANDARD.decode(text).map_err(|_| ImportError::new("the body is not the base64 that it should be"))?;
        return Ok(bytes.into());
    }
    if text.is_empty() && !data.params.is_empty() {
        notes.push("the file holds the form's fields only: the body was written anew from them".to_owned());
        let mut form = form_urlencoded::Serializer::new(String::new());
        for Param { name, value } in &data.params {
            form.append_pair(name, value.as_deref().unwrap_or_default());
        }
        return Ok(form.finish().into());
    }
    // Some tools write each byte of a body that is no UTF-8 as one character.
    let characters: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
    if let (Some(size), Ok(bytes)) = (size, characters)
        && size != text.len()
        && size == bytes.len()
    {
        return Ok(bytes.into());
    }
    Ok(Bytes::copy_from_slice(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(request: Value) -> Result<Imported, ImportError> {
        let har = json!({ "log": { "version": "1.2", "entries": [
            { "startedDateTime": "2026-01-02T03:04:05.678+01:00", "time": 1, "request": request, "response": {} }
        ] } });
        let mut items = parse(har.to_string().as_bytes()).unwrap();
        assert_eq!((items.len(), items[0].label.as_str()), (1, "entry 1"));
        items.remove(0).request
    }

    fn posted(data: Value, size: i64) -> Imported {
        entry(json!({ "method": "POST", "url": "https://h/x", "headers": [], "bodySize": size, "postData": data }))
            .unwrap()
    }

    #[test]
    fn a_request() {
        let request = entry(json!({
            "method": "GET", "url": "https://h/x?a=%20#f",
            "headers": [{ "name": ":path", "value": "/x" }, { "name": "X-A", "value": "1" }, { "name": "x-a", "value": "2" }],
        }))
        .unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "https://h/x?a=%20"));
        assert_eq!(request.headers.len(), 2);
        assert_eq!(request.time, Some(UnixTime::from_millis(1_767_319_445_678)));
    }

    #[test]
    fn bodies() {
        let text = posted(json!({ "mimeType": "text/plain", "text": "ü\r\n" }), -1);
        assert_eq!((&text.body[..], text.notes.len()), ("ü\r\n".as_bytes(), 0));
        assert_eq!(text.headers[0].1, "text/plain");
        let encoded = posted(json!({ "mimeType": "", "text": "AP8=", "encoding": "base64" }), 2);
        assert_eq!((&encoded.body[..], encoded.headers.len()), (&b"\0\xff"[..], 0));
        let bytewise = posted(json!({ "text": "\u{fc}\u{0}" }), 2);
        assert_eq!((&bytewise.body[..], bytewise.notes.len()), (&b"\xfc\0"[..], 0));
        let cut = posted(json!({ "text": "abc" }), 10);
        assert!(cut.is_cut && cut.notes[0].contains("had 10 bytes, and it holds 3"));
        let form = posted(json!({ "text": "", "params": [{ "name": "a b", "value": "ü&" }, { "name": "c" }] }), -1);
        assert_eq!((&form.body[..], form.notes.len()), (&b"a+b=%C3%BC%26&c="[..], 1));
    }

    #[test]
    fn answers() {
        let answer = |response: Value| {
            let request = json!({ "method": "GET", "url": "/" });
            let har = json!({ "log": { "entries": [{ "request": request, "response": response }] } });
            parse(har.to_string().as_bytes()).unwrap().remove(0).request.unwrap().answer
        };
        let headers = json!([{ "name": "X-A", "value": "1" }, { "name": "x-a", "value": "2" }, { "name": "content-encoding", "value": "gzip" }]);
        let text = json!({ "size": 2, "mimeType": "text/plain", "text": "ok" });
        let read = answer(json!({ "status": 201, "headers": headers, "content": text })).unwrap();
        assert_eq!((read.status.as_u16(), &read.body[..]), (201, &b"ok"[..]));
        assert_eq!(read.headers.get_all("x-a").iter().count(), 2);
        assert!(!read.headers.contains_key("content-encoding"));
        let encoded = json!({ "text": "H4s=", "encoding": "base64" });
        let read = answer(json!({ "status": 200, "headers": headers, "content": encoded })).unwrap();
        assert_eq!((&read.body[..], read.headers.contains_key("content-encoding")), (&b"\x1f\x8b"[..], true));
        for none in
            [json!(null), json!({}), json!({ "status": 0, "headers": [] }), json!({ "status": "200" }), json!([1])]
        {
            assert!(answer(none).is_none());
        }
    }

    #[test]
    fn lengths() {
        let headers = json!([{ "name": "content-length", "value": "5" }]);
        let request =
            json!({ "method": "POST", "url": "https://h/", "headers": headers, "postData": { "text": "abc" } });
        assert!(entry(request).unwrap().is_cut);
    }

    #[test]
    fn what_is_none() {
        for text in ["", "[]", "{\"log\":{}}", "{\"log\":{\"entries\":[{\"hush\":1}]}}", "{\"log\":\"hush\"}", "\u{0}"]
        {
            let error = parse(text.as_bytes()).expect_err(text).to_string();
            assert!(error.contains("line 1") && !error.contains("hush"), "{error}");
        }
        let deep = format!("{{\"log\":{{\"entries\":[],\"x\":{}", "[".repeat(500_000));
        assert!(parse(deep.as_bytes()).is_err());
        for (request, expected) in [
            (json!({ "method": "PO ST", "url": "https://h/" }), "the method"),
            (json!({ "method": "GET", "url": "blob:x" }), "neither a URL"),
            (json!({ "method": "GET", "url": "https://h/a b" }), "white space"),
            (json!({ "method": "GET", "url": "/", "headers": [{ "name": "a b", "value": "" }] }), "no header name"),
            (json!({ "method": "GET", "url": "/", "postData": { "text": "?", "encoding": "base64" } }), "base64"),
        ] {
            assert!(entry(request).expect_err(expected).to_string().contains(expected), "{expected}");
        }
    }

    proptest::proptest! {
        #[test]
        fn base64_bodies_are_exact(body: Vec<u8>) {
            let data = json!({ "text": STANDARD.encode(&body), "encoding": "base64" });
            proptest::prop_assert_eq!(&posted(data, -1).body[..], &body[..]);
        }

        #[test]
        fn hostile_bytes(text: Vec<u8>) {
            let _ = parse(&text);
        }
    }
}
