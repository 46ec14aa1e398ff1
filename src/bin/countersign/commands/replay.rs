//! `countersign replay`: asks a running inspector to send captures again.

mod compare;

use std::{
    io::{self, IsTerminal, Read, Write},
    process::ExitCode,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::{Map, Value, json};

use super::runtime;
use crate::{
    cli::ReplayArgs,
    config::read_token,
    console::{Paint, ascii_json},
    errors::Failure,
    import::Inspector,
    signing::SignMode,
};

pub(crate) fn run(arguments: &ReplayArgs) -> Result<ExitCode, Failure> {
    let token = arguments.web_token.as_deref().map(read_token).transpose()?;
    let inspector = Inspector::new(&arguments.inspector, arguments.allow_remote).map_err(Failure::usage)?;
    let inspector = inspector.with_token(token);
    let edits = edits(arguments)?;
    runtime::new()?.block_on(replay(arguments, &inspector, &edits))
}

async fn replay(arguments: &ReplayArgs, inspector: &Inspector, edits: &Value) -> Result<ExitCode, Failure> {
    let ids = match arguments.last {
        Some(count) => last(inspector, count).await?,
        None => arguments.ids.clone(),
    };
    ids.iter().try_for_each(|id| checked(id))?;
    let mut code = ExitCode::SUCCESS;
    for id in &ids {
        let text = match again(arguments, inspector, edits, id).await {
            Ok((original, new)) => {
                if !as_due(&new, arguments.sign) {
                    code = ExitCode::FAILURE;
                }
                if arguments.json { format!("{new}\n") } else { compare::show(&original, &new, paint()) }
            }
            // The others may go well.
            Err(failure) => {
                // Where the successes name it, too.
                let line = json!({ "replay": { "of": id }, "error": failure.to_string() });
                let own = failure.about(id).report();
                code = if ids.len() == 1 { own } else { ExitCode::FAILURE };
                if arguments.json { format!("{}\n", ascii_json(&line.to_string())) } else { String::new() }
            }
        };
        // Nobody reads on: that is no failure of the replay.
        if io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()).is_err() {
            break;
        }
    }
    Ok(code)
}

/// Has one sent again: the original and the new exchange.
async fn again(
    arguments: &ReplayArgs,
    inspector: &Inspector,
    edits: &Value,
    id: &str,
) -> Result<(Value, Value), Failure> {
    let original = inspector.json(&format!("/api/requests/http/{id}")).await.map_err(Failure::usage)?;
    let mut order = json!({ "id": id, "wait": true });
    if edits.as_object().is_some_and(|edits| !edits.is_empty()) {
        order["request"] = edits.clone();
    }
    if let Some(sign) = arguments.sign {
        order["sign"] = serde_json::to_value(sign).map_err(Failure::running)?;
    }
    if arguments.sign_unverified {
        order["sign_unverified"] = true.into();
    }
    let new = inspector.send_json(Method::POST, "/api/requests/http", &order).await.map_err(Failure::running)?;
    Ok((original, new))
}

/// The ids of the last deliveries, the oldest first.
async fn last(inspector: &Inspector, count: u16) -> Result<Vec<String>, Failure> {
    let path = format!("/api/requests/http?view=summary&replay=false&limit={count}");
    let page = inspector.json(&path).await.map_err(Failure::usage)?;
    let items = page["requests"].as_array().map(Vec::as_slice).unwrap_or_default();
    if items.is_empty() {
        return Err(Failure::usage("nothing was captured yet"));
    }
    Ok(items.iter().rev().filter_map(|item| item["id"].as_str().map(str::to_owned)).collect())
}

/// Whether what came back is what is wanted of a replay that was signed like this.
fn as_due(exchange: &Value, sign: Option<SignMode>) -> bool {
    let is_refused = exchange["verdict"] == "refused";
    match sign {
        Some(SignMode::Expired | SignMode::Wrong) => is_refused,
        _ => {
            let status = exchange["response"]["status_code"].as_u64();
            !is_refused && exchange["trouble"].is_null() && status.is_some_and(|status| status < 500)
        }
    }
}

fn edits(arguments: &ReplayArgs) -> Result<Value, Failure> {
    let mut edits = Map::new();
    if let Some(method) = &arguments.method {
        edits.insert("method".to_owned(), method.as_str().into());
    }
    if let Some(path) = &arguments.path {
        edits.insert("path".to_owned(), path.as_str().into());
    }
    if !arguments.set.is_empty() {
        let mut set = Map::new();
        for text in &arguments.set {
            let pair = text.split_once('=');
            let (name, value) =
                pair.ok_or_else(|| Failure::usage(format_args!("--set: `{text}` needs the form NAME=VALUE")))?;
            set.insert(name.to_owned(), value.into());
        }
        edits.insert("set".to_owned(), set.into());
    }
    if !arguments.header.is_empty() {
        let mut headers = Map::new();
        for text in &arguments.header {
            let pair = text.split_once(':');
            let (name, value) =
                pair.ok_or_else(|| Failure::usage(format_args!("--header: `{text}` needs the form `Name: value`")))?;
            let value = value.trim();
            let value = if value.is_empty() { Value::Null } else { value.into() };
            headers.insert(name.trim().to_owned(), value);
        }
        edits.insert("headers".to_owned(), headers.into());
    }
    if let Some(data) = &arguments.data {
        edits.insert("body_base64".to_owned(), STANDARD.encode(body(data)?).into());
    }
    Ok(edits.into())
}

fn body(data: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: io::Error| Failure::usage(format_args!("--data: {error}"));
    if data == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(failed)?;
        return Ok(bytes);
    }
    match data.strip_prefix('@') {
        Some(path) => std::fs::read(path).map_err(|error| Failure::usage(format_args!("--data: {path}: {error}"))),
        None => Ok(data.as_bytes().to_vec()),
    }
}

/// Nothing but what an id may hold goes into the path.
fn checked(id: &str) -> Result<(), Failure> {
    let is_id = id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then_some(()).ok_or_else(|| Failure::usage(format_args!("`{id}`: an id has 16 hexadecimal digits")))
}

fn paint() -> Paint {
    Paint { colour: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()) }
}
