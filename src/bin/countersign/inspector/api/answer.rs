//! What handlers need again and again.

use crate::{
    inspector::{Inspector, api::ApiError},
    store::{Exchange, Id, Page, Query, Reader, StoreError},
};

impl Inspector {
    /// Reads from the store, away from the thread that serves.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.store().reader().run(work).await.map_err(ApiError::failed)
    }

    /// A page of what is stored.
    pub(crate) async fn find(&self, query: Query) -> Result<Page, ApiError> {
        self.store().reader().find(query).await.map_err(ApiError::failed)
    }

    /// The exchange of this id, finished or not.
    pub(crate) async fn exchange(&self, id: &str) -> Result<Exchange, ApiError> {
        let parsed: Id = id.parse().map_err(|error| ApiError::bad(format_args!("`{id}`: {error}")))?;
        if let Some(exchange) = self.under_way().into_iter().find(|exchange| exchange.id == parsed) {
            return Ok(exchange);
        }
        let found = self.read(move |reader| reader.get(parsed)).await?;
        found.ok_or_else(|| ApiError::not_found(format_args!("there is no exchange {id}: it may have been deleted")))
    }

    /// Those that are under way and fit the query, the newest first. A query for what they may not have yet gets none.
    pub(crate) fn under_way_for(&self, query: &Query) -> Vec<Exchange> {
        let is_simple = query.status.is_none()
            && query.header.is_none()
            && query.body.is_none()
            && query.text.is_none()
            && query.path.is_none()
            && query.since.is_none()
            && query.until.is_none()
            && query.verdicts.is_empty();
        if !is_simple {
            return Vec::new();
        }
        let mut fitting = self.under_way();
        fitting.reverse();
        fitting.retain(|exchange| {
            query.after.is_none_or(|after| exchange.id > after)
                && query.before.is_none_or(|before| exchange.id < before)
                && query.route.as_deref().is_none_or(|route| *exchange.route == *route)
                && query.method.as_deref().is_none_or(|method| exchange.method().eq_ignore_ascii_case(method))
                && query.provider.is_none_or_eq(exchange.decision.provider.as_deref())
                && query.replay.is_none_or(|replay| exchange.replay.is_some() == replay)
        });
        fitting
    }
}

trait NoneOrEq {
    fn is_none_or_eq(&self, other: Option<&str>) -> bool;
}

impl NoneOrEq for Option<String> {
    fn is_none_or_eq(&self, other: Option<&str>) -> bool {
        self.is_none() || self.as_deref() == other
    }
}
