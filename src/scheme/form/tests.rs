use bytes::Bytes;
use proptest::prelude::*;

use super::*;

/// What `form_urlencoded` makes of it, which decodes to text: only compared where that is what the bytes are.
fn reference(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The same read byte by byte, whatever the bytes are.
fn reference_bytes(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let decode = |text: &[u8]| {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let [first, after @ ..] = rest {
            let digits = after.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            let escape = digits.and_then(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
            (bytes, rest) = match (first, escape) {
                (b'%', Some(byte)) => ([&bytes[..], &[byte]].concat(), &after[2..]),
                (b'+', _) => ([&bytes[..], b" "].concat(), after),
                _ => ([&bytes[..], &[*first]].concat(), after),
            };
        }
        bytes
    };
    let params = text.split(|byte| *byte == b'&').filter(|param| !param.is_empty());
    let sides = params.map(|param| {
        let equals = param.iter().position(|byte| *byte == b'=');
        equals.map_or((param, &[][..]), |at| (&param[..at], &param[at + 1..]))
    });
    sides.map(|(name, value)| (decode(name), decode(value))).collect()
}

fn ours(params: &Params<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    params.iter().map(|param| (param.name().collect(), param.value().collect())).collect()
}

fn fed(params: &Params<'_>) -> Vec<u8> {
    let mut all = Vec::new();
    let mut blocks = Blocks::new(&mut all);
    for param in params.iter() {
        blocks.put_param(param);
    }
    drop(blocks);
    all
}

fn frames(text: &[u8], cuts: &[usize]) -> Vec<Bytes> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut % (text.len() + 1)).chain([0, text.len()]).collect();
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| Bytes::copy_from_slice(&text[pair[0]..pair[1]])).collect()
}

#[test]
fn grammar() {
    let parsed = |text: &'static str| ours(&Params::parse(text).expect("few parameters"));
    let pair = |name: &str, value: &str| (name.as_bytes().to_vec(), value.as_bytes().to_vec());
    assert_eq!(parsed(""), []);
    assert_eq!(parsed("&&&"), []);
    assert_eq!(parsed("a"), [pair("a", "")]);
    assert_eq!(parsed("="), [pair("", "")]);
    assert_eq!(parsed("a=b=c&d"), [pair("a", "b=c"), pair("d", "")]);
    assert_eq!(parsed("a+b=%2B%zz%4"), [pair("a b", "+%zz%4")]);
    assert_eq!(parsed("%41=%c3%A9"), [pair("A", "é")]);
}

#[test]
fn by_name() {
    let mut params = Params::parse("bb=2&a=2&%61=1&bb=1&longer+name2&longer%20name1").expect("few parameters");
    params.sort_by_name();
    assert_eq!(fed(&params), b"a2a1bb2bb1longer name1longer name2");
    assert!(params.repeats_a_name());
    assert!(params.only("a").is_err());
    assert!(params.only("longer name1").is_ok_and(|value| value.is_some()));
    assert!(params.only("c").is_ok_and(|value| value.is_none()));
    let mut params = Params::parse("longer+name2&a&longer+name1").expect("few parameters");
    params.sort();
    assert!(!params.repeats_a_name());
}

#[test]
fn too_many_parameters_are_refused() {
    assert!(Params::parse("a&".repeat(MAX_PARAMS).as_str()).is_some());
    assert!(Params::parse("a&".repeat(MAX_PARAMS + 1).as_str()).is_none());
}

proptest! {
    #[test]
    fn agrees_with_form_urlencoded(text in "([a-c%+&=]|%[0-7][0-9a-fA-F]|é){0,60}") {
        let params = Params::parse(text.as_str()).expect("few parameters");
        // The reference replaces what is not UTF-8; ours never does.
        prop_assume!(ours(&params).iter().all(|(name, value)| [name, value].iter().all(|t| str::from_utf8(t).is_ok())));
        let expected: Vec<_> = reference(text.as_bytes())
            .into_iter()
            .map(|(name, value)| (name.into_bytes(), value.into_bytes()))
            .collect();
        prop_assert_eq!(ours(&params), expected.clone());
        let concatenated: Vec<u8> = expected.into_iter().flat_map(|(name, value)| [name, value].concat()).collect();
        prop_assert_eq!(fed(&params), concatenated);
    }

    #[test]
    fn frames_do_not_matter(
        text in "([a-c%+&=]|%[0-7][0-9a-fA-F]|&[a-z]{1,17}=[a-z+]{0,90}){0,60}",
        cuts in prop::collection::vec(0usize..5000, 0..8),
    ) {
        let frames = frames(text.as_bytes(), &cuts);
        let mut whole = Params::parse(text.as_str()).expect("few parameters");
        let mut split = Params::parse(&frames[..]).expect("few parameters");
        prop_assert_eq!(ours(&whole), ours(&split));
        whole.sort();
        split.sort();
        let mut expected = ours(&whole);
        expected.sort();
        prop_assert_eq!(ours(&whole), expected.clone());
        prop_assert_eq!(ours(&split), expected.clone());
        prop_assert_eq!(fed(&whole), fed(&split));
        whole.dedup();
        split.dedup();
        expected.dedup();
        prop_assert_eq!(ours(&whole), expected.clone());
        prop_assert_eq!(ours(&split), expected);
    }

    #[test]
    fn long_values_are_fed_whole(text in "([a-z ]|%[0-9a-f]{2}|[+]|%|[a-z+]{30,140}){0,300}") {
        let params = Params::parse(text.as_str()).expect("few parameters");
        let expected: Vec<u8> = ours(&params).into_iter().flat_map(|(name, value)| [name, value].concat()).collect();
        prop_assert_eq!(fed(&params), expected);
    }

    /// Names and values around the lengths that are looked at in one step.
    #[test]
    fn short_parameters_are_fed_whole(text in "([A-Za-z+]{0,20}(%[0-9A-F]{2})?=[0-9A-Za-z+]{0,60}(%[0-9A-F]{2})?&){0,40}") {
        let params = Params::parse(text.as_str()).expect("few parameters");
        let expected: Vec<_> = reference_bytes(text.as_bytes());
        prop_assert_eq!(ours(&params), expected.clone());
        prop_assert_eq!(fed(&params), expected.into_iter().flat_map(|(name, value)| [name, value].concat()).collect::<Vec<_>>());
    }
}
