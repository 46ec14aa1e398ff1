//! The README's table of providers is the registry's. `COUNTERSIGN_UPDATE_README=1` writes it anew.

use countersign::providers;

const BEGIN: &str = "<!-- providers: written by tests/readme.rs -->\n";
const END: &str = "<!-- /providers -->\n";

#[test]
fn the_table_of_providers_is_the_registry() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).expect("the README");
    let (before, rest) = readme.split_once(BEGIN).expect("the table begins");
    let (table, after) = rest.split_once(END).expect("the table ends");
    let due = due();
    if std::env::var_os("COUNTERSIGN_UPDATE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{due}{END}{after}")).expect("the README can be written");
    } else {
        assert_eq!(table, due, "run this test with COUNTERSIGN_UPDATE_README=1");
    }
}

fn due() -> String {
    let rows = providers::ALL.iter().map(|provider| {
        let challenge = if provider.challenge { "answered" } else { "" };
        format!(
            "| `{}` | {} | {} | {} | {challenge} |\n",
            provider.id, provider.name, provider.summary, provider.time_window
        )
    });
    let rows: String = rows.collect();
    format!("| id | provider | signed | time window | challenge |\n|---|---|---|---|---|\n{rows}")
}
