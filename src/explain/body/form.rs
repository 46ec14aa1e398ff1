//! Forms written anew, and parameters that lost something.

use http::header;

use super::{
    FORM, Try, Variant, as_form,
    escape::{self, Escapes, Pair},
    is_form, json,
};
use crate::explain::{code::Code, delivery::Delivery};

pub(super) fn variants(delivery: &Delivery<'_>, provider: &str, try_one: &mut Try<'_>) -> bool {
    if !is_form(delivery.headers) && another_type(delivery, try_one) {
        return true;
    }
    let Ok(text) = str::from_utf8(&delivery.body) else { return false };
    if !(is_form(delivery.headers) || looks_like_form(text)) || text.is_empty() {
        return false;
    }
    rewritten(text, try_one) || values(text, provider, try_one)
}

/// A form that is not called one any more, or that was made JSON.
fn another_type(delivery: &Delivery<'_>, try_one: &mut Try<'_>) -> bool {
    let headers = || Some(as_form(delivery.headers));
    let body = &delivery.body[..];
    if str::from_utf8(body).is_ok_and(looks_like_form) {
        let what = "taken for a form, whatever Content-Type says";
        if try_one(Variant { headers: headers(), ..Variant::new(Code::BodyFormReencoded, what, body) }) {
            return true;
        }
    }
    let said = delivery.headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes() != FORM.as_bytes());
    said && json::as_forms(body).into_iter().any(|form| {
        let what = "made a form again";
        let variant = Variant::new(Code::BodyFormReencoded, what, form.as_bytes());
        try_one(Variant { headers: headers(), ..variant })
            || try_one(Variant::new(Code::BodyFormReencoded, what, form.into_bytes()))
    })
}

fn looks_like_form(text: &str) -> bool {
    text.contains('=') && !text.trim_start().starts_with(['{', '[', '<', '"'])
}

fn rewritten(text: &str, try_one: &mut Try<'_>) -> bool {
    let text = text.trim_end_matches(['\r', '\n']);
    let mut offer = |what, body: String| try_one(Variant::new(Code::BodyFormReencoded, what, body.into_bytes()));
    let simple = [
        ("its blanks written as %20", text.replace('+', "%20")),
        ("its blanks written as +", text.replace("%20", "+")),
        ("its escapes in upper case", escape::hex_case(text, true)),
        ("its escapes in lower case", escape::hex_case(text, false)),
        ("its plus signs escaped", text.replace('+', "%2B")),
        ("its plus signs not escaped", text.replace("%2B", "+").replace("%2b", "+")),
        ("escaped once less", text.replace("%25", "%")),
        ("escaped once more", text.replace('%', "%25")),
        ("its ampersands not written as &amp;", text.replace("&amp;", "&")),
        (
            "its brackets not escaped",
            text.replace("%5B", "[").replace("%5D", "]").replace("%5b", "[").replace("%5d", "]"),
        ),
        ("its brackets escaped", text.replace('[', "%5B").replace(']', "%5D")),
        ("its empty parameters without =", without_assigns(text)),
        ("its empty parameters with =", with_assigns(text)),
        ("an & taken off its ends", text.trim_matches('&').to_owned()),
        ("a ? taken off its start", text.trim_start_matches('?').to_owned()),
    ];
    for (what, body) in simple {
        if offer(what, body) {
            return true;
        }
    }
    if let Ok(decoded) = String::from_utf8(escape::decoded(text))
        && offer("not escaped at all", decoded)
    {
        return true;
    }
    let pairs = escape::pairs(text);
    if pairs.len() > MOST_PAIRS {
        return false;
    }
    let mut sorted = pairs.clone();
    sorted.sort();
    let mut by_name = pairs.clone();
    by_name.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut reversed = pairs.clone();
    reversed.reverse();
    for order in [&pairs, &by_name, &sorted, &reversed] {
        for escapes in Escapes::ALL {
            for upper in [true, false] {
                if offer("written anew", escape::written(order, *escapes, upper)) {
                    return true;
                }
            }
        }
    }
    let raw: Vec<&str> = text.split('&').collect();
    let mut by_raw = raw.clone();
    by_raw.sort_unstable();
    if offer("its parameters sorted", by_raw.join("&")) {
        return true;
    }
    if (2..=5).contains(&raw.len()) {
        let mut stopped = false;
        crate::explain::url::permutations(&raw, &mut |order| {
            stopped = stopped || offer("its parameters in another order", order.join("&"));
        });
        return stopped;
    }
    (0..raw.len().saturating_sub(1).min(24)).any(|left| {
        let mut swapped = raw.clone();
        swapped.swap(left, left + 1);
        offer("its parameters in another order", swapped.join("&"))
    })
}

