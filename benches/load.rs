//! An open load: so many deliveries a second over so many connections, whether or not the earlier ones were answered.
//!
//! `benches/proxy.py` builds it and runs it. Latencies count from when a delivery was due, so that one which had to wait
//! for the one before it counts what it waited (no coordinated omission). The timer has steps of a millisecond, and the
//! latency from when it was sent is given beside it.
//!
//! The deliveries are whole HTTP/1.1 requests of one length in a file, one after the other.

use std::{
    env,
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    runtime::Builder,
    task::JoinSet,
    time::{Instant, sleep_until},
};

fn main() -> io::Result<()> {
    let plan = Plan::from_arguments().ok_or_else(|| io::Error::other(USAGE))?;
    let deliveries: Arc<[u8]> = plan.read()?.into();
    let mut latencies = Builder::new_current_thread().enable_all().build()?.block_on(run(&plan, &deliveries))?;
    let requests = latencies.len();
    print!("{{\"requests\": {requests}");
    for (name, of) in [("due", (|latency| latency.due) as fn(&Latency) -> Duration), ("sent", |latency| latency.sent)] {
        latencies.sort_unstable_by_key(of);
        for per_mille in [500, 990, 999] {
            let at = (requests * per_mille / 1000).min(requests.saturating_sub(1));
            let millis = latencies.get(at).map_or(0.0, |latency| of(latency).as_secs_f64() * 1e3);
            print!(", \"{name}-{per_mille}\": {millis:.3}");
        }
    }
    println!("}}");
    Ok(())
}

struct Plan {
    target: SocketAddr,
    file: String,
    /// Bytes of a delivery.
    length: usize,
    /// The delivery to begin with. After the last comes the first.
    first: u64,
    connections: u32,
    /// Deliveries a second.
    rate: u32,
    seconds: u32,
}

impl Plan {
    fn from_arguments() -> Option<Self> {
        let mut arguments = env::args().skip(1);
        Some(Self {
            target: arguments.next()?.parse().ok()?,
            file: arguments.next()?,
            length: arguments.next()?.parse().ok()?,
            first: arguments.next()?.parse().ok()?,
            connections: arguments.next()?.parse().ok().filter(|connections| *connections > 0)?,
            rate: arguments.next()?.parse().ok().filter(|rate| *rate > 0)?,
            seconds: arguments.next()?.parse().ok()?,
        })
    }

    fn count(&self) -> usize {
        self.rate as usize * self.seconds as usize
    }

    /// When the `number`th is due.
    fn due(&self, start: Instant, number: usize) -> Instant {
        start + Duration::from_secs_f64(number as f64 / f64::from(self.rate))
    }

    /// All that will be sent: the load reads no files while it runs.
    fn read(&self) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.file)?;
        let mut deliveries = vec![0; self.length * self.count()];
        file.seek(SeekFrom::Start(self.first * self.length as u64))?;
        for delivery in deliveries.chunks_mut(self.length) {
            if file.read_exact(delivery).is_err() {
                file.seek(SeekFrom::Start(0))?;
                file.read_exact(delivery)?;
            }
        }
        Ok(deliveries)
    }
}

struct Latency {
    due: Duration,
    sent: Duration,
}

async fn run(plan: &Plan, deliveries: &Arc<[u8]>) -> io::Result<Vec<Latency>> {
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        let connection = TcpStream::connect(plan.target).await?;
        connection.set_nodelay(true)?;
        connections.push(connection);
    }
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    let step = connections.len();
    for (index, connection) in connections.into_iter().enumerate() {
        let dues: Vec<_> =
            (index..plan.count()).step_by(step).map(|number| (number, plan.due(start, number))).collect();
        tasks.spawn(send(connection, dues, Arc::clone(deliveries), plan.length));
    }
    let mut latencies = Vec::with_capacity(plan.count());
    while let Some(done) = tasks.join_next().await {
        latencies.extend(done.map_err(io::Error::other)??);
    }
    Ok(latencies)
}

/// One connection's share, one after the other.
async fn send(
    mut connection: TcpStream,
    dues: Vec<(usize, Instant)>,
    deliveries: Arc<[u8]>,
    length: usize,
) -> io::Result<Vec<Latency>> {
    let mut latencies = Vec::with_capacity(dues.len());
    let mut answer = Vec::new();
    for (number, due) in dues {
        sleep_until(due).await;
        let sent = Instant::now();
        let delivery = deliveries.chunks(length).nth(number).unwrap_or_default();
        connection.write_all(delivery).await?;
        answer.clear();
        while !is_whole(&answer)? {
            if connection.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let answered = Instant::now();
        latencies.push(Latency { due: answered - due, sent: answered - sent });
    }
    Ok(latencies)
}

/// Whether all of the answer is there, which is no other than 200 and names its length.
fn is_whole(answer: &[u8]) -> io::Result<bool> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(answer).map_err(io::Error::other)? else { return Ok(false) };
    if response.code != Some(200) {
        return Err(io::Error::other(format!("answered with {:?}", response.code)));
    }
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.parse::<usize>().ok())
        .ok_or_else(|| io::Error::other("an answer without a length"))?;
    Ok(answer.len() >= head + length)
}

const USAGE: &str = "load ADDRESS FILE LENGTH FIRST CONNECTIONS RATE SECONDS";
