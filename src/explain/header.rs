//! Signature headers that were written otherwise on the way: told as a hint, since no code is about them.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    crypto::{decode_base64_text, decode_hex_text, hex_lower},
    providers::{Provider, ProviderScheme},
    scheme::Format,
};

/// Calls `try_one` with other writings of the signature headers, and what was done, until it says stop.
pub(super) fn variants(
    provider: &Provider,
    headers: &HeaderMap,
    try_one: &mut dyn FnMut(&HeaderMap, &'static str) -> bool,
) {
    let names = provider.signature_headers();
    for name in &names {
        let name = HeaderName::from_static(name);
        let mut values: Vec<Vec<u8>> = headers.get_all(&name).iter().map(|value| value.as_bytes().to_vec()).collect();
        let renamed = values.is_empty();
        if renamed {
            values.extend(under_another_name(&name, headers));
        }
        for value in &values {
            let mut offer = |what, text: Vec<u8>| {
                let Ok(changed) = HeaderValue::from_bytes(&text) else { return false };
                if !renamed && headers.get(&name) == Some(&changed) && values.len() == 1 {
                    return false;
                }
                let mut headers = headers.clone();
                headers.insert(&name, changed);
                try_one(&headers, what)
            };
            if renamed && offer("under its own name", value.clone()) {
                return;
            }
            if values.len() > 1 && offer("one of several kept", value.clone()) {
                return;
            }
            if writings(provider, value).into_iter().any(|(what, text)| offer(what, text)) {
                return;
            }
        }
    }
}

/// What gateways make of a header's name: underscores, a prefix.
fn under_another_name(name: &HeaderName, headers: &HeaderMap) -> Option<Vec<u8>> {
    let plain = |text: &str| text.replace('_', "-").trim_start_matches("http-").to_owned();
    let wanted = name.as_str();
    let found = headers.iter().find(|(other, _)| {
        let other = plain(other.as_str());
        other == wanted || other.strip_prefix("x-") == Some(wanted) || wanted.strip_prefix("x-") == Some(&other)
    });
    found.map(|(_, value)| value.as_bytes().to_vec())
}

fn writings(provider: &Provider, value: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut found = Vec::new();
    let text = value.trim_ascii();
    let bare = match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        text => text,
    };
    found.push(("the quotation marks taken off", bare.to_vec()));
    found.push(("its escapes decoded", super::body::escape::percent_decoded(bare)));
    let first = bare.split(|byte| *byte == b',').next().unwrap_or_default().trim_ascii();
    found.push(("the first of several kept", first.to_vec()));
    let digest = bare.rsplit(|byte| matches!(byte, b'=' | b',' | b' ')).find(|part| part.len() >= 16).unwrap_or(bare);
    // `=` is padding too: what stands before it is a prefix only if it is short.
    let prefixed =
        bare.iter().take(12).position(|byte| *byte == b'=').and_then(|at| bare.get(at + 1..)).unwrap_or(bare);
    let prefixes = ["sha256=", "sha1=", "sha512=", "v0=", "v1=", "v1,", "HMAC ", "hmac-sha256="];
    let own = match &provider.scheme {
        ProviderScheme::Recipe(recipe) => match recipe.signature().format() {
            Format::Prefix(prefix) => Some(prefix),
            _ => None,
        },
        ProviderScheme::Custom(_) => None,
    };
    for core in [bare, digest, prefixed] {
        let mut forms = vec![("its prefix taken off", core.to_vec())];
        if let Some(raw) = decode_hex_text(core) {
            forms.push(("written in base64 instead of hex", STANDARD.encode(&raw).into_bytes()));
            forms.push(("its hex in lower case", hex_lower(&raw).into_bytes()));
        }
        let base64 = [b"".as_slice(), b"=", b"=="].iter().find_map(|pad| {
            let text: Vec<u8> = [core, pad].concat();
            let standard: Vec<u8> = text
                .iter()
                .map(|b| match b {
                    b'-' => b'+',
                    b'_' => b'/',
                    b' ' => b'+',
                    b => *b,
                })
                .collect();
            decode_base64_text(&standard)
        });
        if let Some(raw) = base64 {
            forms.push(("written in hex instead of base64", hex_lower(&raw).into_bytes()));
            forms.push(("its base64 written as usual", STANDARD.encode(&raw).into_bytes()));
            forms.push(("its base64 written for URLs", URL_SAFE_NO_PAD.encode(&raw).into_bytes()));
            // Base64 of the hexadecimal digits.
            if raw.iter().all(u8::is_ascii_hexdigit) {
                forms.push(("decoded from base64 to hex", raw));
            }
        }
        for (what, form) in forms {
            for prefix in own.into_iter().chain(prefixes) {
                found.push((
                    if what == "its prefix taken off" { "its prefix put back" } else { what },
                    [prefix.as_bytes(), &form].concat(),
                ));
            }
            found.push((what, form));
        }
    }
    found
}
