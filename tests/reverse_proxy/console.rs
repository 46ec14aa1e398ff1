//! What people see.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use countersign::scheme::Options;
use libtest_mimic::{Failed, Trial};

use crate::{
    cases::SMS,
    front::{Front, Kind},
    support::{App, DEADLINE, countersign},
    tools::{self, Tool},
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![tools::trial("console::one_line_under_the_request", &[&[Tool::Program("nginx")]], one_line)]
}

fn one_line() -> Result<(), Failed> {
    let app = App::ok();
    let console = Console::start(app.port);
    let address = console.line(|line| line.contains("Listening"));
    let (_, address) = address.split_once("http://").unwrap();
    let rules = "location / { proxy_pass http://UPSTREAM; proxy_set_header X-Forwarded-Host $host; }";
    let front = Front::start(Kind::Nginx, rules, address.trim().parse()?);
    assert_eq!(SMS.sign(&Options::new()).send_through(&front), 403);
    let request = console.line(|line| line.contains("refused"));
    // Only the times differ from run to run.
    let (_, request) = request.split_once("  ").unwrap();
    let (request, _) = request.rsplit_once("  ").unwrap();
    assert_eq!(request, "POST /sms  refused: signature-mismatch  403");
    assert_eq!(
        console.line(|_| true),
        "          signature matches for https://hooks.example.com/sms → add --url https://hooks.example.com  \
         [url-host /sms]"
    );
    Ok(())
}

/// The binary with its output for people; killed when dropped.
struct Console {
    child: Child,
    lines: Receiver<String>,
}

impl Console {
    fn start(app: u16) -> Self {
        let mut command = countersign();
        command.args(["http", &format!("127.0.0.1:{app}"), "--listen", "127.0.0.1:0", "--verify-webhook", "twilio"]);
        command.args(["--verify-webhook-secret", "env:HOOK_SECRET"]).env("HOOK_SECRET", SMS.secret);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = channel();
        // Ends with the child.
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// The next line of this kind.
    fn line(&self, is_it: impl Fn(&str) -> bool) -> String {
        loop {
            let line = self.lines.recv_timeout(DEADLINE).expect("a line");
            println!("{line}");
            if is_it(&line) {
                return line;
            }
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
