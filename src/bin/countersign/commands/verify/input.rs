//! The requests that the arguments name.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use crate::{
    cli::VerifyArgs,
    commands::runtime,
    errors::Failure,
    import::{ImportError, Imported, Inspector, Item, curl, har, raw},
};

pub(super) fn read(arguments: &VerifyArgs) -> Result<Vec<Item>, Failure> {
    let input = &arguments.input;
    if let Some(path) = &input.curl {
        let text = content("--curl", path)?;
        return alone("curl", curl::parse(&text, &read_bounded));
    }
    if let Some(path) = &input.raw {
        return alone("raw", raw::parse(&content("--raw", path)?));
    }
    if let Some(path) = &input.har {
        let items = har::parse(&content("--har", path)?).map_err(|error| in_flag("--har", &error))?;
        return entries(items, arguments.entry);
    }
    if let Some(url) = &input.ngrok {
        let inspector = Inspector::new(url, arguments.allow_remote).map_err(|error| in_flag("--ngrok", &error))?;
        let items = runtime::new()?.block_on(inspector.captures()).map_err(|error| in_flag("--ngrok", &error))?;
        return Some(items)
            .filter(|items| !items.is_empty())
            .ok_or_else(|| Failure::usage("--ngrok: it has captured no request"));
    }
    if let Some(id) = &input.capture {
        let inspector = Inspector::new(&arguments.inspector, arguments.allow_remote)
            .map_err(|error| in_flag("--inspector", &error))?;
        let item = runtime::new()?.block_on(inspector.capture(id)).map_err(|error| in_flag("--capture", &error))?;
        return Ok(vec![item]);
    }
    alone("url", in_flags(arguments)?)
}

fn alone(label: &str, request: Result<Imported, ImportError>) -> Result<Vec<Item>, Failure> {
    match request {
        Ok(request) => Ok(vec![Item { label: label.to_owned(), request: Ok(request) }]),
        Err(error) => Err(in_flag(&format!("--{label}"), &error)),
    }
}

fn entries(items: Vec<Item>, entry: Option<usize>) -> Result<Vec<Item>, Failure> {
    let count = items.len();
    if count == 0 {
        return Err(Failure::usage("--har: it has no entries"));
    }
    let Some(number) = entry else { return Ok(items) };
    let item = number.checked_sub(1).and_then(|index| items.into_iter().nth(index));
    let item = item.ok_or_else(|| Failure::usage(format_args!("--entry: the file has the entries 1 to {count}")))?;
    Ok(vec![item])
}

fn in_flags(arguments: &VerifyArgs) -> Result<Result<Imported, ImportError>, Failure> {
    let message = &arguments.message;
    let body = match message.data.as_deref() {
        None => None,
        Some("-") => Some(content("--data", Path::new("-"))?),
        Some(text) => match text.strip_prefix('@') {
            Some(path) => Some(content("--data", Path::new(path))?),
            None => Some(text.as_bytes().to_vec()),
        },
    };
    let method = message.method.as_deref().unwrap_or(if body.is_some() { "POST" } else { "GET" });
    let url = arguments.input.url.as_deref().unwrap_or_default();
    let url = url.split('#').next().unwrap_or_default().to_owned();
    let build = || {
        let mut request = Imported::new(method.as_bytes(), url)?;
        for header in &message.header {
            let (name, value) =
                header.split_once(':').ok_or_else(|| ImportError::new("--header needs the form Name: value"))?;
            request.push_header(name.as_bytes(), value.as_bytes())?;
        }
        request.body = body.unwrap_or_default().into();
        request.check_length();
        Ok(request)
    };
    Ok(build())
}

/// A file's bytes, or those of standard input for `-`.
fn content(flag: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    let (name, content) = if path == Path::new("-") {
        ("standard input".to_owned(), bounded(io::stdin().lock()))
    } else {
        (format!("the file {}", path.display()), read_bounded(path))
    };
    content.map_err(|error| Failure::usage(format_args!("{flag}: {name} cannot be read: {error}")))
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    bounded(File::open(path)?)
}

fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.take(LARGEST as u64 + 1).read_to_end(&mut content)?;
    if content.len() > LARGEST {
        return Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20)));
    }
    Ok(content)
}

fn in_flag(flag: &str, error: &ImportError) -> Failure {
    Failure::usage(format_args!("{flag}: {error}"))
}

/// HAR files of long sessions are large.
const LARGEST: usize = 128 << 20;
