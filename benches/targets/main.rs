//! What counts as done, measured: `cargo bench --bench targets --features signing`, or some of it with `-- V3 V4`.
//! With `-- profile twilio` it verifies one small delivery over and over, with `-- profile twilio 10000` a form of so
//! many parameters.
//!
//! Each line is a ratio inside one run, the median of interleaved rounds, and says whether it keeps its limit.
//! Exits with 1 if one does not. Allocations are counted in the same process; counting costs `webhook-verify` about
//! a nanosecond for each of its own.

#[path = "../cases/mod.rs"]
mod cases;
mod rounds;

use std::{
    process::{Command, ExitCode},
    sync::Arc,
};

use countersign::{RejectionKind, WebhookVerifier, verifier::Context};

use self::{
    cases::{Delivery, Peer},
    rounds::{Contender, measure},
};

fn main() -> ExitCode {
    let mut after = std::env::args().skip_while(|argument| argument != "profile").skip(1);
    if let Some(what) = after.next() {
        return profile(&what, after.next().and_then(|count| count.parse().ok()));
    }
    let mut report = Report { failed: 0 };
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| argument.starts_with('V')).collect();
    type Check = fn(&mut Report);
    let targets: [(&str, Check); 6] = [
        ("V1", |report| raw_bodies(report, "V1", &["github", "shopify"], 1.5)),
        ("V2", |report| raw_bodies(report, "V2", &["slack", "stripe"], 2.3)),
        ("V3", sms),
        ("V4", large_forms),
        ("V5", rotation),
        ("V6", back_end),
    ];
    for (target, run) in targets {
        if wanted.is_empty() || wanted.iter().any(|name| name == target) {
            run(&mut report);
        }
    }
    println!("{}", if report.failed == 0 { "every target is met" } else { "targets are missed" });
    ExitCode::from(u8::from(report.failed > 0))
}

/// Verifies one delivery, and nothing else, for a profiler to look at.
fn profile(provider: &str, parameters: Option<usize>) -> ExitCode {
    let deliveries = match (parameters, cases::FORMS.iter().find(|form| **form == provider)) {
        (Some(count), Some(provider)) => vec![cases::parameters(provider, count)],
        _ => cases::small(),
    };
    let Some(delivery) = deliveries.iter().find(|delivery| delivery.provider == provider) else {
        return ExitCode::FAILURE;
    };
    let (verifier, request) = (delivery.verifier(1), delivery.request());
    let calls = 20_000_000 / (delivery.body.len() / 50).max(1);
    let all = (0..calls).all(|_| delivery.verify_request(&*verifier, &request));
    ExitCode::from(u8::from(!all))
}

/// Prints lines and counts what failed.
struct Report {
    failed: u32,
}

impl Report {
    fn line(&mut self, target: &str, what: &str, value: f64, limit: f64, remark: &str) {
        let passed = value <= limit;
        self.failed += u32::from(!passed);
        let verdict = if passed { "PASS" } else { "FAIL" };
        println!("{target} {verdict} {value:>7.2} of at most {limit:>6.2}  {what:<58} {remark}");
    }

    fn allocations(&mut self, target: &str, delivery: &Delivery, verifier: &Arc<dyn WebhookVerifier>) {
        let request = delivery.request();
        let counted = allocation_counter::measure(|| assert!(delivery.verify_request(&**verifier, &request)));
        self.line(target, &format!("{delivery}: allocations"), counted.count_total as f64, 0.0, "");
    }
}