/// Values that were trimmed or dropped.
fn values(text: &str, provider: &str, try_one: &mut Try<'_>) -> bool {
    let pairs = escape::pairs(text);
    if pairs.len() > MOST_PAIRS {
        return false;
    }
    // How the others are written is not to change with it.
    let escapes = Escapes::ALL.iter().copied().find(|escapes| escape::written(&pairs, *escapes, true) == text);
    let escapes = escapes.unwrap_or(Escapes::ALL[2]);
    let mut offer = |code, what, pairs: &[Pair]| {
        try_one(Variant::new(code, what, escape::written(pairs, escapes, true).into_bytes()))
    };
    let changed = |change: &dyn Fn(&[u8]) -> Vec<u8>| -> Vec<Pair> {
        pairs.iter().map(|(name, value)| (name.clone(), value.as_deref().map(change))).collect()
    };
    let filled: Vec<Pair> =
        pairs.iter().filter(|(_, value)| value.as_ref().is_some_and(|v| !v.is_empty())).cloned().collect();
    if offer(Code::BodyTrimmed, "without its empty parameters", &filled)
        || offer(
            Code::BodyTrimmed,
            "the blanks around its values taken off",
            &changed(&|value| value.trim_ascii().to_vec()),
        )
        || offer(Code::BodyLineEndings, "the line endings in its values made CRLF", &changed(&|v| crlf(v, true)))
        || offer(Code::BodyLineEndings, "the line endings in its values made LF", &changed(&|v| crlf(v, false)))
    {
        return true;
    }
    // The plus sign of a telephone number was not escaped, and was read as a blank.
    let plus = |value: &[u8]| match value {
        [b' ', rest @ ..] => [b"+", rest].concat(),
        value => value.to_vec(),
    };
    if offer(Code::BodyFormReencoded, "the plus signs that its values start with escaped", &changed(&plus)) {
        return true;
    }
    for index in 0..pairs.len() {
        let with = |value: &dyn Fn(&[u8]) -> Vec<u8>| {
            let mut pairs = pairs.clone();
            if let Some((_, slot)) = pairs.get_mut(index) {
                *slot = Some(value(slot.as_deref().unwrap_or_default()));
            }
            pairs
        };
        for (before, after) in PADS {
            let padded = with(&|value| [before.as_bytes(), value, after.as_bytes()].concat());
            if offer(Code::BodyTrimmed, "blanks put around a value", &padded) {
                return true;
            }
        }
        if offer(Code::BodyTrimmed, "a value's blanks taken off", &with(&|value| value.trim_ascii().to_vec())) {
            return true;
        }
        // `+` was sent for a plus sign, and was read as a blank; or the other way round.
        let swap = |from: u8, to: u8| with(&|value| value.iter().map(|b| if *b == from { to } else { *b }).collect());
        if offer(Code::BodyFormReencoded, "a blank in it taken for a plus sign", &swap(b' ', b'+'))
            || offer(Code::BodyFormReencoded, "a plus sign in it taken for a blank", &swap(b'+', b' '))
        {
            return true;
        }
        // Only what says nothing: a parameter with a value that does not belong there is a forgery, not an accident.
        if pairs.get(index).is_some_and(|(_, value)| value.as_ref().is_none_or(Vec::is_empty)) {
            let mut without = pairs.clone();
            without.remove(index);
            if offer(Code::BodyTrimmed, "without one of its empty parameters", &without) {
                return true;
            }
        }
    }
    empties(&pairs, provider, &mut |pairs| offer(Code::BodyTrimmed, "with an empty parameter put back", pairs))
        || charsets(&pairs, &mut |pairs| offer(Code::BodyCharset, "its values in another charset", pairs))
        || offer(Code::BodyTrimmed, "blanks put around the value called Body", &body_padded(&pairs))
}

