//! Input that somebody made to break it: a verdict or one clear line, and never a panic.

use std::ffi::OsString;

use crate::forms::{Folder, inspector, verify};

#[test]
fn no_input_makes_it_panic() {
    let folder = Folder::new("hostile");
    let megabyte = "x".repeat(1 << 20);
    let mut inputs: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0; 4096],
        vec![0xff; 4096],
        "\u{feff}".into(),
        "[".repeat(200_000).into(),
        "{\"log\":".repeat(100_000).into(),
        format!("{{\"log\":{{\"entries\":{}", "[".repeat(200_000)).into(),
        format!("{{\"log\":{{\"entries\":[{}", "{\"request\":".repeat(100_000)).into(),
        format!("{{\"requests\":[{}", "{\"request\":".repeat(100_000)).into(),
        format!("curl {}", "'".repeat(100_001)).into(),
        format!("curl {}", "\\\n".repeat(100_000)).into(),
        format!("curl https://h/ {}", "-H 'a: b' ".repeat(100_000)).into(),
        format!("curl https://h/ -H 'x: {megabyte}' -d '{megabyte}'").into(),
        format!("curl 'https://h/{}'", "../".repeat(100_000)).into(),
        format!("curl https://h/ -{}", "s".repeat(1 << 20)).into(),
        format!("curl ^\"{}", "^".repeat(1 << 20)).into(),
        format!("POST /{megabyte} HTTP/1.1\r\n\r\n").into(),
        format!("POST / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(100_000)).into(),
        format!("POST / HTTP/1.1\r\nX-Twilio-Signature: {megabyte}\r\n\r\n").into(),
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n".to_vec(),
        b"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\nx".to_vec(),
        b"POST /\xff HTTP/1.1\r\nHost: \xff\r\nStripe-Signature: t=\xff,v1=\xff\r\n\r\n".to_vec(),
        b"POST /\xc3\xbc?\xc3\xbc HTTP/1.1\r\nHost: \xff\r\nX-Twilio-Signature: \xff\r\n\r\n\xff".to_vec(),
        b"GET http:// HTTP/1.1\r\n\r\n".to_vec(),
        b"GET http://:@?#/ HTTP/1.1\r\nHost:\r\n\r\n".to_vec(),
        br#"{"log":{"entries":[{"startedDateTime":"9999999-99-99","request":{"method":"","url":"","headers":[]}}]}}"#
            .to_vec(),
        br#"{"log":{"entries":[{"request":{"method":"GET","url":"https://\u0000/","bodySize":-9e99}}]}}"#.to_vec(),
        br#"{"requests":[{"id":"\u001b[2J","start":"x","request":{"raw":"===="}}],"id":"","request":{"raw":""}}"#
            .to_vec(),
    ];
    // A valid message cut at each place.
    let message = b"POST /a?b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    inputs.extend((0..message.len()).step_by(3).map(|end| message[..end].to_vec()));
    for input in &inputs {
        let path: OsString = folder.file("input", input).into();
        let text = String::from_utf8_lossy(input).into_owned();
        let url = inspector(move |_| Some(text.clone()));
        let settings = ["--provider", "twilio", "--secret", "x"].map(OsString::from).to_vec();
        for form in [
            vec!["--curl".into(), path.clone()],
            vec!["--har".into(), path.clone()],
            vec!["--raw".into(), path.clone()],
            vec!["--ngrok".into(), url.clone().into()],
            vec!["--capture".into(), "a".into(), "--inspector".into(), url.into()],
        ] {
            let said = verify(&[form.clone(), settings.clone()].concat());
            let shown = String::from_utf8_lossy(&input[..input.len().min(80)]);
            assert!(matches!(said.code, 1 | 2), "{form:?} {shown}: {said:?}");
            assert!(!said.stderr.contains("panicked") && !said.stderr.contains('\x1b'), "{form:?} {shown}: {said:?}");
            assert!(said.stderr.lines().count() <= 1 && said.stderr.len() < 2_000, "{form:?} {shown}: {said:?}");
            assert_eq!(said.stderr.is_empty(), !said.values.is_empty(), "{form:?} {shown}: {said:?}");
        }
    }
}
