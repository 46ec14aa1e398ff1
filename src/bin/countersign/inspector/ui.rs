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
    let page = || get(|| async { file("index.html") });
    Router::new()
        .route("/", page())
        .route("/inspect/http", page())
        .route("/status", page())
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

files!["index.html"];

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
