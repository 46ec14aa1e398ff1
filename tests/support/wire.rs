//! HTTP as bytes on a socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
};

use super::DEADLINE;

/// One end of a connection.
pub struct Wire {
    stream: BufReader<TcpStream>,
}

/// A message as it came: nothing decoded.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The start line.
    pub start: String,
    /// The header lines.
    pub headers: Vec<String>,
    /// The bytes of the body, framing included.
    pub raw: Vec<u8>,
}

impl Wire {
    pub fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect_timeout(&address, DEADLINE).unwrap())
    }

    pub fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.set_write_timeout(Some(DEADLINE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends, if somebody takes it.
    pub fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.get_mut().write_all(bytes.as_ref()).is_ok()
    }

    /// Sends a request and reads the answer.
    pub fn ask(&mut self, bytes: impl AsRef<[u8]>) -> Answer {
        self.send(bytes);
        self.answer()
    }

    pub fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).unwrap();
        (!line.is_empty()).then(|| String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Start line and headers; `None` at the end of the connection.
    pub fn head(&mut self) -> Option<Answer> {
        let start = self.line()?;
        let headers = std::iter::from_fn(|| self.line().filter(|line| !line.is_empty())).collect();
        Some(Answer { start, headers, raw: Vec::new() })
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// Everything up to the end of the connection.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.stream.read_to_end(&mut bytes).unwrap();
        bytes
    }

    /// A message with its body.
    pub fn message(&mut self) -> Option<Answer> {
        let mut message = self.head()?;
        message.raw = match (message.header("content-length"), message.header("transfer-encoding")) {
            (Some(length), _) => self.bytes(length.parse().unwrap()),
            (None, Some(_)) => self.chunks(),
            (None, None) => Vec::new(),
        };
        Some(message)
    }

    pub fn answer(&mut self) -> Answer {
        self.message().expect("an answer before the end of the connection")
    }

    /// Chunks and trailers, framing included.
    pub fn chunks(&mut self) -> Vec<u8> {
        let mut raw = Vec::new();
        loop {
            let size = self.line().unwrap();
            raw.extend_from_slice(format!("{size}\r\n").as_bytes());
            let length = usize::from_str_radix(size.split(';').next().unwrap(), 16).unwrap();
            if length > 0 {
                raw.extend(self.bytes(length + 2));
                continue;
            }
            while let Some(trailer) = self.line() {
                raw.extend_from_slice(format!("{trailer}\r\n").as_bytes());
                if trailer.is_empty() {
                    return raw;
                }
            }
        }
    }

    pub fn close(self) {
        self.shut();
    }

    /// Says that nothing more is sent.
    pub fn finish(&self) {
        self.stream.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    /// Closes both directions now.
    pub fn shut(&self) {
        let _ = self.stream.get_ref().shutdown(Shutdown::Both);
    }
}

impl Answer {
    /// The value of a header, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn status(&self) -> u16 {
        self.start.split(' ').nth(1).unwrap().parse().unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.raw.clone()).unwrap()
    }

    /// The body with its chunks joined.
    pub fn body(&self) -> Vec<u8> {
        if self.header("transfer-encoding").is_none() {
            return self.raw.clone();
        }
        let (mut body, mut rest) = (Vec::new(), &self.raw[..]);
        loop {
            let end = rest.windows(2).position(|pair| pair == b"\r\n").unwrap();
            let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
            if length == 0 {
                return body;
            }
            body.extend_from_slice(&rest[end + 2..end + 2 + length]);
            rest = &rest[end + 2 + length + 2..];
        }
    }
}
