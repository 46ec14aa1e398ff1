//! The other languages' tools that some tests need: named when they are missing, never silently done without.
//!
//! A test that includes this says in `WORKERS` which folder pins its packages.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::{env, fs, path::Path, process::Command, sync::LazyLock};

use libtest_mimic::{Failed, Trial};

use crate::WORKERS;

/// Something that a test needs and that this machine may not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "each test program needs its own tools")]
pub(crate) enum Tool {
    Node,
    NodePackage(&'static str),
    /// A program in the path, as Debian names its package.
    Program(&'static str),
    Python,
    PythonPackage(&'static str),
}

impl Tool {
    fn is_there(self) -> bool {
        static NODE: LazyLock<bool> = LazyLock::new(|| runs("node", "--version"));
        static PYTHON: LazyLock<bool> = LazyLock::new(|| runs("python3", "--version"));
        match self {
            Self::Node => *NODE,
            Self::NodePackage(name) => {
                let installed = format!("{WORKERS}/.tools/node/node_modules/{name}/package.json");
                version(&installed, |json| json["version"].as_str()).is_some_and(|installed| {
                    let pins = format!("{WORKERS}/package.json");
                    version(&pins, |json| json["dependencies"][name].as_str()) == Some(installed)
                })
            }
            Self::Program(name) => {
                let path = env::var_os("PATH").unwrap_or_default();
                env::split_paths(&path).any(|folder| folder.join(name).is_file())
            }
            Self::Python => *PYTHON,
            Self::PythonPackage(name) => {
                let pins = in_repository(&format!("{WORKERS}/requirements.txt"));
                let pins = fs::read_to_string(pins).unwrap_or_default();
                let pin = pins.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("=="));
                pin.is_some_and(|version| {
                    // As `pip` writes names in the folders that it makes.
                    let name = name.to_ascii_lowercase().replace('-', "_");
                    in_repository(&format!("{WORKERS}/.tools/python/{name}-{version}.dist-info")).is_dir()
                })
            }
        }
    }

    fn name(self) -> String {
        match self {
            Self::Node => "node".to_owned(),
            Self::NodePackage(name) => format!("node package {name}"),
            Self::Program(name) => name.to_owned(),
            Self::Python => "python3".to_owned(),
            Self::PythonPackage(name) => format!("python package {name}"),
        }
    }
}

/// A test that needs tools. Without them it is listed as ignored and its kind says what is missing; under
/// `COUNTERSIGN_REQUIRE_TOOLS=1` it fails instead.
pub(crate) fn trial(name: &str, tools: &[&[Tool]], run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    let mut missing: Vec<_> =
        tools.iter().copied().flatten().filter(|tool| !tool.is_there()).map(|t| t.name()).collect();
    missing.dedup();
    if missing.is_empty() {
        return Trial::test(name, run);
    }
    let needs = format!("needs {}", missing.join(", "));
    if env::var_os("COUNTERSIGN_REQUIRE_TOOLS").is_some_and(|value| value == "1") {
        let message = format!("{needs}: tests/sdk/install installs the packages, Debian has the programs");
        return Trial::test(name, move || Err(message.into()));
    }
    Trial::test(name, run).with_kind(needs).with_ignored_flag(true)
}

/// A path in this repository.
pub(crate) fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn version(path: &str, find: impl Fn(&serde_json::Value) -> Option<&str>) -> Option<String> {
    let json = serde_json::from_slice(&fs::read(in_repository(path)).ok()?).ok()?;
    find(&json).map(str::to_owned)
}

fn runs(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
}