/// Parameters that the provider sends empty, and that a framework leaves out.
fn empties(pairs: &[Pair], provider: &str, offer: &mut dyn FnMut(&[Pair]) -> bool) -> bool {
    let has = |name: &str| pairs.iter().any(|(known, _)| known == name.as_bytes());
    let with = |names: &[&str]| {
        let added = names.iter().filter(|name| !has(name)).map(|name| (name.as_bytes().to_vec(), Some(Vec::new())));
        pairs.iter().cloned().chain(added).collect::<Vec<_>>()
    };
    let groups: &[&[&str]] = match provider {
        "plivo" => PLIVO_EMPTIES,
        _ => TWILIO_EMPTIES,
    };
    let singles = groups.iter().flat_map(|group| group.iter()).chain(COMMON_EMPTIES);
    let mut singles: Vec<&str> = singles.copied().filter(|name| !has(name)).collect();
    singles.dedup();
    singles.iter().any(|name| offer(&with(&[name])))
        || groups.iter().any(|group| offer(&with(group)))
        || groups
            .iter()
            .enumerate()
            .any(|(at, left)| groups.iter().skip(at + 1).any(|right| offer(&with(&[*left, *right].concat()))))
        || offer(&with(&groups.concat()))
        || singles
            .iter()
            .enumerate()
            .any(|(at, left)| singles.iter().skip(at + 1).any(|right| offer(&with(&[left, right]))))
}

fn charsets(pairs: &[Pair], offer: &mut dyn FnMut(&[Pair]) -> bool) -> bool {
    let all = |convert: &dyn Fn(&[u8]) -> Option<Vec<u8>>| -> Vec<Pair> {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.as_ref().map(|v| convert(v).unwrap_or_else(|| v.clone()))))
            .collect()
    };
    offer(&all(&|value| super::charset::to_latin1(str::from_utf8(value).ok()?)))
        || offer(&all(&|value| Some(super::charset::from_latin1(value).into_bytes())))
}

fn body_padded(pairs: &[Pair]) -> Vec<Pair> {
    let mut pairs = pairs.to_vec();
    for (name, value) in &mut pairs {
        if let (b"Body" | b"Text" | b"text" | b"body", Some(value)) = (&name[..], value) {
            *value = [b" ", &value[..], b" "].concat();
        }
    }
    pairs
}

fn crlf(value: &[u8], is_crlf: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(value.len());
    for (at, byte) in value.iter().enumerate() {
        match byte {
            b'\r' if value.get(at + 1) == Some(&b'\n') => {}
            b'\n' if is_crlf => text.extend_from_slice(b"\r\n"),
            byte => text.push(*byte),
        }
    }
    text
}

fn with_assigns(text: &str) -> String {
    let pairs = text
        .split('&')
        .map(|pair| if pair.contains('=') || pair.is_empty() { pair.to_owned() } else { format!("{pair}=") });
    pairs.collect::<Vec<_>>().join("&")
}

fn without_assigns(text: &str) -> String {
    text.split('&').map(|pair| pair.strip_suffix('=').unwrap_or(pair)).collect::<Vec<_>>().join("&")
}

const MOST_PAIRS: usize = 200;

const PADS: &[(&str, &str)] =
    &[("", " "), (" ", ""), (" ", " "), ("", "\n"), ("", "\r\n"), ("", "\t"), ("", "  "), ("\n", "")];

const COMMON_EMPTIES: &[&str] = &["text", "body", "caption", "note", "description", "message", "error", "payload"];

/// What stands together is empty together.
const TWILIO_EMPTIES: &[&[&str]] = &[
    &["Body"],
    &["FromCity", "FromState", "FromZip", "FromCountry"],
    &["ToCity", "ToState", "ToZip", "ToCountry"],
    &["ToCity", "ToZip"],
    &["FromCity", "FromZip"],
    &["ToCity", "ToState", "ToZip"],
    &["FromCity", "FromState", "FromZip"],
    &["CallerCity", "CallerState", "CallerZip", "CallerCountry"],
    &["CalledCity", "CalledState", "CalledZip", "CalledCountry"],
    &["CalledCity", "CalledZip"],
    &["CallerName"],
    &["ForwardedFrom"],
    &["Digits"],
    &["SpeechResult"],
    &["ErrorCode", "ErrorMessage"],
    &["ButtonText", "ButtonPayload"],
    &["MediaUrl0"],
    &["ParentCallSid"],
    &["RecordingUrl"],
    &["CallToken"],
    &["StirVerstat"],
];

const PLIVO_EMPTIES: &[&[&str]] = &[
    &["Text"],
    &["CallerName"],
    &["ForwardedFrom"],
    &["Digits"],
    &["ErrorCode"],
    &["ParentCallUUID", "ParentAuthID"],
    &["RequestUUID"],
    &["HangupCause", "HangupCauseName", "HangupSource"],
    &["SIP-H-To"],
    &["STIRVerification", "STIRAttestation"],
    &["PowerpackUUID"],
    &["TendlcCampaignID", "TendlcRegistrationStatus"],
];
