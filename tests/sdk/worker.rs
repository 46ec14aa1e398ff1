//! The SDKs in their own languages: one process each, a line of JSON in, a line of JSON out.
//!
//! A test that includes this says in `WORKERS` in which folder its workers are.

use std::{
    io::{BufRead, BufReader, BufWriter, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{WORKERS, tools::in_repository};

/// A language in which the providers publish an SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Node,
    Python,
}

/// What an SDK said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// It returned this.
    Returned(Value),
    /// It raised an exception, with this text.
    Raised(String),
}

impl Answer {
    /// A signature that was asked for.
    #[allow(dead_code, reason = "not every test asks for one")]
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Returned(value) => value.as_str(),
            Self::Raised(_) => None,
        }
    }

    /// A verdict that was asked for. An app in which a validator raises accepts nothing.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Returned(Value::Bool(true)))
    }
}

/// Asks all questions in one go.
///
/// # Panics
/// When the worker fails, or has not answered them all in `limit`.
pub(crate) fn ask(language: Language, questions: &[Value], limit: Duration) -> Vec<Answer> {
    static NODE: Mutex<Option<Worker>> = Mutex::new(None);
    static PYTHON: Mutex<Option<Worker>> = Mutex::new(None);
    let slot = match language {
        Language::Node => &NODE,
        Language::Python => &PYTHON,
    };
    // A test that failed with the worker in hand took it out: the next one starts another.
    let mut slot = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut worker = slot.take().unwrap_or_else(|| Worker::start(language));
    let answers = worker.ask(questions, limit);
    *slot = Some(worker);
    answers
}

struct Worker {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
}

impl Worker {
    fn start(language: Language) -> Self {
        let mut command = match language {
            Language::Node => Command::new("node"),
            Language::Python => Command::new("python3"),
        };
        match language {
            Language::Node => command.arg(in_repository(&format!("{WORKERS}/worker.js"))),
            Language::Python => command
                .arg(in_repository(&format!("{WORKERS}/worker.py")))
                .env("PYTHONPATH", in_repository(&format!("{WORKERS}/.tools/python")))
                .env("PYTHONDONTWRITEBYTECODE", "1"),
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the worker starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Self { child, input, lines }
    }

    fn ask(&mut self, questions: &[Value], limit: Duration) -> Vec<Answer> {
        let deadline = Instant::now() + limit;
        let mut input = self.input.take().expect("the worker's input");
        // Written beside the reading: either pipe alone would fill up.
        thread::scope(|scope| {
            let writer = scope.spawn(move || {
                let mut buffer = BufWriter::new(&mut input);
                for question in questions {
                    writeln!(buffer, "{question}")?;
                }
                buffer.flush()?;
                drop(buffer);
                Ok::<_, std::io::Error>(input)
            });
            let mut answers = Vec::with_capacity(questions.len());
            for number in 0..questions.len() {
                match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                    Ok(line) => answers.push(parse(&line)),
                    Err(error) => {
                        // The writer's pipe breaks with the process, so that the scope can end.
                        self.stop();
                        panic!("the worker gave {number} answers of {}: {error}", questions.len());
                    }
                }
            }
            self.input = Some(writer.join().expect("no panic").expect("the worker reads"));
            answers
        })
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop();
    }
}

fn parse(line: &str) -> Answer {
    let answer: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
    match answer.get("error") {
        Some(error) => Answer::Raised(error.as_str().unwrap_or_default().to_owned()),
        None => Answer::Returned(answer.get("answer").cloned().unwrap_or_default()),
    }
}
