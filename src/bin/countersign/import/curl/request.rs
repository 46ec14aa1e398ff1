//! The request that curl would send.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    super::{ImportError, Imported},
    options::Command,
};

pub(super) fn build(mut command: Command) -> Result<Imported, ImportError> {
    if command.is_head && command.body.is_some() && !command.is_get {
        return Err(ImportError::new("-I and a body exclude each other: curl does not send this"));
    }
    let body = if command.is_get {
        // After what --url-query adds.
        command.query.extend(command.body.take());
        None
    } else {
        command.body.take()
    };
    let default_method: &[u8] = match (&body, command.is_head) {
        (_, true) => b"HEAD",
        (Some(_), _) => b"POST",
        (None, _) => b"GET",
    };
    let method = command.method.as_deref().unwrap_or(default_method);
    let url = url(&command)?;
    let user_in_url = userinfo(&url);
    let mut request = Imported::new(method, url)?;
    let custom = custom_headers(&command.headers);
    let mut put = |name: &str, value: Option<Vec<u8>>| match value {
        // The user's own line replaces curl's, also by being empty.
        Some(value) if !custom.iter().any(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes())) => {
            request.push_header(name.as_bytes(), &value)
        }
        _ => Ok(()),
    };
    let basic = |user: &[u8]| [&b"Basic "[..], STANDARD.encode(with_colon(user)).as_bytes()].concat();
    let user = command.user.as_deref().filter(|_| !command.has_other_auth);
    let authorization = match (&command.bearer, user, user_in_url) {
        (Some(bearer), _, _) => Some([b"Bearer ", &bearer[..]].concat()),
        (None, Some(user), _) => Some(basic(user)),
        (None, None, Some(user)) if command.user.is_none() => Some(basic(&user)),
        _ => None,
    };
    put("authorization", authorization)?;
    put("user-agent", command.agent.filter(|agent| !agent.is_empty()))?;
    put("range", command.range.map(|range| [b"bytes=", &range[..]].concat()))?;
    put("accept", Some(if command.is_json { b"application/json".to_vec() } else { b"*/*".to_vec() }))?;
    put("accept-encoding", command.is_compressed.then(|| b"deflate, gzip, br, zstd".to_vec()))?;
    put("referer", command.referer.filter(|referer| !referer.is_empty()))?;
    // A cookie without a name is the name of a file with cookies; no provider signs any.
    let cookies: Vec<Vec<u8>> = command.cookies.into_iter().filter(|cookie| cookie.contains(&b'=')).collect();
    put("cookie", Some(cookies.join(&b';')).filter(|cookies| !cookies.is_empty()))?;
    let content_type: &[u8] = if command.is_json { b"application/json" } else { b"application/x-www-form-urlencoded" };
    put("content-type", body.as_ref().map(|_| content_type.to_vec()))?;
    for (name, value) in custom.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
        request.push_header(name, value)?;
    }
    request.body = body.unwrap_or_default().into();
    request.check_length();
    Ok(request)
}

/// `Name: value`, and `Name;` for an empty value; `None` for a header that is to be left out. Anything else is no
/// header, and curl leaves it out too.
fn custom_headers(lines: &[Vec<u8>]) -> Vec<(&[u8], Option<&[u8]>)> {
    let headers = lines.iter().filter_map(|line| {
        let end = line.iter().position(|byte| matches!(byte, b':' | b';'))?;
        match line.split_at_checked(end)? {
            (name, [b':', value @ ..]) => {
                let value = value.trim_ascii();
                Some((name, Some(value).filter(|value| !value.is_empty())))
            }
            (name, [b';', rest @ ..]) if rest.trim_ascii().is_empty() => Some((name, Some(&[][..]))),
            _ => None,
        }
    });
    headers.filter(|(name, _)| !name.is_empty()).collect()
}

/// The URL with what the options add and take away.
fn url(command: &Command) -> Result<String, ImportError> {
    let url = command.url.as_deref().ok_or_else(|| ImportError::new("the command has no URL"))?;
    let url = std::str::from_utf8(url).map_err(|_| ImportError::new("the URL is no UTF-8"))?;
    let url = url.split('#').next().unwrap_or_default();
    let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    let (authority, path_and_query) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if !command.is_glob_off && (authority.contains(['{', '}']) || path_and_query.contains(['{', '}', '[', ']'])) {
        return Err(ImportError::new(
            "curl would make several URLs of the brackets in this one: add -g if they are meant",
        ));
    }
    let (path, query) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query.to_owned())),
        None => (path_and_query, None),
    };
    let path = if command.is_path_as_is { path.to_owned() } else { without_dots(path) };
    let mut query = query;
    for part in &command.query {
        let part = std::str::from_utf8(part).map_err(|_| ImportError::new("the query is no UTF-8"))?;
        query = Some(match query.filter(|query| !query.is_empty()) {
            Some(query) => format!("{query}&{part}"),
            None => part.to_owned(),
        });
    }
    let mut url = format!("{scheme}://{authority}");
    match &command.target {
        Some(target) => url += std::str::from_utf8(target).map_err(|_| ImportError::new("the target is no UTF-8"))?,
        None => {
            url += &path;
            if let Some(query) = query {
                url.push('?');
                url += &query;
            }
        }
    }
    Ok(url)
}

/// Takes `.` and `..` out of a path, as RFC 3986 (section 5.2.4) has it.
fn without_dots(path: &str) -> String {
    let is_dot = |segment: &str| segment == "." || segment.eq_ignore_ascii_case("%2e");
    let is_up = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == ".."
    };
    if !path.split('/').any(|segment| is_dot(segment) || is_up(segment)) {
        return path.to_owned();
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let goes = is_dot(segment) || is_up(segment);
        if is_up(segment) {
            kept.pop();
        }
        if !goes {
            kept.push(segment);
        } else if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// User and password of a URL, decoded.
fn userinfo(url: &str) -> Option<Vec<u8>> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?']).next()?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    Some(percent_decode(userinfo.as_bytes()))
}

fn percent_decode(text: &[u8]) -> Vec<u8> {
    let hex = |byte: u8| char::from(byte).to_digit(16);
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        decoded.push(match (byte, tail) {
            (b'%', [high, low, tail @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) => {
                    rest = tail;
                    (high * 16 + low) as u8
                }
                None => b'%',
            },
            _ => *byte,
        });
    }
    decoded
}

fn with_colon(user: &[u8]) -> Vec<u8> {
    // Without a password curl would ask for one.
    if user.contains(&b':') { user.to_vec() } else { [user, b":"].concat() }
}
