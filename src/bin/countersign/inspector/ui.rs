//! The page: static files, compiled in.

use axum::{
    Router,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, header};

use super::{Inspector, guard};

/// The page and its files.
pub(super) fn routes() -> Router<Inspector> {
    Router::new()
        .route("/", get(|| async { file("index.html") }))
        .route("/inspect/http", get(|| async { file("index.html") }))
        .route("/status", get(|| async { file("status.html") }))
        .route("/ui/{*name}", get(named))
}

async fn named(Path(name): Path<String>) -> Response {
    match FILES.iter().any(|(known, _)| *known == name) {
        true => file(&name),
        false => guard::nothing_here().await,
    }
}

fn file(name: &str) -> Response {
    let bytes = FILES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes).unwrap_or_default();
    let media = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let mut response = bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        const FILES: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("ui/", $name)))),*];
    };
}

files![
    "app.js",
    "body/code.js",
    "body/form.js",
    "body/formtable.js",
    "body/hex.js",
    "body/json.js",
    "body/kind.js",
    "body/rows.js",
    "body/source.js",
    "body/twiml.js",
    "body/unpack.js",
    "body/view.js",
    "body/xml.js",
    "core/api.js",
    "core/auth.js",
    "core/captures.js",
    "core/clipboard.js",
    "core/dialog.js",
    "core/diff.js",
    "core/dom.js",
    "core/filters.js",
    "core/format.js",
    "core/keyboard.js",
    "core/live.js",
    "core/menu.js",
    "core/notify.js",
    "core/preferences.js",
    "core/route.js",
    "core/sse.js",
    "core/text.js",
    "core/top.js",
    "core/words.js",
    "css/base.css",
    "css/body.css",
    "css/controls.css",
    "css/detail.css",
    "css/editor.css",
    "css/list.css",
    "css/status.css",
    "detail/actions.js",
    "detail/detail.js",
    "detail/finding.js",
    "detail/headers.js",
    "detail/message.js",
    "detail/notices.js",
    "detail/related.js",
    "detail/segments.js",
    "detail/signed.js",
    "detail/timing.js",
    "detail/verification.js",
    "editor/body.js",
    "editor/compare.js",
    "editor/dialog.js",
    "editor/fields.js",
    "editor/lineends.js",
    "editor/lines.js",
    "editor/model.js",
    "editor/preview.js",
    "editor/result.js",
    "editor/scrubbed.js",
    "editor/signing.js",
    "editor/text.js",
    "favicon.svg",
    "icons.svg",
    "index.html",
    "list/empty.js",
    "list/list.js",
    "list/row.js",
    "list/splitter.js",
    "list/toolbar.js",
    "list/window.js",
    "status.html",
    "status/figures.js",
    "status/latency.js",
    "status/page.js",
    "status/routes.js",
    "status/store.js",
    "status/tiles.js",
    "status/verdicts.js",
    "theme.js",
];

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn names(folder: &Path, prefix: &str, into: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true => names(&entry.path(), &format!("{name}/"), into),
                false => into.push(name),
            }
        }
    }

    #[test]
    fn every_file_is_compiled_in() {
        let mut found = Vec::new();
        names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/countersign/inspector/ui"), "", &mut found);
        found.sort_unstable();
        let mut listed: Vec<_> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        listed.sort_unstable();
        assert_eq!(listed, found);
    }
}
