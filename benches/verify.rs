//! Every provider and size, with allocations: `cargo bench --bench verify --features signing`.
//!
//! For the ratios that count as done see `targets`, which lets the contenders take turns.

mod cases;

use divan::{AllocProfiler, Bencher, counter::BytesCount};

use self::cases::{Delivery, Peer};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(args = cases::all())]
fn floor(bencher: Bencher<'_, '_>, delivery: &Delivery) {
    let floor = delivery.floor();
    bencher.counter(BytesCount::new(floor.len())).bench_local(|| floor.verify());
}

#[divan::bench(args = cases::all())]
fn countersign(bencher: Bencher<'_, '_>, delivery: &Delivery) {
    secrets(bencher, delivery, 1);
}

#[divan::bench(args = cases::all().into_iter().filter(|delivery| Peer::of(delivery).is_some()))]
fn webhook_verify(bencher: Bencher<'_, '_>, delivery: &Delivery) {
    let Some(peer) = Peer::of(delivery) else { return };
    bencher.counter(BytesCount::new(delivery.body.len())).bench_local(|| peer.verify());
}

#[divan::bench(args = [cases::parameters("twilio", 100), cases::parameters("twilio", 1_000), cases::parameters("twilio", 10_000)])]
fn many_parameters(bencher: Bencher<'_, '_>, delivery: &Delivery) {
    secrets(bencher, delivery, 1);
}

#[divan::bench(args = cases::small(), consts = [1, 2, 5])]
fn rotation<const SECRETS: usize>(bencher: Bencher<'_, '_>, delivery: &Delivery) {
    secrets(bencher, delivery, SECRETS);
}

fn secrets(bencher: Bencher<'_, '_>, delivery: &Delivery, count: usize) {
    let verifier = delivery.verifier(count);
    let request = delivery.request();
    bencher.counter(BytesCount::new(delivery.body.len())).bench_local(|| delivery.verify_request(&*verifier, &request));
}
