//! One timer for all that is waited for on a connection.
//!
//! Nearly every wait, for the head of the next request or for the app's answer, ends long before its time. To make,
//! register and take back a timer for each of them costs more than all else that is done about time. So a connection
//! has one that stays registered: it is moved when it goes off too early, or where it would go off too late.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

/// Clones share the timer. All must be polled by one task, as what belongs to one connection is: the timer wakes the
/// task that looked at it last.
#[derive(Clone, Debug, Default)]
pub(super) struct Alarm(Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>);

impl Alarm {
    /// Ready when it is `deadline` or later.
    pub(super) fn poll(&self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let due = tokio::time::Instant::from_std(deadline);
        // Whatever panicked elsewhere, a timer is a timer.
        let mut timer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        if timer.deadline() > due {
            timer.as_mut().reset(due);
        }
        loop {
            ready!(timer.as_mut().poll(cx));
            // It may have gone off for a wait that is over.
            if timer.deadline() >= due || due <= tokio::time::Instant::now() {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
    }
}

/// For hyper's limit on the time that the head of a request may take.
impl Timer for Alarm {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Until { alarm: self.clone(), deadline })
    }
}

/// One wait.
struct Until {
    alarm: Alarm,
    deadline: Instant,
}

impl Future for Until {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.alarm.poll(self.deadline, cx)
    }
}

impl Sleep for Until {}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_wait_ends_at_its_own_time() {
        let alarm = Alarm::default();
        let began = tokio::time::Instant::now();
        let wait = |after: u64| {
            let deadline = (began + Duration::from_secs(after)).into_std();
            let alarm = alarm.clone();
            poll_fn(move |cx| alarm.poll(deadline, cx))
        };
        let seconds = || began.elapsed().as_secs();
        // One that is given up, then a later and an earlier one.
        assert!(tokio::time::timeout(Duration::from_secs(1), wait(30)).await.is_err());
        wait(60).await;
        assert_eq!(seconds(), 60);
        assert!(tokio::time::timeout(Duration::from_secs(1), wait(90)).await.is_err());
        wait(70).await;
        assert_eq!(seconds(), 70);
        // What is over already.
        wait(10).await;
        assert_eq!(seconds(), 70);
        alarm.sleep(Duration::from_secs(5)).await;
        assert_eq!(seconds(), 75);
    }
}
