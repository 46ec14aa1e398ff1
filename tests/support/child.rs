//! The binary.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Instant,
};

use serde_json::Value;

use super::{DEADLINE, Wire};

/// A command for the binary, without the variables that would change what it does.
pub fn countersign() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_remove("TWILIO_AUTH_TOKEN").env_remove("PLIVO_AUTH_TOKEN").env("NO_COLOR", "1").stdin(Stdio::null());
    // Captures are made, and leave nothing behind.
    command.env("COUNTERSIGN_STORE", "memory").env("COUNTERSIGN_WEB_ADDR", "false");
    command
}

/// A running `countersign http … --log-format json`; killed when dropped.
pub struct Countersign {
    child: Child,
    lines: Receiver<String>,
    pub address: SocketAddr,
    /// What it said of itself at the start.
    pub listening: Value,
}

impl Countersign {
    /// A proxy in front of the app at `port`, on a port of its own.
    pub fn http(port: u16, arguments: &[&str]) -> Self {
        Self::start(countersign().args(["http", &format!("127.0.0.1:{port}")]).args(arguments))
    }

    /// The same, verifying as Twilio with `TOKEN`.
    pub fn twilio(port: u16, arguments: &[&str]) -> Self {
        let mut command = countersign();
        command.args(["http", &format!("127.0.0.1:{port}"), "--verify-webhook", "twilio"]);
        Self::start(command.args(arguments).env("TWILIO_AUTH_TOKEN", super::TOKEN))
    }

    pub fn start(command: &mut Command) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--log-format", "json"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = follow(child.stdout.take().unwrap());
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut this = Self { child, lines, address, listening: Value::Null };
        this.listening = this.event("listening");
        this.address = this.listening["address"].as_str().unwrap().parse().unwrap();
        this
    }

    /// The next event of this kind in the log.
    pub fn event(&self, kind: &str) -> Value {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|error| panic!("no event `{kind}`: {error}"));
            assert!(line.is_ascii(), "{line}");
            let event: Value = serde_json::from_str(&line).unwrap();
            if event["event"] == kind {
                return event;
            }
        }
    }

    /// The next request in the log.
    pub fn record(&self) -> Value {
        self.event("request")
    }

    /// Waits until it has seen all that happened to its connections before. Nothing is logged for what this sends.
    pub fn catches_up(&self) {
        assert_eq!(Wire::connect(self.address).ask("?\r\n\r\n").status(), 400);
    }

    /// Closes our end of its standard output.
    pub fn close_output(&mut self) {
        self.lines = channel().1;
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status().unwrap();
        assert!(status.success());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for its end. The end of its output is the end of the process.
    pub fn wait(mut self) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        while self.lines.recv_timeout(end.saturating_duration_since(Instant::now())).is_ok() {}
        assert!(Instant::now() < end, "it did not end");
        self.child.wait().unwrap()
    }
}

impl Drop for Countersign {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that ends by itself.
pub trait Ends {
    fn ends(&mut self) -> Output;
}

impl Ends for Command {
    fn ends(&mut self) -> Output {
        let mut child = self.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (send, outputs) = channel();
        let mut pipes: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        thread::spawn(move || {
            let texts = pipes.each_mut().map(|pipe| {
                let mut text = Vec::new();
                pipe.read_to_end(&mut text).unwrap();
                text
            });
            let _ = send.send(texts);
        });
        let Ok([stdout, stderr]) = outputs.recv_timeout(DEADLINE) else {
            let _ = child.kill();
            panic!("{self:?} did not end");
        };
        println!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        Output { status: child.wait().unwrap(), stdout, stderr }
    }
}

/// Copies the output into the test's log, line by line. Ends, and closes the pipe, when nobody listens any more.
fn follow(stdout: ChildStdout) -> Receiver<String> {
    let (send, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let Ok(line) = line else { break };
            println!("{line}");
            if send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