fn raw_bodies(report: &mut Report, target: &str, providers: &[&'static str], small_limit: f64) {
    for provider in providers {
        for (label, size) in cases::SIZES {
            let delivery = cases::raw(provider, label, size);
            let verifier = delivery.verifier(1);
            let (floor, request, peer) = (delivery.floor(), delivery.request(), Peer::of(&delivery));
            let rounds = measure(&[
                Contender::new(|| floor.verify()),
                Contender::new(|| delivery.verify_request(&*verifier, &request)),
                Contender::new(|| peer.as_ref().is_some_and(Peer::verify)),
            ]);
            let limit = match size {
                ..=200 => small_limit,
                201..65_536 => small_limit.min(1.5),
                _ => 1.05,
            };
            let peer_ratio = rounds.median_of(|round| round[2] / round[0]);
            let remark = format!("{}; webhook-verify {peer_ratio:.2}", times(&rounds));
            let ratio = rounds.median_of(|round| round[1] / round[0]);
            report.line(target, &format!("{delivery}: × floor"), ratio, limit, &remark);
            report.allocations(target, &delivery, &verifier);
        }
    }
}

fn sms(report: &mut Report) {
    for (provider, limit) in [("twilio", 3.5), ("plivo", 3.5)] {
        let delivery = cases::form(provider, "small", 200);
        let verifier = delivery.verifier(1);
        let (floor, request, peer) = (delivery.floor(), delivery.request(), Peer::of(&delivery));
        let mut contenders =
            vec![Contender::new(|| floor.verify()), Contender::new(|| delivery.verify_request(&*verifier, &request))];
        if let Some(peer) = &peer {
            contenders.push(Contender::new(|| peer.verify()));
        }
        let rounds = measure(&contenders);
        let what = format!("{delivery} ({} signed bytes): × floor", floor.len());
        report.line("V3", &what, rounds.median_of(|round| round[1] / round[0]), limit, &times(&rounds));
        if peer.is_some() {
            let ratio = rounds.median_of(|round| round[1] / round[2]);
            let remark = format!("{:.0} ns", rounds.nanos(2));
            report.line("V3", &format!("{delivery}: × webhook-verify with parsing"), ratio, 0.35, &remark);
        }
        report.allocations("V3", &delivery, &verifier);
        let full = cases::parameters(provider, 32);
        report.allocations("V3", &full, &full.verifier(1));
    }
}

fn large_forms(report: &mut Report) {
    for provider in ["twilio", "plivo"] {
        let [medium, large] =
            [("64 KiB", 64 << 10), ("1 MiB", 1 << 20)].map(|(label, size)| cases::form(provider, label, size));
        let [few, many] = [1_000, 10_000].map(|count| cases::parameters(provider, count));
        let verifier = medium.verifier(1);
        let (floor, peer) = (large.floor(), Peer::of(&large));
        let requests = [&medium, &large, &few, &many].map(|delivery| (delivery, delivery.request()));
        let mut contenders = vec![Contender::new(|| floor.verify())];
        for (delivery, request) in &requests {
            contenders.push(Contender::new(|| delivery.verify_request(&*verifier, request)));
        }
        if let Some(peer) = &peer {
            contenders.push(Contender::new(|| peer.verify()));
        }
        let rounds = measure(&contenders);
        let peer_ratio = peer.is_some().then(|| rounds.median_of(|round| round[5] / round[0]));
        let remark = format!(
            "{:.0} µs over {:.0} µs{}",
            rounds.nanos(2) / 1e3,
            rounds.nanos(0) / 1e3,
            peer_ratio.map(|ratio| format!("; webhook-verify {ratio:.2}")).unwrap_or_default()
        );
        let dense = rounds.median_of(|round| round[2] / round[0]);
        report.line("V4", &format!("{large}, dense in escapes: × floor"), dense, 3.5, &remark);
        let growth = rounds.median_of(|round| round[2] / round[1]);
        report.line("V4", &format!("{provider}: time of 1 MiB ÷ time of 64 KiB"), growth, 18.0, "");
        // n log n would be 13.3.
        let growth = rounds.median_of(|round| round[4] / round[3]);
        let remark = format!("{:.0} µs", rounds.nanos(4) / 1e3);
        report.line("V4", &format!("{provider}: 10 000 parameters ÷ 1 000 parameters"), growth, 16.0, &remark);
        let accepted = if refuses_too_many(provider) { 0.0 } else { 1.0 };
        report.line("V4", &format!("{provider}: accepts 16 385 parameters"), accepted, 0.0, "");
    }
}

/// A form that is over the limit by one parameter; signing is refused too, so that it has another form's signature.
fn refuses_too_many(provider: &'static str) -> bool {
    let mut delivery = cases::parameters(provider, 16_384);
    let verifier = delivery.verifier(1);
    delivery.body = [&delivery.body[..], b"&one=more"].concat().into();
    let verdict = verifier.verify(&delivery.request(), &Context::at(None));
    verdict.is_err_and(|rejection| rejection.kind() == RejectionKind::MalformedBody)
}

fn rotation(report: &mut Report) {
    for delivery in cases::small() {
        let floor = delivery.floor();
        let request = delivery.request();
        let verifiers = [1, 2, 5].map(|count| delivery.verifier(count));
        let mut contenders = vec![Contender::new(|| floor.verify())];
        for verifier in &verifiers {
            contenders.push(Contender::new(|| delivery.verify_request(&**verifier, &request)));
        }
        let rounds = measure(&contenders);
        // What is not a MAC is done once. Each further secret copies its state besides: that is what the limit leaves.
        for (index, secrets) in [(2, 2.0), (3, 5.0)] {
            let macs = rounds.median_of(|round| (round[index] - round[1] + round[0]) / secrets / round[0]);
            let what = format!("{delivery}, {secrets} secrets: MACs for each, the rest done once");
            report.line("V5", &what, macs, 1.15, &format!("{:.0} ns", rounds.nanos(index)));
        }
    }
}

/// No other cryptography in what library users compile.
fn back_end(report: &mut Report) {
    let tree = Command::new(env!("CARGO")).args(["tree", "--edges", "normal", "--prefix", "none"]).output();
    let tree = String::from_utf8(tree.expect("cargo tree").stdout).expect("text");
    let others = ["ring ", "aws-lc-", "openssl", "boring"];
    let foreign = tree.lines().filter(|line| others.iter().any(|other| line.starts_with(other))).count();
    assert!(["hmac v0.13", "sha1 v0.11", "sha2 v0.11"].iter().all(|own| tree.contains(own)), "RustCrypto is there");
    report.line("V6", "crates of other cryptographic libraries", foreign as f64, 0.0, "");
    let crates: std::collections::BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    println!("   ({} crates in the library's build)", crates.len());
}

fn times(rounds: &rounds::Rounds) -> String {
    format!("{:.0} ns over {:.0} ns", rounds.nanos(1), rounds.nanos(0))
}
