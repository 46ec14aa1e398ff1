//! JSON written anew, as the serialisers of the world write it.

mod tree;
mod write;

use self::{
    tree::Node,
    write::{Ascii, Layout, Strings, Style},
};
use super::{Try, Variant, escape};
use crate::explain::{code::Code, url::permutations};

/// The same JSON in other writing, and JSON that was put into something else.
pub(super) fn variants(body: &[u8], try_one: &mut Try<'_>) -> bool {
    let (body, _) = without_bom(body);
    let Some(node) = Node::parse(body) else { return form_payload(body, try_one) };
    let mut scratch = Vec::new();
    let mut offer = |node: &Node<'_>, style: &Style, end: &[u8]| {
        scratch.clear();
        write::write(node, style, &mut scratch);
        scratch.extend_from_slice(end);
        try_one(reserialized("its JSON written anew", &scratch))
    };
    let sorted = node.sorted();
    // The order in which serialisers are met: white space first, then the escapes, then the order of the members.
    for node in [&node, &sorted] {
        for end in [&b""[..], b"\n"] {
            for layout in Layout::ALL {
                if offer(node, &Style { layout: *layout, strings: Strings::AsTheyAre }, end) {
                    return true;
                }
            }
        }
    }
    for (ends, layouts) in [(&[&b""[..]][..], &Layout::ALL[..3]), (&[&b""[..], b"\n"], Layout::ALL)] {
        for node in [&node, &sorted] {
            for end in ends {
                for strings in Strings::all() {
                    for layout in layouts {
                        if offer(node, &Style { layout: *layout, strings }, end) {
                            return true;
                        }
                    }
                }
            }
        }
    }
    if let Node::Text(text) = &node
        && let Some(inner) = tree::unescape(text)
        && try_one(reserialized("taken out of a JSON string", inner.as_bytes()))
    {
        return true;
    }
    wrapped(body, try_one)
}

/// What only few lose: the writing of numbers, the order of members that a serialiser sorted, blanks in values.
pub(super) fn rare_variants(body: &[u8], try_one: &mut Try<'_>) -> bool {
    let Some(node) = Node::parse(body) else { return false };
    let layouts = [Layout::COMPACT, Layout::SPACED, Layout::INDENTED];
    let styles = layouts.map(|layout| Style { layout, strings: Strings::AsTheyAre });
    let mut offer = |code, what, node: &Node<'_>| {
        styles.iter().any(|style| {
            let mut text = Vec::new();
            write::write(node, style, &mut text);
            try_one(Variant::new(code, what, text))
        })
    };
    for index in 0..node.numbers().min(MOST_NUMBERS) {
        for rewrite in tree::NUMBERS {
            if offer(Code::BodyJsonReserialized, "a number in its JSON written anew", &node.with_number(index, rewrite))
            {
                return true;
            }
        }
    }
    for rewrite in tree::NUMBERS {
        if offer(Code::BodyJsonReserialized, "the numbers in its JSON written anew", &node.with_numbers(rewrite)) {
            return true;
        }
    }
    for index in 0..node.strings().min(MOST_STRINGS) {
        for (before, after) in [("", " "), (" ", ""), (" ", " "), ("", "\\n")] {
            if offer(
                Code::BodyTrimmed,
                "blanks put around a value of its JSON",
                &node.with_blanks(index, before, after),
            ) {
                return true;
            }
        }
    }
    if let Node::Object(members) = &node
        && (2..=if node.is_sorted() { MOST_SORTED_MEMBERS } else { MOST_MEMBERS }).contains(&members.len())
    {
        let order: Vec<usize> = (0..members.len()).collect();
        let mut stopped = false;
        permutations(&order, &mut |order| {
            if !stopped {
                let members = order.iter().filter_map(|index| members.get(*index).cloned()).collect();
                stopped =
                    offer(Code::BodyJsonReserialized, "its JSON's members in another order", &Node::Object(members));
            }
        });
        return stopped;
    }
    false
}

/// Objects with more members are not tried in all orders.
const MOST_MEMBERS: usize = 5;
/// The same for those that a serialiser has sorted.
const MOST_SORTED_MEMBERS: usize = 7;
const MOST_NUMBERS: usize = 16;
const MOST_STRINGS: usize = 48;

/// The members of a flat object as parameters, in some ways of writing what is no text.
pub(super) fn as_forms(body: &[u8]) -> Vec<String> {
    let Some(Node::Object(members)) = Node::parse(body) else { return Vec::new() };
    let nested = [tree::Flat::Json, tree::Flat::Brackets, tree::Flat::Dots, tree::Flat::Dropped, tree::Flat::Values];
    let mut forms: Vec<String> = Vec::new();
    for flat in nested {
        let mut pairs = Vec::new();
        for (name, value) in &members {
            let Some(name) = tree::unescape(name) else { return Vec::new() };
            value.flatten(&name, flat, &mut pairs);
        }
        let pairs: Vec<_> =
            pairs.into_iter().map(|(name, value)| (name.into_bytes(), Some(value.into_bytes()))).collect();
        for escapes in [escape::Escapes::ALL[1], escape::Escapes::ALL[3]] {
            let form = escape::written(&pairs, escapes, true);
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

/// A form of which only the JSON in one field was left: GitHub's `payload`.
fn wrapped(body: &[u8], try_one: &mut Try<'_>) -> bool {
    WRAPPERS.iter().any(|name| {
        escape::Escapes::ALL.iter().any(|escapes| {
            [true, false].into_iter().any(|upper| {
                let mut form = format!("{name}=");
                escapes.write(body, upper, &mut form);
                try_one(Variant::new(Code::BodyFormReencoded, "put back into its form", form.into_bytes()))
            })
        })
    })
}

/// JSON in a field of a form, where the field's text alone was signed.
fn form_payload(body: &[u8], try_one: &mut Try<'_>) -> bool {
    let Ok(text) = str::from_utf8(body) else { return false };
    if text.len() > 64 * 1024 {
        return false;
    }
    escape::pairs(text).into_iter().take(16).any(|(_, value)| {
        value.is_some_and(|value| {
            value.first() == Some(&b'{')
                && try_one(Variant::new(Code::BodyFormReencoded, "taken out of its form", value))
        })
    })
}

const WRAPPERS: &[&str] = &["payload", "json", "data", "body"];

fn reserialized<'v>(what: &'static str, body: &'v [u8]) -> Variant<'v> {
    Variant::new(Code::BodyJsonReserialized, what, body)
}

fn without_bom(body: &[u8]) -> (&[u8], bool) {
    match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (rest, true),
        None => (body, false),
    }
}

impl Strings {
    /// All ways to write strings, the usual ones first.
    fn all() -> impl Iterator<Item = Self> {
        let ascii = [Ascii::Kept, Ascii::Lower, Ascii::Upper];
        let special = [&[][..], b"/", b"<>&", b"<>&'+\"`", b"<>&='", b"<>&'\"", b"/<>&", b"\x7f"];
        special
            .into_iter()
            .flat_map(move |special| ascii.into_iter().map(move |ascii| Self::Written { ascii, special }))
    }
}
