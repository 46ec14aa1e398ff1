//! Writes starting inputs into `corpus/`, made of the conformance vectors: `cargo run --example seed`.

use std::{fs, io, path::Path};

use countersign::vectors::{Vector, VectorFile};
use countersign_fuzz::message::Message;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

const HEADERS: [&[u8]; 8] = [
    b"key=SK1,algorithm=HMAC_SHA256",
    b"$\n!,$",
    b"$",
    b"! $",
    b"t=1700000000,v1=!,v1=$",
    b"v1,! v1,$\nv1,$",
    b"t=1700000000; s=$",
    b"sha256=$\nsha256=!",
];

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = VectorFile::load(&root.join("../tests/vectors")).map_err(io::Error::other)?;
    let mut written = 0;
    let mut seed = |target: &str, name: &str, bytes: &[u8]| {
        let folder = root.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        written += 1;
        fs::write(folder.join(name), bytes)
    };
    for file in &files {
        for vector in &file.vectors {
            let name = format!("{}-{}", file.id, vector.slug().chars().take(100).collect::<String>());
            let Some(message) = message(vector) else { continue };
            seed("any_provider", &name, &message.write())?;
            // The other targets take these apart in their own way; what they need is the text in it.
            seed("sign_then_verify", &name, &[&message.body, message.url.as_bytes()].concat())?;
            seed("public_url", &name, message.url.as_bytes())?;
            if message.body.contains(&b'=') {
                seed("form_params", &name, &[&[7, 1, 3, 0, 1], &message.body[..]].concat())?;
            }
        }
    }
    for (index, header) in HEADERS.iter().enumerate() {
        for choice in 0..=64u8 {
            seed("header_grammars", &format!("{index}-{choice}"), &[&[choice], *header].concat())?;
        }
    }
    println!("{written} seeds");
    Ok(())
}

fn message(vector: &Vector) -> Option<Message> {
    let mut headers = HeaderMap::new();
    for (name, value) in &vector.request.headers {
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_bytes(value.as_bytes()).ok()?);
    }
    let method = Method::from_bytes(vector.request.method.as_bytes()).ok()?;
    Some(Message { method, url: vector.request.url.clone(), headers, body: vector.request.body().ok()? })
}
