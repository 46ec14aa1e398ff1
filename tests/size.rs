//! What a program carries that uses the library: a provider that it names comes alone, and crates for public keys come
//! only when they are asked for.
//!
//! `size/` holds two such programs. They are built as their users would build them, apart from this package.

use std::{collections::BTreeSet, fs, path::Path, process::Command};

const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");
/// The library's own crates, itself left out.
const MOST_CRATES: usize = 40;
const PUBLIC_KEYS: &[&str] = &["ed25519-dalek", "p256", "rsa", "x509-cert"];

#[test]
fn a_named_provider_is_linked_alone() {
    let programs = build();
    let [one, all] = ["one", "all"].map(|name| programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX)));
    assert_eq!(output(&mut Command::new(&one)).trim(), "403");
    let printed = output(&mut Command::new(&all));
    let (pages, status) = printed.trim_end().rsplit_once('\n').expect("lines");
    assert_eq!(status, "403");

    let [one, all] = [one, all].map(|path| fs::read(path).expect("the program"));
    let pages: Vec<_> = pages.lines().map(|line| line.split_once(' ').expect("an id and a page")).collect();
    assert!(pages.len() >= 100, "{}", pages.len());
    for (id, page) in pages {
        assert!(contains(&all, page), "a page is seen where it is: {id}");
        assert_eq!(contains(&one, page), id == "github", "{id}");
    }
    for (header, is_github) in
        [("x-hub-signature-256", true), ("x-plivo-signature-v3", false), ("x-twilio-signature", false)]
    {
        assert!(contains(&all, header), "{header}");
        assert_eq!(contains(&one, header), is_github, "{header}");
    }
    let (own, others) = (modules(&one), modules(&all));
    assert!(others.len() >= 50 && others.contains("twilio"), "modules are seen where they are: {others:?}");
    assert!(own.iter().all(|module| module == "github" || module == "provider"), "{own:?}");
    assert!(one.len() * 3 < all.len() * 2, "{} and {} bytes", one.len(), all.len());
}

#[test]
fn the_library_is_few_crates() {
    let plain = crates(&[]);
    assert!(plain.contains("hmac"), "{plain:?}");
    assert!(plain.len() <= MOST_CRATES, "{}: {plain:?}", plain.len());
    for name in PUBLIC_KEYS {
        assert!(!plain.contains(*name), "{name}");
    }
}

#[test]
fn public_keys_come_when_they_are_asked_for() {
    for (feature, brought) in
        [("ecdsa", &["p256"][..]), ("ed25519", &["ed25519-dalek"]), ("rsa", &["rsa"]), ("x509", &["rsa", "x509-cert"])]
    {
        let crates = crates(&["--features", feature]);
        let found: Vec<_> = PUBLIC_KEYS.iter().copied().filter(|name| crates.contains(*name)).collect();
        assert_eq!(found, brought, "{feature}");
    }
}

/// The folder of the built programs.
fn build() -> std::path::PathBuf {
    let package = Path::new(PACKAGE).join("tests/size");
    // The same versions as here, so that nothing needs to be fetched.
    fs::copy(Path::new(PACKAGE).join("Cargo.lock"), package.join("Cargo.lock")).expect("a copy");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("size");
    let mut cargo = cargo("build");
    output(cargo.arg("--release").arg("--target-dir").arg(&target).current_dir(&package));
    target.join("release")
}

/// The names of all crates that the library is built of with these features.
fn crates(features: &[&str]) -> BTreeSet<String> {
    let mut cargo = cargo("tree");
    cargo.args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}", "--no-default-features"]);
    let tree = output(cargo.args(features).current_dir(PACKAGE));
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| !matches!(*name, "countersign" | "")).map(str::to_owned).collect()
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg(command).arg("--quiet");
    cargo
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn contains(program: &[u8], text: &str) -> bool {
    memchr::memmem::find(program, text.as_bytes()).is_some()
}

/// The modules of `providers` that stand in the names of functions: `9providers6github`, lengths in front.
fn modules(program: &[u8]) -> BTreeSet<String> {
    const PARENT: &str = "9providers";
    let names = memchr::memmem::find_iter(program, PARENT).filter_map(|at| {
        let rest = &program[at + PARENT.len()..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length: usize = str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        let name = rest.get(digits..digits.checked_add(length)?)?;
        String::from_utf8(name.to_vec()).ok()
    });
    names.collect()
}
