//! chromedriver, and commands of it that WebDriver does not have.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
};

use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use crate::support::DEADLINE;

/// A chromedriver on a port of its own; killed when dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    pub(crate) url: String,
}

impl Driver {
    /// Starts one. It takes a free port on IPv4 and ends when the same one is taken on IPv6: then another is tried.
    pub(crate) fn start() -> Self {
        let started = (0..ATTEMPTS).find_map(|_| Self::try_start());
        started.expect("chromedriver ends at its start, again and again")
    }

    /// `None` if it ended before it said its port.
    fn try_start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, port) = channel();
        // Reads on to the end, so that it never blocks on a full pipe.
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let port = line
                    .split_once("successfully on port ")
                    .and_then(|(_, rest)| rest.trim_end_matches('.').parse::<u16>().ok());
                port.map(|port| send.send(port));
            }
        });
        let mut this = Self { child, url: String::new() };
        match port.recv_timeout(DEADLINE) {
            Ok(port) => this.url = format!("http://127.0.0.1:{port}"),
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => panic!("chromedriver does not say its port"),
        }
        Some(this)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that only chromedriver knows.
#[derive(Debug)]
pub(crate) struct Vendor {
    path: &'static str,
    body: Value,
}

impl Vendor {
    /// What was written to the console since the last time.
    pub(crate) fn console() -> Self {
        Self { path: "se/log", body: json!({ "type": "browser" }) }
    }

    /// A command of the DevTools protocol.
    pub(crate) fn devtools(command: &str, parameters: Value) -> Self {
        Self { path: "goog/cdp/execute", body: json!({ "cmd": command, "params": parameters }) }
    }
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

const ATTEMPTS: u32 = 5;
