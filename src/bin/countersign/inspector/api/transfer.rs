//! Bodies, exports and imports.

use std::collections::BTreeSet;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query as Parameters, State},
    response::{IntoResponse, Response},
};
use countersign::providers;
use http::{HeaderValue, header};
use serde_json::{Value, json};

use super::ApiError;
use crate::{
    inspector::{
        Inspector,
        export::{self, Form},
    },
    store::{Exchange, Query},
};

type Pairs = Parameters<Vec<(String, String)>>;

/// The bytes of a body, as a file: what was captured is never shown as a page.
pub(super) async fn body(
    State(inspector): State<Inspector>,
    Path(id): Path<String>,
    Parameters(pairs): Pairs,
) -> Result<Response, ApiError> {
    let exchange = inspector.exchange(&id).await?;
    let body = match parameter(&pairs, "of") {
        Some("request") | None => exchange.request.body.to_bytes(),
        Some("response") => exchange.response.as_ref().map(|response| response.body.to_bytes()).unwrap_or_default(),
        Some(_) => return Err(ApiError::bad("of: write request or response")),
    };
    Ok(attachment(body, "application/octet-stream", &format!("{id}.bin")))
}

pub(super) async fn export_one(
    State(inspector): State<Inspector>,
    Path(id): Path<String>,
    Parameters(pairs): Pairs,
) -> Result<Response, ApiError> {
    let form = form(&pairs)?;
    let exchange = inspector.exchange(&id).await?;
    let bytes = match form {
        Form::Curl => export::curl(&exchange, &export::url(&exchange)).into(),
        Form::Har => pretty(&export::har(&[exchange])),
        Form::Raw => export::raw(&exchange),
        Form::Vector => pretty(&vector_file(&inspector, &[exchange])?),
    };
    Ok(attachment(bytes, form.content_type(), &form.file_name(&id)))
}

pub(super) async fn export_many(
    State(inspector): State<Inspector>,
    Parameters(pairs): Pairs,
) -> Result<Response, ApiError> {
    let form = form(&pairs)?;
    let mut query = Query::parse(pairs.into_iter().filter(|(name, _)| name != "as")).map_err(ApiError::bad)?;
    query.bodies = true;
    let page = inspector.find(query).await?;
    let bytes = match form {
        Form::Curl => {
            let commands = page.items.iter().rev().map(|exchange| export::curl(exchange, &export::url(exchange)));
            commands.collect::<Vec<_>>().join("\n").into()
        }
        Form::Har => pretty(&export::har(&page.items)),
        Form::Raw => return Err(ApiError::bad("as=raw: one exchange at a time; use har for many")),
        Form::Vector => pretty(&vector_file(&inspector, &page.items)?),
    };
    Ok(attachment(bytes, form.content_type(), &form.file_name("captures")))
}

pub(super) async fn import(State(inspector): State<Inspector>, body: Bytes) -> Result<Json<Value>, ApiError> {
    let (exchanges, skipped) = inspector.imported(&body)?;
    let imported = inspector.read(move |reader| reader.import(exchanges)).await?;
    Ok(Json(json!({ "imported": imported, "skipped": skipped })))
}

/// A vector file, which has one provider. Its notes name what can be no vector.
fn vector_file(inspector: &Inspector, exchanges: &[Exchange]) -> Result<Value, ApiError> {
    let provider = |exchange: &Exchange| providers::by_id(exchange.decision.provider.as_deref()?).ok();
    let ids: BTreeSet<_> = exchanges.iter().filter_map(provider).map(|provider| provider.id).collect();
    if ids.len() > 1 {
        let ids: Vec<_> = ids.into_iter().collect();
        return Err(ApiError::impossible(format_args!(
            "these are deliveries of {}, and a file of vectors has one provider: choose one with provider={}",
            ids.join(" and "),
            ids.first().unwrap_or(&"")
        )));
    }
    let (mut vectors, mut notes) = (Vec::new(), Vec::new());
    for exchange in exchanges.iter().rev() {
        let Some(provider) = provider(exchange) else { continue };
        let route = inspector.route(&exchange.route).ok().and_then(|route| route.config.verification.as_ref());
        let options = route.filter(|route| route.provider.id == provider.id).map(|route| route.options.clone());
        match export::vector(exchange, provider, &options.unwrap_or_default()) {
            Ok(vector) => vectors.push(vector),
            Err(why) => notes.push(format!("no vector of {}: {why}", exchange.id)),
        }
    }
    match (ids.first(), vectors.as_slice(), notes.as_slice()) {
        (None, ..) => {
            Err(ApiError::impossible("a vector needs a provider: none of these came in on a route that verifies"))
        }
        (_, [], notes) => {
            Err(ApiError::impossible(notes.iter().take(MOST_REASONS).cloned().collect::<Vec<_>>().join("; ")))
        }
        (id, vectors, []) => Ok(json!({ "id": id, "vectors": vectors })),
        (id, vectors, notes) => Ok(json!({ "id": id, "notes": notes, "vectors": vectors })),
    }
}

fn form(pairs: &[(String, String)]) -> Result<Form, ApiError> {
    let word = parameter(pairs, "as").unwrap_or_default();
    Form::parse(word)
        .ok_or_else(|| ApiError::bad(format_args!("as: `{word}` is wrong; write curl, har, raw or vector")))
}

fn parameter<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

fn pretty(value: &Value) -> Bytes {
    format!("{value:#}\n").into()
}

fn attachment(bytes: Bytes, content_type: &'static str, name: &str) -> Response {
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Mostly it is the same for all.
const MOST_REASONS: usize = 3;
