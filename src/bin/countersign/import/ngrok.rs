//! The answers of an inspector with ngrok's API: `GET /api/requests/http` and `GET /api/requests/http/:id`.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::{
    ImportError, Imported, Item,
    har::{time, without_content},
    raw,
};

#[derive(Deserialize)]
struct List {
    requests: Vec<Capture>,
}

#[derive(Deserialize)]
struct Capture {
    id: String,
    start: Option<String>,
    request: Request,
}

/// `raw` has all that the other fields say.
#[derive(Deserialize)]
struct Request {
    raw: String,
}

/// Reads the list of captures.
pub(crate) fn parse_list(json: &[u8]) -> Result<Vec<Item>, ImportError> {
    let list: List = from_json(json)?;
    Ok(list.requests.into_iter().map(item).collect())
}

/// Reads one capture.
pub(crate) fn parse_one(json: &[u8]) -> Result<Item, ImportError> {
    from_json(json).map(item)
}

fn from_json<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, ImportError> {
    serde_json::from_slice(json)
        .map_err(|error| ImportError::new(format_args!("the answer is no capture: {}", without_content(&error))))
}

fn item(capture: Capture) -> Item {
    let request = STANDARD.decode(&capture.request.raw);
    let request = request.map_err(|_| ImportError::new("`request.raw` is no base64"));
    let request = request.and_then(|message| raw::parse(&message)).map(|mut request| {
        request.time = capture.start.as_deref().and_then(time);
        request
    });
    Item { label: capture.id, request: request.map(with_note) }
}

/// An inspector may keep only the beginning of a long body.
fn with_note(mut request: Imported) -> Imported {
    if request.is_cut {
        request.notes.push("the inspector did not keep the whole body, so its signature cannot be verified".to_owned());
    }
    request
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn capture(id: &str, raw: &[u8]) -> Value {
        json!({
            "uri": format!("/api/requests/http/{id}"), "id": id, "tunnel_name": "command_line (http)",
            "remote_addr": "203.0.113.7", "start": "2026-01-02T03:04:05+00:00", "duration": 12_345_678,
            "request": { "method": "POST", "proto": "HTTP/1.1", "headers": {}, "uri": "/", "raw": STANDARD.encode(raw) },
            "response": null,
        })
    }

    #[test]
    fn captures() {
        let whole = b"POST /sms HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n\xff\0";
        let list = json!({ "uri": "/api/requests/http", "requests": [
            capture("a1", whole), capture("b2", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"), capture("c3", b"?"),
        ] });
        let items = parse_list(list.to_string().as_bytes()).unwrap();
        assert_eq!(items.iter().map(|item| item.label.as_str()).collect::<Vec<_>>(), ["a1", "b2", "c3"]);
        let request = items[0].request.as_ref().unwrap();
        assert_eq!((&request.body[..], request.target.as_str()), (&b"\xff\0"[..], "/sms"));
        assert_eq!(request.time.map(countersign::clock::UnixTime::as_secs), Some(1_767_323_045));
        let cut = items[1].request.as_ref().unwrap();
        assert!(cut.is_cut && cut.notes.len() == 2, "{cut:?}");
        assert!(items[2].request.is_err());
        assert_eq!(parse_one(capture("a1", whole).to_string().as_bytes()).unwrap().label, "a1");
    }

    #[test]
    fn what_is_none() {
        for text in ["", "{}", "{\"requests\":[{\"id\":\"hush\"}]}", "<html>"] {
            let error = parse_list(text.as_bytes()).expect_err(text).to_string();
            assert!(error.starts_with("the answer is no capture") && !error.contains("hush"), "{error}");
        }
        let unreadable = json!({ "id": "a", "request": { "raw": "!" } }).to_string();
        assert!(parse_one(unreadable.as_bytes()).unwrap().request.is_err());
    }
}
