//! `/api/requests/http`: what was captured, and sending it again.

use axum::{
    Json,
    extract::{Path, Query as Parameters, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::{Value, json};

use super::ApiError;
use crate::{
    inspector::{Inspector, render, replay::Order},
    store::Query,
};

pub(super) async fn list(
    State(inspector): State<Inspector>,
    Parameters(pairs): Parameters<Vec<(String, String)>>,
) -> Result<Json<Value>, ApiError> {
    let query = Query::parse(pairs).map_err(ApiError::bad)?;
    // Looked at first: what is finished in between is then in the store, and shown once.
    let under_way = inspector.under_way_for(&query);
    let (limit, is_full) = (query.limit, query.bodies);
    let page = inspector.find(query).await?;
    let show = if is_full { render::full } else { render::summary };
    let known = |id| page.items.iter().any(|exchange| exchange.id == id);
    // What is older than where the page ends is on the next one.
    let is_here = |id| page.next.is_none_or(|end| id > end) && !known(id);
    let mut items: Vec<_> = under_way.iter().filter(|exchange| is_here(exchange.id)).chain(&page.items).collect();
    items.sort_unstable_by_key(|exchange| std::cmp::Reverse(exchange.id));
    let is_over = items.len() > limit;
    items.truncate(limit);
    let next = if is_over { items.last().map(|exchange| exchange.id) } else { page.next };
    Ok(Json(json!({
        "uri": "/api/requests/http",
        "requests": items.into_iter().map(show).collect::<Vec<_>>(),
        "next": next.map(|id| id.to_string()),
        "cut_short": page.cut_short,
    })))
}

pub(super) async fn one(State(inspector): State<Inspector>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    Ok(Json(inspector.full(inspector.exchange(&id).await?).await?))
}

pub(super) async fn delete(State(inspector): State<Inspector>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let parsed = id.parse().map_err(|error| ApiError::bad(format_args!("`{id}`: {error}")))?;
    match inspector.read(move |reader| reader.delete(parsed)).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found(format_args!("there is no exchange {id}"))),
    }
}

pub(super) async fn clear(State(inspector): State<Inspector>) -> Result<StatusCode, ApiError> {
    inspector.read(|reader| reader.clear()).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn replay(
    State(inspector): State<Inspector>,
    Parameters(pairs): Parameters<Vec<(String, String)>>,
    body: axum::body::Bytes,
) -> Result<Response, ApiError> {
    let mut order: Order =
        serde_json::from_slice(&body).map_err(|error| ApiError::bad(format_args!("the body: {error}")))?;
    for (name, value) in &pairs {
        match (name.as_str(), value.as_str()) {
            ("wait", "true" | "1" | "") => order.wait = true,
            ("wait", _) => {}
            _ => return Err(ApiError::bad(format_args!("there is no parameter `{name}`; there is wait=true"))),
        }
    }
    let wait = order.wait;
    let exchange = inspector.replay(order).await?;
    if !wait {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Json(inspector.full(exchange).await?).into_response())
}

impl Inspector {
    /// An exchange in full, with what stems from it.
    async fn full(&self, exchange: crate::store::Exchange) -> Result<Value, ApiError> {
        let (exchange, related) = self
            .read(move |reader| {
                let related = reader.related(&exchange)?;
                Ok((exchange, related))
            })
            .await?;
        let mut value = render::full(&exchange);
        let texts = |ids: &[crate::store::Id]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        value["related"] = json!({ "replays": texts(&related.replays), "retries": texts(&related.retries) });
        value["verification"]["signed_view"] = self.signed_view(&exchange).unwrap_or_default();
        Ok(value)
    }
}
