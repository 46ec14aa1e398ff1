//! Where captures are kept.

use std::{env, ffi::OsString, path::PathBuf};

/// Where captures are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    File(PathBuf),
    /// In memory, gone with the process. Much smaller, see [`Limits::MEMORY`](super::Limits::MEMORY).
    Memory,
    /// Nowhere: nothing is captured.
    None,
}

impl Location {
    /// What `--store` takes: a path, `memory`, or `none`. A file of such a name is `./none`.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "" => Err("is empty; write a path, memory, or none"),
            "memory" => Ok(Self::Memory),
            "none" | "false" => Ok(Self::None),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }

    /// `countersign/captures.db` where the user's programs keep their state; in memory where no such place is known.
    pub(crate) fn usual() -> Self {
        state_folder(|name| env::var_os(name)).map_or(Self::Memory, |folder| Self::File(folder.join("captures.db")))
    }
}

/// Relative paths in the variables count as not set, as the XDG specification has it: they would make the place depend
/// on where the program was started.
fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA").or_else(|| Some(folder("USERPROFILE")?.join("AppData").join("Local")))
    } else if cfg!(target_os = "macos") {
        folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join("Library").join("Application Support")))
    } else {
        folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local").join("state")))
    };
    Some(base?.join("countersign"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_paths() {
        assert_eq!(Location::parse("memory"), Ok(Location::Memory));
        assert_eq!(Location::parse("none"), Ok(Location::None));
        assert_eq!(Location::parse("./none"), Ok(Location::File("./none".into())));
        assert_eq!(Location::parse("a b.db"), Ok(Location::File("a b.db".into())));
        assert!(Location::parse("").is_err());
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn the_state_folder() {
        let given = |pairs: &'static [(&str, &str)]| {
            state_folder(move |name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into()))
        };
        assert_eq!(given(&[("HOME", "/home/a")]), Some("/home/a/.local/state/countersign".into()));
        assert_eq!(given(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "/s")]), Some("/s/countersign".into()));
        assert_eq!(
            given(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "s")]),
            Some("/home/a/.local/state/countersign".into())
        );
        assert_eq!(given(&[("HOME", "")]), None);
        assert_eq!(given(&[]), None);
    }
}
