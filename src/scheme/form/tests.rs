use bytes::Bytes;
use proptest::prelude::*;

use super::*;

/// What `form_urlencoded` makes of it, which decodes to text: only compared where that is what the bytes are.
fn reference(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
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
    fn frames_do_not_matter(text in "([a-c%+&=]|%[0-7][0-9a-fA-F]){0,60}", cuts in prop::collection::vec(0usize..200, 0..8)) {
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
    fn long_values_are_fed_whole(text in "([a-z ]|%[0-9a-f]{2}|[+]|%){0,3000}") {
        let params = Params::parse(text.as_str()).expect("few parameters");
        let expected: Vec<u8> = ours(&params).into_iter().flat_map(|(name, value)| [name, value].concat()).collect();
        prop_assert_eq!(fed(&params), expected);
    }
}
