//! The app behind the proxy: answers what a test says, and keeps what it received, byte for byte.

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use super::{Answer, DEADLINE, Wire};

/// A request, and the number of the connection on which it came.
#[derive(Debug)]
pub struct Received {
    pub connection: usize,
    pub message: Answer,
}

pub struct App {
    pub port: u16,
    received: Receiver<Received>,
}

impl App {
    /// Answers every request with these bytes.
    pub fn answering(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Self {
        Self::new(move |_, wire| {
            wire.send(&bytes);
            true
        })
    }

    /// Answers `ok`.
    pub fn ok() -> Self {
        Self::answering(OK)
    }

    /// Answers `ok`, each time that it is told to.
    pub fn held() -> (Self, Sender<()>) {
        let (go_on, gate) = channel();
        let gate = Mutex::new(gate);
        let app = Self::new(move |_, wire| {
            gate.lock().unwrap().recv_timeout(DEADLINE).unwrap();
            wire.send(OK);
            true
        });
        (app, go_on)
    }

    /// Lets `respond` write the answer; the connection goes on if it returns true.
    pub fn new(respond: impl Fn(&Answer, &mut Wire) -> bool + Send + Sync + 'static) -> Self {
        Self::raw(move |connection, wire, received| {
            while let Some(message) = wire.message() {
                let _ = received.send(Received { connection, message: message.clone() });
                if !respond(&message, wire) {
                    return;
                }
            }
        })
    }

    /// Lets `serve` have each connection as it is.
    pub fn raw(serve: impl Fn(usize, &mut Wire, &Sender<Received>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (send, received) = channel();
        let serve = Arc::new(serve);
        // Both kinds of threads end with the test program, the inner ones with their connection.
        thread::spawn(move || {
            for (connection, stream) in listener.incoming().enumerate() {
                let (send, serve): (Sender<Received>, _) = (send.clone(), Arc::clone(&serve));
                let stream: TcpStream = stream.unwrap();
                thread::spawn(move || serve(connection, &mut Wire::new(stream), &send));
            }
        });
        Self { port, received }
    }

    /// The next request.
    pub fn received(&self) -> Received {
        self.received.recv_timeout(DEADLINE).expect("a request at the app")
    }

    /// Whether nothing came that was not looked at.
    pub fn has_nothing_more(&self) -> bool {
        self.received.try_recv().is_err()
    }
}

/// A port on which nothing listens.
pub fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
