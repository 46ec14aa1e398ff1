//! Holds every vector file to `vectors/schema.json`, and to what every provider's vectors must show.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde_json::Value;

/// Schemes in which the body is not signed at all, so that no body can be a tampered one.
const BODY_IS_NOT_SIGNED: &[(&str, &str)] = &[
    ("okta", "a shared token in a header"),
    ("telegram", "a shared token in a header"),
    ("vmware", "a shared token in a header"),
];
/// Vectors that tamper with a delivery that is not among the valid ones.
const ORIGINAL_IS_ELSEWHERE: &[(&str, &str)] = &[("plivo", "body tampered")];
/// Schemes whose signature is a part of the body: a vector that changes it changes the body.
const SIGNATURE_IS_IN_THE_BODY: &[&str] = &["braintree"];

#[test]
fn the_schema_is_one() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn files_fit_the_schema() {
    let schema = jsonschema::validator_for(&schema()).expect("a schema");
    let errors: Vec<_> = files()
        .iter()
        .flat_map(|(stem, file)| {
            schema.iter_errors(file).map(move |error| format!("{stem}{}: {error}", error.instance_path()))
        })
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn the_schema_refuses_what_is_no_vector_file() {
    let schema = jsonschema::validator_for(&schema()).expect("a schema");
    let (_, good) = files().into_iter().next().expect("a file");
    assert!(schema.is_valid(&good));
    let spoiled = |change: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        change(&mut file);
        !schema.is_valid(&file)
    };
    let vector = |file: &mut Value| file["vectors"][0].take();
    assert!(spoiled(&|file| drop(vector(file))));
    assert!(spoiled(&|file| file["id"] = "Not-An-Id".into()));
    assert!(spoiled(&|file| file["extra"] = true.into()));
    assert!(spoiled(&|file| drop(file.as_object_mut().and_then(|file| file.remove("secret")))));
    assert!(spoiled(&|file| file["vectors"][0]["expect"] = "perhaps".into()));
    assert!(spoiled(&|file| file["vectors"][0]["reason"] = "bad-luck".into()));
    assert!(spoiled(&|file| file["vectors"][0]["request"]["url"] = "/relative".into()));
    assert!(spoiled(&|file| file["vectors"][0]["request"]["headers"][0] = "name: value".into()));
    assert!(spoiled(&|file| file["vectors"][0]["request"]["body_base64"] = "YQ==".into()), "two bodies");
    let reasons: Vec<_> = serde_json::from_value::<Vec<String>>(self::schema()["$defs"]["reason"]["enum"].clone())
        .expect("words")
        .into_iter()
        .filter(|word| !countersign::RejectionKind::ALL.iter().any(|kind| kind.as_str() == word))
        .collect();
    assert!(reasons.is_empty(), "no such reasons: {reasons:?}");
}

#[test]
fn ids_are_file_names_and_names_are_unique() {
    for (stem, file) in files() {
        assert_eq!(file["id"], stem.as_str());
        let mut names = BTreeSet::new();
        for vector in vectors(&file) {
            let name = vector["name"].as_str().expect("a name");
            assert!(names.insert(name), "{stem}: two vectors are called {name:?}");
        }
    }
}

#[test]
fn every_provider_shows_what_it_accepts() {
    for (stem, file) in files() {
        assert!(expecting(&file, "valid").count() >= 3, "{stem}: too few valid vectors");
    }
}

#[test]
fn every_provider_refuses_a_missing_signature() {
    for (stem, file) in files() {
        assert!(expecting(&file, "invalid").any(|vector| has_reason(vector, "missing-signature")), "{stem}");
    }
}

#[test]
fn every_provider_refuses_a_wrong_secret_or_signature() {
    for (stem, file) in files() {
        let shown = expecting(&file, "invalid").any(|refused| {
            expecting(&file, "valid").any(|accepted| {
                let (left, right) = (&refused["request"], &accepted["request"]);
                let other_secret = left == right && refused["secrets"] != accepted["secrets"];
                let same_body = SIGNATURE_IS_IN_THE_BODY.contains(&stem.as_str()) || body(left) == body(right);
                let other_signature = same_body && left != right && has_reason(refused, "signature-mismatch");
                other_secret || other_signature
            })
        });
        assert!(shown, "{stem}");
    }
}

#[test]
fn every_provider_refuses_a_tampered_body() {
    for (stem, file) in files() {
        let shown = expecting(&file, "invalid").any(|refused| {
            if ORIGINAL_IS_ELSEWHERE.iter().any(|(id, name)| *id == stem && refused["name"] == *name) {
                return has_reason(refused, "signature-mismatch");
            }
            expecting(&file, "valid").any(|accepted| {
                let (left, right) = (&refused["request"], &accepted["request"]);
                headers(left) == headers(right) && left["url"] == right["url"] && body(left) != body(right)
            })
        });
        let exempt = BODY_IS_NOT_SIGNED.iter().any(|(id, _)| *id == stem);
        assert!(shown != exempt, "{stem}: shown: {shown}, exempt: {exempt}");
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn read(path: PathBuf) -> Value {
    let text = fs::read(&path).expect("a file");
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn schema() -> Value {
    read(folder().join("schema.json"))
}

/// The files by their names without `.json`; those of `COUNTERSIGN_VECTORS` as well.
fn files() -> Vec<(String, Value)> {
    let folders = std::iter::once(folder()).chain(std::env::var_os("COUNTERSIGN_VECTORS").map(PathBuf::from));
    let entries = folders.flat_map(|folder| fs::read_dir(folder).expect("the vectors"));
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path))
        .filter(|(stem, _)| stem != "schema")
        .map(|(stem, path)| (stem, read(path)))
        .collect();
    files.sort_by(|left, right| left.0.cmp(&right.0));
    assert!(!files.is_empty());
    files
}

fn vectors(file: &Value) -> impl Iterator<Item = &Value> {
    file["vectors"].as_array().into_iter().flatten()
}

fn expecting<'f>(file: &'f Value, expect: &'static str) -> impl Iterator<Item = &'f Value> {
    vectors(file).filter(move |vector| vector["expect"] == expect)
}

fn has_reason(vector: &Value, reason: &str) -> bool {
    let also = vector["also_accepted_reasons"].as_array().into_iter().flatten();
    std::iter::once(&vector["reason"]).chain(also).any(|known| known == reason)
}

fn body(request: &Value) -> (&Value, &Value) {
    (&request["body"], &request["body_base64"])
}

/// Without regard to their order and the case of their names.
fn headers(request: &Value) -> BTreeSet<(String, &str)> {
    let headers = request["headers"].as_array().into_iter().flatten();
    headers
        .map(|header| (header[0].as_str().unwrap_or_default().to_lowercase(), header[1].as_str().unwrap_or_default()))
        .collect()
}
