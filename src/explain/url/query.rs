//! Ways in which a query may have been written before somebody rewrote it.

use super::super::body::escape::{self, Escapes};

/// Queries and what they cost; see [`super::edits`].
pub(super) struct Queries {
    found: Vec<(Option<String>, u16)>,
}

impl Queries {
    pub(super) fn of(arrived: Option<&str>) -> Self {
        let mut queries = Self { found: vec![(arrived.map(str::to_owned), 0)] };
        if let Some(query) = arrived.filter(|query| query.len() <= LONGEST) {
            queries.losses(query);
            queries.encodings(query);
            queries.orders(query);
        } else if arrived.is_none() {
            queries.add(Some(String::new()), 16);
        }
        queries
    }

    pub(super) fn add(&mut self, query: Option<String>, cost: u16) {
        let has_room = self.found.len() < MOST;
        match self.found.iter_mut().find(|(known, _)| *known == query) {
            Some((_, known)) => *known = cost.min(*known),
            None if has_room => self.found.push((query, cost)),
            None => {}
        }
    }

    pub(super) fn into_found(self) -> Vec<(Option<String>, u16)> {
        self.found
    }

    fn losses(&mut self, query: &str) {
        self.add(None, 12);
        if query.is_empty() {
            return;
        }
        let pairs: Vec<_> = query.split('&').collect();
        let without = |skip: &dyn Fn(usize) -> bool| {
            let kept: Vec<_> = pairs.iter().enumerate().filter(|(index, _)| !skip(*index)).map(|(_, p)| *p).collect();
            kept.join("&")
        };
        for index in 0..pairs.len().min(12) {
            self.add(Some(without(&|other| other == index)), 20 + index as u16);
        }
        for count in 2..pairs.len().min(6) {
            self.add(Some(without(&|index| index + count >= pairs.len())), 24 + count as u16);
            self.add(Some(without(&|index| index < count)), 26 + count as u16);
        }
        let mut distinct: Vec<&str> = Vec::new();
        pairs.iter().for_each(|pair| {
            if !distinct.contains(pair) {
                distinct.push(pair);
            }
        });
        self.add(Some(distinct.join("&")), 22);
        self.add(Some(query.trim_matches('&').to_owned()), 18);
        self.add(Some(format!("{query}&")), 30);
    }

    fn orders(&mut self, query: &str) {
        for (order, cost) in orders(query).into_iter().filter(|(order, _)| order != query) {
            for (style, more) in styles(&order) {
                self.add(Some(style), cost + more);
            }
            self.add(Some(order), cost);
        }
    }

    fn encodings(&mut self, query: &str) {
        for (text, cost) in styles(query) {
            self.add(Some(text), cost);
        }
    }
}

/// Other orders of the same pairs.
fn orders(query: &str) -> Vec<(String, u16)> {
    let pairs: Vec<&str> = query.split('&').collect();
    if pairs.len() < 2 || pairs.len() > 64 {
        return Vec::new();
    }
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    let mut sorted = pairs.clone();
    sorted.sort_by_key(|pair| name(pair));
    found.push((sorted.join("&"), 12));
    sorted.sort_unstable();
    found.push((sorted.join("&"), 13));
    sorted.sort_by_key(|pair| percent_decoded(&name(pair)));
    found.push((sorted.join("&"), 14));
    sorted.sort_by_key(|pair| name(pair).to_ascii_lowercase());
    found.push((sorted.join("&"), 15));
    let mut reversed = pairs.clone();
    reversed.reverse();
    found.push((reversed.join("&"), 16));
    // Twilio appends the body's hash.
    let (hashes, others): (Vec<_>, Vec<_>) = pairs.iter().copied().partition(|pair| pair.starts_with("bodySHA256="));
    found.push(([others, hashes].concat().join("&"), 13));
    if pairs.len() <= 5 {
        permutations(&pairs, &mut |order| found.push((order.join("&"), 34)));
    } else {
        for turn in 1..pairs.len().min(12) {
            let mut turned = pairs.clone();
            turned.rotate_left(turn);
            found.push((turned.join("&"), 36));
        }
        for left in 0..pairs.len().min(12) - 1 {
            let mut swapped = pairs.clone();
            swapped.swap(left, left + 1);
            found.push((swapped.join("&"), 36));
        }
    }
    found
}

