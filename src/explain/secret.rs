//! Secrets that were pasted wrongly, and secrets that belong to something else.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use zeroize::Zeroizing;

use super::{code::Code, explainer::Explainer};
use crate::{Secret, Secrets, WebhookVerifier, providers::Provider};

/// A secret that may have signed, and how it goes by.
pub(super) struct Candidate {
    pub(super) secret: Secret,
    /// `None` for a configured one as it is.
    pub(super) code: Option<Code>,
    /// What was done to it.
    pub(super) change: Option<&'static str>,
    /// What it is called: its label, or its place.
    pub(super) name: String,
    /// The route or account that it belongs to.
    pub(super) owner: Option<Owner>,
}

/// Whose another secret is.
#[derive(Clone)]
pub(super) struct Owner {
    pub(super) name: String,
    pub(super) is_account: bool,
    pub(super) provider: Option<&'static Provider>,
}

/// All candidates that make a verifier, and that verifier.
pub(super) struct Candidates {
    pub(super) list: Vec<Candidate>,
    pub(super) verifier: std::sync::Arc<dyn WebhookVerifier>,
}

impl Candidates {
    /// The configured secrets in all writings, and those from elsewhere. At most `most` of them: each costs work in
    /// every attempt.
    pub(super) fn of(explainer: &Explainer, most: usize) -> Option<Self> {
        let mut list = Vec::new();
        for (index, secret) in explainer.secrets.iter().enumerate() {
            let name = name_of(secret, index);
            list.push(Candidate { secret: secret.clone(), code: None, change: None, name, owner: None });
        }
        let any_text = explainer.provider.is_none_or(|own| takes_any_text(explainer, own, &explainer.options));
        for elsewhere in &explainer.elsewhere {
            for (index, secret) in elsewhere.secrets.iter().enumerate() {
                if any_text && is_public(secret, elsewhere.provider) {
                    continue;
                }
                let code = if elsewhere.is_account { Code::SecretOtherAccount } else { Code::SecretOtherRoute };
                let owner = Owner {
                    name: elsewhere.name.to_string(),
                    is_account: elsewhere.is_account,
                    provider: elsewhere.provider,
                };
                let name = name_of(secret, index);
                let (secret, owner) = (secret.clone(), Some(owner));
                list.push(Candidate { secret, code: Some(code), change: None, name, owner });
            }
        }
        for (index, secret) in explainer.secrets.iter().enumerate() {
            let is_public = is_public(secret, explainer.provider);
            for (code, change, text) in writings(secret.expose()) {
                if is_public && code != Code::SecretWhitespace {
                    continue;
                }
                if list.len() >= most {
                    break;
                }
                // An empty text is no secret.
                let Ok(secret) = Secret::new(&*text) else { continue };
                if list.iter().any(|known| known.secret.expose() == secret.expose()) {
                    continue;
                }
                let name = name_of(explainer.secrets.get(index)?, index);
                list.push(Candidate { secret, code: Some(code), change: Some(change), name, owner: None });
            }
        }
        // One that makes no verifier would keep all of them from making one.
        list.retain(|candidate| explainer.verifier_with(&Secrets::from(candidate.secret.clone())).is_some());
        let secrets = Secrets::new(list.iter().map(|candidate| candidate.secret.clone())).ok()?;
        Some(Self { verifier: explainer.verifier_with(&secrets)?, list })
    }
}

/// Whether anybody may know the text: then it must never be taken for the key of a MAC, with which anybody could sign.
pub(super) fn is_public(secret: &Secret, provider: Option<&Provider>) -> bool {
    let text = secret.expose();
    let contains = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    provider.is_some_and(|provider| PUBLIC_KEYS.contains(&provider.id)) || contains(b"whpk_") || contains(b"-----BEGIN")
}

/// Providers whose "secret" is a public key, or says whose deliveries they are.
const PUBLIC_KEYS: &[&str] = &["discord", "paypal", "plaid", "sendgrid", "sns", "telnyx", "wise"];

/// Whether a verifier takes any text for the key of a MAC.
pub(super) fn takes_any_text(explainer: &Explainer, provider: &Provider, options: &crate::scheme::Options) -> bool {
    ["any text", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "0123456789abcdef0123456789abcdef"].into_iter().any(|text| {
        Secret::new(text).is_ok_and(|secret| explainer.make(provider, &Secrets::from(secret), options).is_some())
    })
}

pub(super) fn name_of(secret: &Secret, index: usize) -> String {
    match secret.label_text() {
        Some(label) => label.to_owned(),
        None => format!("secret {}", index + 1),
    }
}

