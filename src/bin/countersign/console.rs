//! What is shown: a banner, then a line for each request.
//!
//! Lines are formatted and written by a thread of their own, behind a bounded queue: a slow pipe costs lines, which are
//! counted, and a closed one costs all of them, but neither delays a request.

mod banner;
mod format;
mod text;

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use countersign::explain::{Code, Finding};
use tokio::sync::mpsc;

use self::format::Formatter;
pub(crate) use self::{
    banner::Banner,
    text::{Paint, ascii_json, escape},
};
use crate::{
    config::LogConfig,
    proxy::{Observer, Record, Trouble},
    store::{Id, Redactor},
};

/// The log on standard output.
pub(crate) struct Console {
    queue: mpsc::Sender<Message>,
    dropped: Arc<AtomicU64>,
    // Closed by the writer when it ends.
    ended: Mutex<Receiver<()>>,
    log: LogConfig,
}

enum Message {
    End,
    Finding(Box<Explained>),
    Notice(String),
    Request(Box<Record>),
    /// Goes out as it is.
    Text(String),
}

impl Console {
    pub(crate) fn start(log: LogConfig, redactor: Redactor) -> io::Result<Self> {
        // Its memory grows with what waits; that of the standard library's is there from the start.
        let (queue, messages) = mpsc::channel(QUEUE_LENGTH);
        let (end, ended) = sync_channel(0);
        let dropped = Arc::new(AtomicU64::new(0));
        let writer =
            Writer { messages, dropped: Arc::clone(&dropped), formatter: Formatter::new(log, redactor), _end: end };
        thread::Builder::new().name("console".to_owned()).spawn(move || writer.run(io::stdout()))?;
        Ok(Self { queue, dropped, ended: Mutex::new(ended), log })
    }

    pub(crate) fn banner(&self, banner: &Banner<'_>) {
        if !self.log.quiet {
            self.put(Message::Text(banner.show(self.log)));
        }
    }

    /// Something that people should know; quiet logs leave it out.
    pub(crate) fn notice(&self, text: impl Into<String>) {
        if !self.log.quiet {
            self.put(Message::Notice(text.into()));
        }
    }

    /// Text for people, as it is.
    pub(crate) fn text(&self, text: String) {
        self.put(Message::Text(text));
    }

    /// Why a request was refused.
    pub(crate) fn explained(&self, id: Id, target: &str, finding: &Finding) {
        if !self.log.quiet {
            let path = target.split('?').next().unwrap_or_default();
            let (line, step, flag) = (finding.to_string(), finding.fix.step.clone(), finding.fix.flag.clone());
            let explained = Explained { id, path: path.to_owned(), code: finding.code, line, step, flag };
            self.put(Message::Finding(Box::new(explained)));
        }
    }

    /// Writes what is queued, for as long as `limit` at most.
    pub(crate) fn finish(&self, limit: Duration) {
        self.put(Message::End);
        if let Ok(ended) = self.ended.lock() {
            // Nothing is ever sent: it ends by the other side's going away, or by time.
            let _ = ended.recv_timeout(limit);
        }
    }

    fn put(&self, message: Message) {
        if self.queue.try_send(message).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A finding, as far as it is shown.
struct Explained {
    id: Id,
    path: String,
    code: Code,
    line: String,
    step: String,
    flag: Option<String>,
}

impl Observer for Console {
    fn request(&self, record: Record) {
        if !self.log.quiet || record.trouble.is_some_and(|trouble| trouble != Trouble::ClientBrokeOff) {
            self.put(Message::Request(Box::new(record)));
        }
    }

    fn broken_connection(&self, peer: SocketAddr, error: &hyper::Error) {
        if self.log.verbose {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
            self.put(Message::Notice(format!("connection from {peer}: {error}{cause}")));
        }
    }

    fn accept_failed(&self, error: &io::Error) {
        self.put(Message::Notice(format!(
            "no connection can be accepted: {error}; trying again (raise the limit with `ulimit -n` if it is files)"
        )));
    }

    fn notice(&self, text: &str) {
        Self::notice(self, text);
    }

    fn warning(&self, text: &str) {
        self.put(Message::Notice(text.to_owned()));
    }
}

struct Writer {
    messages: mpsc::Receiver<Message>,
    dropped: Arc<AtomicU64>,
    formatter: Formatter,
    _end: SyncSender<()>,
}

impl Writer {
    fn run(mut self, mut out: impl Write) {
        let mut batch = String::new();
        let mut is_open = true;
        while let Some(first) = self.messages.blocking_recv() {
            batch.clear();
            let mut goes_on = self.add(first, &mut batch);
            while goes_on && batch.len() < MOST_BATCHED {
                let Ok(next) = self.messages.try_recv() else { break };
                goes_on = self.add(next, &mut batch);
            }
            match self.dropped.swap(0, Ordering::Relaxed) {
                0 => {}
                dropped => self.formatter.notice(&format!("{dropped} lines were lost: output is too slow"), &mut batch),
            }
            is_open = is_open && out.write_all(batch.as_bytes()).and_then(|()| out.flush()).is_ok();
            if !goes_on {
                return;
            }
            // Waking a thread for each line costs the proxy more than the line: let some gather.
            thread::sleep(GATHERING);
        }
    }

    /// Formats a message; `false` if it was the last one.
    fn add(&self, message: Message, batch: &mut String) -> bool {
        match message {
            Message::End => return false,
            Message::Finding(explained) => self.formatter.finding(&explained, batch),
            Message::Notice(text) => self.formatter.notice(&text, batch),
            Message::Request(record) => self.formatter.request(&record, batch),
            Message::Text(text) => batch.push_str(&text),
        }
        true
    }
}

const QUEUE_LENGTH: usize = 4096;
const MOST_BATCHED: usize = 64 << 10;
const GATHERING: Duration = Duration::from_millis(10);