/// Calls `found` with every order of the items.
pub(in crate::explain) fn permutations<T: Copy>(items: &[T], found: &mut dyn FnMut(&[T])) {
    fn step<T: Copy>(chosen: &mut Vec<T>, left: &mut Vec<T>, found: &mut dyn FnMut(&[T])) {
        if left.is_empty() {
            return found(chosen);
        }
        for index in 0..left.len() {
            let item = left.remove(index);
            chosen.push(item);
            step(chosen, left, found);
            chosen.pop();
            left.insert(index, item);
        }
    }
    step(&mut Vec::new(), &mut items.to_vec(), found);
}

/// The same pairs in other writing.
fn styles(query: &str) -> Vec<(String, u16)> {
    let mut found = Vec::new();
    let mut add = |text: Option<String>, cost| {
        if let Some(text) = text.filter(|text| text != query && text.len() <= 2 * LONGEST) {
            found.push((text, cost));
        }
    };
    add(Some(query.replace('+', "%20")), 11);
    add(Some(query.replace("%20", "+")), 11);
    add(Some(escape::hex_case(query, true)), 12);
    add(Some(escape::hex_case(query, false)), 12);
    add(utf8(percent_decoded(query)), 13);
    add(utf8(escape::decoded(query)), 13);
    for (index, escapes) in Escapes::ALL.iter().enumerate() {
        add(escape::rewritten(query, *escapes), 14 + index as u16);
        add(escape::rewritten_lower(query, *escapes), 30 + index as u16);
    }
    if query.contains('+') {
        // A proxy has taken the escapes off: what is a plus now was one then, and no blank.
        let literal = query.replace('+', "%2B");
        for (index, escapes) in Escapes::ALL.iter().take(DECODED_STYLES).enumerate() {
            add(escape::rewritten(&literal, *escapes), 18 + index as u16);
        }
    }
    add(Some(query.replace('%', "%25")), 24);
    add(Some(query.replace("%25", "%")), 22);
    add(Some(query.replace('+', "%2B")), 18);
    add(Some(query.replace("%2B", "+").replace("%2b", "+")), 18);
    add(Some(query.replace("&amp;", "&")), 20);
    add(Some(query.replace('&', "&amp;")), 26);
    add(Some(query.split('&').map(with_assign).collect::<Vec<_>>().join("&")), 18);
    add(Some(query.split('&').map(|pair| pair.strip_suffix('=').unwrap_or(pair)).collect::<Vec<_>>().join("&")), 18);
    add(Some(query.replace("%5B", "[").replace("%5D", "]").replace("%5b", "[").replace("%5d", "]")), 15);
    add(Some(query.replace('[', "%5B").replace(']', "%5D")), 15);
    add(Some(query.replace("%27", "'")), 16);
    add(Some(query.replace('\'', "%27")), 16);
    add(Some(query.replace("%7E", "~").replace("%7e", "~")), 17);
    add(Some(query.replace('~', "%7E")), 17);
    add(escape::from_latin1(query), 26);
    add(escape::to_latin1(query), 26);
    found
}

fn with_assign(pair: &str) -> String {
    if pair.contains('=') || pair.is_empty() { pair.to_owned() } else { format!("{pair}=") }
}

fn utf8(bytes: Vec<u8>) -> Option<String> {
    String::from_utf8(bytes).ok()
}

/// Without escapes; `+` stays.
pub(in crate::explain) fn percent_decoded(text: &str) -> Vec<u8> {
    escape::percent_decoded(text.as_bytes())
}

/// Longer queries are only tried as they are, and dropped.
const LONGEST: usize = 4096;
const MOST: usize = 400;
/// Of the ways of escaping, those of what providers are written in.
const DECODED_STYLES: usize = 6;
