//! `countersign send`: signed sample events, delivered as their provider would.

mod client;
mod compose;
mod connect;
mod expect;
mod payload;
mod report;
mod samples;
mod tamper;
mod target;

use std::{cell::Cell, io::IsTerminal, process::ExitCode, time::Duration};

use countersign::providers::Provider;
use futures_util::future::try_join_all;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until},
};

pub(super) use self::{
    client::{Answer, Client},
    connect::Connector,
    target::Target,
};
use self::{compose::Composer, expect::Expected, report::Report};
use super::{
    given::{Given, print},
    runtime,
};
use crate::{
    cli::SendArgs,
    config::{find_provider, parse_duration},
    console::Paint,
    errors::Failure,
};

pub(crate) fn run(arguments: &SendArgs) -> Result<ExitCode, Failure> {
    if arguments.list {
        let provider = arguments.provider.as_deref().map(|id| find_provider("", id)).transpose()?;
        return list(provider, arguments.json);
    }
    let (Some(provider), Some(to)) = (&arguments.provider, &arguments.to) else {
        return Err(Failure::usage("send needs a PROVIDER and --to URL"));
    };
    let given = Given::parse(provider, &arguments.key)?;
    let provider = given.provider;
    let sample = samples::find(provider, arguments.event.as_deref())?;
    let expected = match &arguments.expect {
        Some(text) => Expected::parse(text)?,
        None => Expected::by_default(arguments.tamper.is_some(), sample.websocket),
    };
    let target = Target::parse(to)?;
    let plan = Plan {
        count: arguments.count,
        period: arguments.rate.as_deref().map(parse_rate).transpose()?,
        senders: u64::from(arguments.concurrency).min(arguments.count),
        timeout: parse_duration("--timeout", &arguments.timeout)?,
    };
    if plan.count == 0 {
        return Err(Failure::usage("--count: at least one"));
    }
    let connector = Connector::new(&target, arguments.ca.as_deref())?;
    let composer = Composer::new(given, sample, &target, to, arguments)?;
    // What cannot be made is told before anything is sent.
    composer.compose()?;

    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let report = Report::new(provider.id, composer.event(), &expected, plan.count, arguments.json, Paint { colour });
    let all = runtime::new()?.block_on(deliver(&plan, &composer, &connector, report))?;
    Ok(if all { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many, how fast, by how many at a time.
struct Plan {
    count: u64,
    /// Between the starts of two deliveries.
    period: Option<Duration>,
    senders: u64,
    timeout: Duration,
}

async fn deliver(
    plan: &Plan,
    composer: &Composer,
    connector: &Connector,
    mut report: Report<'_>,
) -> Result<bool, Failure> {
    let begun = Instant::now();
    let next = Cell::new(0);
    let (answers, mut answered) = mpsc::channel::<(String, Result<Answer, String>)>(ANSWERS_WAITING);
    let sender = |answers: mpsc::Sender<_>| {
        let next = &next;
        async move {
            let mut client = Client::new(connector, plan.timeout);
            while next.get() < plan.count {
                let number = next.replace(next.get() + 1);
                if let Some(period) = plan.period {
                    sleep_until(begun + period.mul_f64(number as f64)).await;
                }
                let delivery = composer.compose()?;
                let answer = client.deliver(&delivery.request).await;
                if answers.send((delivery.id, answer)).await.is_err() {
                    break;
                }
            }
            Ok::<_, Failure>(())
        }
    };
    let senders = try_join_all((0..plan.senders).map(|_| sender(answers.clone())));
    drop(answers);
    let shown = async {
        report.begin()?;
        while let Some((id, answer)) = answered.recv().await {
            report.answer(&id, &answer)?;
        }
        Ok(report)
    };
    let (_, report) = tokio::try_join!(senders, shown)?;
    report.end()
}

fn list(provider: Option<&'static Provider>, as_json: bool) -> Result<ExitCode, Failure> {
    print(&if as_json { samples::lines(provider)? } else { samples::table(provider)? })?;
    Ok(ExitCode::SUCCESS)
}

/// `50/s`, `30/m`, `100/h`, or plain ones a second: the time between two.
fn parse_rate(text: &str) -> Result<Duration, Failure> {
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit {
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3600.0),
        _ => None,
    };
    let rate = number.parse::<f64>().ok().filter(|rate| (1e-3..=1e6).contains(rate));
    let period = seconds.zip(rate).map(|(seconds, rate)| Duration::from_secs_f64(seconds / rate));
    period.ok_or_else(|| Failure::usage(format_args!("--rate: `{text}` is no rate; write 50/s or 30/m")))
}

const ANSWERS_WAITING: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates() {
        for (text, millis) in [("50/s", 20), ("30/m", 2000), ("2", 500), ("0.5/s", 2000), ("3600/h", 1000)] {
            assert_eq!(parse_rate(text).unwrap().as_millis(), millis, "{text}");
        }
        for text in ["", "0", "-1/s", "5/d", "fast", "inf/s", "NaN"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
