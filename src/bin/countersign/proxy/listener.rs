//! Accepts connections and serves requests on them.

use std::{convert::Infallible, io, pin::pin, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::{Tracker, linger::Lingering, peer::Peer, running::Running, stack::Stack};

/// Accepts until it is dropped, and then nothing listens any more.
pub(crate) async fn accept(listener: TcpListener, stack: Stack, tracker: Tracker) -> Infallible {
    let mut pause = SHORTEST_PAUSE;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                pause = SHORTEST_PAUSE;
                tokio::spawn(serve(stream, Peer::new(address), stack.clone(), tracker.enter()));
            }
            // The client changed its mind; the next one is waiting.
            Err(error) if is_of_one_connection(&error) => {}
            // Out of files or memory: asking again at once would only burn the time that the others need to end.
            Err(error) => {
                stack.observer().accept_failed(&error);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

async fn serve(stream: TcpStream, peer: Peer, stack: Stack, running: Running) {
    // Only delays would come of not being able to.
    let _ = stream.set_nodelay(true);
    let stream = Lingering::new(stream, peer.clone());
    let service = {
        let (stack, peer) = (stack.clone(), peer.clone());
        service_fn(move |request| {
            let (stack, peer) = (stack.clone(), peer.clone());
            async move { Ok::<_, Infallible>(stack.serve(request, peer).await) }
        })
    };
    let mut connection = pin!(
        http1::Builder::new()
            .timer(peer.alarm().clone())
            // A delivery that came in whole goes to the app, even if its client waits for nothing.
            .half_close(true)
            .header_read_timeout(HEADER_TIMEOUT)
            .max_header_size(MAX_HEADER_SIZE)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    );
    let outcome = tokio::select! {
        biased;
        outcome = connection.as_mut() => outcome,
        () = running.ending() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    match outcome {
        // Its line in the log was written when the head was there.
        Err(error) if error.is_user() => stack.observer().warning(&format!(
            "the app broke off in the middle of an answer: {} got only a part of it",
            peer.address()
        )),
        Err(error) => stack.observer().broken_connection(peer.address(), &error),
        Ok(()) => {}
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// For the head of a request, and for how long a connection may wait for the next one.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_HEADER_SIZE: usize = 64 << 10;
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