type Writing = (Code, &'static str, Zeroizing<Vec<u8>>);

/// The same secret in other writings.
fn writings(text: &[u8]) -> Vec<Writing> {
    let mut found: Vec<Writing> = Vec::new();
    let mut add = |code, change, text: Vec<u8>| found.push((code, change, Zeroizing::new(text)));
    let bare = unquoted(text.trim_ascii());
    for (change, text) in [
        ("white space around it taken off", text.trim_ascii()),
        ("quotation marks and white space around it taken off", bare),
        ("the newline at its end taken off", text.strip_suffix(b"\n").unwrap_or(text)),
    ] {
        add(Code::SecretWhitespace, change, text.to_vec());
    }
    let visible: Vec<u8> = match str::from_utf8(bare) {
        Ok(text) => text.chars().filter(|c| !c.is_whitespace() && !is_invisible(*c)).collect::<String>().into_bytes(),
        Err(_) => bare.to_vec(),
    };
    add(Code::SecretWhitespace, "white space within it taken out", visible);
    for (change, end) in
        [("a newline put after it", &b"\n"[..]), ("a CRLF put after it", b"\r\n"), ("a blank put after it", b" ")]
    {
        add(Code::SecretWhitespace, change, [bare, end].concat());
    }
    add(Code::SecretWhitespace, "a blank put before it", [b" ", bare].concat());
    add(Code::SecretWhitespace, "quotation marks put around it", [b"\"", bare, b"\""].concat());
    add(Code::SecretWhitespace, "its \\n made line breaks", replaced(bare, "\\n", "\n"));

    let mut cores = vec![bare];
    for prefix in PREFIXES {
        match bare.strip_prefix(prefix.as_bytes()) {
            Some(rest) => {
                add(Code::SecretPrefix, "its prefix taken off", rest.to_vec());
                cores.push(rest);
            }
            None => add(Code::SecretPrefix, "the provider's prefix put before it", [prefix.as_bytes(), bare].concat()),
        }
    }
    // `NAME=value`, `name: value`.
    for sign in [b'=', b':', b' '] {
        if let Some(at) = bare.iter().position(|byte| *byte == sign)
            && let (Some(name), Some(rest)) = (bare.get(..at), bare.get(at + 1..))
            && !name.is_empty()
            && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        {
            add(Code::SecretPrefix, "the name before it taken off", unquoted(rest.trim_ascii()).to_vec());
        }
    }
    for core in cores {
        for decoded in decodings(core) {
            add(Code::SecretEncoding, "decoded", decoded);
        }
        for (change, text) in encodings(core) {
            add(Code::SecretEncoding, change, text);
        }
    }
    found
}

fn decodings(text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    found.extend([&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].iter().find_map(|e| e.decode(text).ok()));
    found.extend(crate::crypto::decode_hex_text(text));
    if text.contains(&b'%') {
        found.push(super::body::escape::percent_decoded(text));
    }
    found
}

fn encodings(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut found = vec![
        ("encoded in base64", STANDARD.encode(text).into_bytes()),
        ("encoded in base64 without padding", STANDARD_NO_PAD.encode(text).into_bytes()),
        ("encoded in base64url", URL_SAFE.encode(text).into_bytes()),
        ("encoded in hex", crate::crypto::hex_lower(text).into_bytes()),
        ("encoded in hex, upper case", crate::crypto::hex_lower(text).to_ascii_uppercase().into_bytes()),
    ];
    if text.iter().all(u8::is_ascii_hexdigit) {
        found.push(("its digits in lower case", text.to_ascii_lowercase()));
        found.push(("its digits in upper case", text.to_ascii_uppercase()));
    }
    let whsec = |bytes: &[u8]| [b"whsec_", STANDARD.encode(bytes).as_bytes()].concat();
    found.push(("encoded in base64 behind its prefix", whsec(text)));
    if let Some(raw) = crate::crypto::decode_hex_text(text) {
        found.push(("encoded in base64 instead of hex", STANDARD.encode(&raw).into_bytes()));
        found.push(("encoded in base64 instead of hex, behind its prefix", whsec(&raw)));
    }
    for engine in [&STANDARD, &URL_SAFE, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        if let Ok(raw) = engine.decode(text) {
            found.push(("encoded in hex instead of base64", crate::crypto::hex_lower(&raw).into_bytes()));
            found.push(("encoded in base64 of another kind", STANDARD.encode(&raw).into_bytes()));
            found.push(("encoded in base64 of another kind", URL_SAFE_NO_PAD.encode(&raw).into_bytes()));
            break;
        }
    }
    found
}

fn unquoted(text: &[u8]) -> &[u8] {
    match text {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] | [b'`', inner @ .., b'`'] => inner.trim_ascii(),
        [0xe2, 0x80, 0x9c | 0x98, inner @ .., 0xe2, 0x80, 0x9d | 0x99] => inner.trim_ascii(),
        [b'<', inner @ .., b'>'] => inner.trim_ascii(),
        [b'"' | b'\'', inner @ ..] | [inner @ .., b'"' | b'\''] => inner.trim_ascii(),
        text => text,
    }
}

fn replaced(text: &[u8], from: &str, to: &str) -> Vec<u8> {
    match str::from_utf8(text) {
        Ok(text) => text.replace(from, to).into_bytes(),
        Err(_) => text.to_vec(),
    }
}

/// What a paste may bring along unseen.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}')
}

const PREFIXES: &[&str] =
    &["whsec_", "v1,", "Bearer ", "sk_", "whpk_", "PSK_", "secret_", "sha256=", "base64:", "hex:", "0x"];
