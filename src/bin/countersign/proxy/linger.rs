//! A client's connection at its end.
//!
//! Closing it must not lose the answer. An early refusal leaves bytes of the request unread. Closing the socket then makes
//! the kernel send a reset, which can destroy the answer before the client has read it. So the writing side is closed
//! first, and for a moment what still comes is read and thrown away.
//!
//! A client may close its side before it has the whole answer. Mostly nobody is there any more, and nobody reads while
//! the app works, so that is looked for here: the app may finish its answer, but one that pauses is ended.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::peer::Peer;

/// A client's socket.
#[derive(Debug)]
pub(super) struct Lingering {
    stream: TcpStream,
    peer: Peer,
    /// Whether something was written since something was read.
    is_answering: bool,
    /// Whether the end of what the client sends was read.
    has_ended: bool,
    shut: bool,
    left: usize,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl Lingering {
    pub(super) fn new(stream: TcpStream, peer: Peer) -> Self {
        Self { stream, peer, is_answering: false, has_ended: false, shut: false, left: MOST_BYTES, deadline: None }
    }

    /// Looks whether the client has left, and has the task woken when it does. Fails if it has, and the answer to it has
    /// not gone on for a while.
    fn poll_left(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if !self.peer.has_left() && self.stream.poll_read_ready(cx).is_ready() {
            let mut byte = [0];
            match self.stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
                Poll::Ready(Ok(0) | Err(_)) => self.peer.leaves(),
                // The next request.
                Poll::Ready(Ok(_)) | Poll::Pending => {}
            }
        }
        if self.peer.has_left() && self.is_answering && !self.has_ended {
            let deadline = self.deadline.get_or_insert_with(|| Box::pin(sleep(MOST_TIME)));
            if deadline.as_mut().poll(cx).is_ready() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
        }
        Ok(())
    }

    fn has_written(&mut self, outcome: &Poll<io::Result<usize>>) {
        if outcome.is_ready() {
            self.is_answering = true;
            self.deadline = None;
        }
    }
}

impl AsyncRead for Lingering {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(cx, buf);
        if outcome.is_ready() {
            // Whoever sees the end of what is read decides for itself.
            self.has_ended = buf.filled().len() == before;
            self.is_answering = false;
        }
        outcome
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.has_written(&outcome);
        outcome
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.has_written(&outcome);
        outcome
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_left(cx)?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.shut {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            self.shut = true;
            self.deadline = None;
        }
        let this = &mut *self;
        let mut scratch = [0; 4096];
        while this.left > 0 {
            let mut buffer = ReadBuf::new(&mut scratch);
            match Pin::new(&mut this.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    this.left = this.left.saturating_sub(buffer.filled().len());
                }
                Poll::Ready(_) => break,
                Poll::Pending => {
                    let deadline = this.deadline.get_or_insert_with(|| Box::pin(sleep(MOST_TIME)));
                    return deadline.as_mut().poll(cx).map(Ok);
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Twice the usual limit of a body: a client that declared more and does not stop is cut off.
const MOST_BYTES: usize = 2 << 20;
const MOST_TIME: Duration = Duration::from_secs(1);
