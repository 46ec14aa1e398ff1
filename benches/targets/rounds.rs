//! Interleaved rounds: contenders take turns, so that what else the machine does hits all of them alike.
//!
//! Processor time of the thread is measured: on a busy machine long calls lose the processor and short ones do not.

use std::{hint::black_box, time::Duration};

use cpu_time::ThreadTime;

/// How long one contender runs in one round, at least.
const TURN: Duration = Duration::from_micros(400);
const ROUNDS: usize = 41;

/// One thing to measure.
pub(crate) struct Contender<'c> {
    run: Box<dyn Fn() -> bool + 'c>,
    calls: u32,
}

/// Nanoseconds per call of each contender in each round.
pub(crate) struct Rounds(Vec<Vec<f64>>);

impl<'c> Contender<'c> {
    pub(crate) fn new(run: impl Fn() -> bool + 'c) -> Self {
        let run = Box::new(run);
        assert!(run(), "what is measured must verify");
        let mut calls = 1;
        while time(&*run, calls) < TURN {
            calls *= 2;
        }
        Self { run, calls }
    }
}

/// Lets all contenders take turns.
pub(crate) fn measure(contenders: &[Contender<'_>]) -> Rounds {
    let turn = |contender: &Contender<'_>| {
        time(&*contender.run, contender.calls).as_nanos() as f64 / f64::from(contender.calls)
    };
    Rounds((0..ROUNDS).map(|_| contenders.iter().map(turn).collect()).collect())
}

impl Rounds {
    /// Median time of a contender in nanoseconds.
    pub(crate) fn nanos(&self, contender: usize) -> f64 {
        median(self.0.iter().map(|round| round[contender]))
    }

    /// Median over the rounds of `value`, which is given the times of one round.
    pub(crate) fn median_of(&self, value: impl Fn(&[f64]) -> f64) -> f64 {
        median(self.0.iter().map(|round| value(round)))
    }
}

fn time(run: &dyn Fn() -> bool, calls: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..calls {
        black_box(run());
    }
    start.elapsed()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
