//! Work that may wait for what serves deliveries.

use std::time::Duration;

/// Makes the calling thread give way to others, by so many steps, when there is not enough processor for all. Five steps
/// are a third of the share of a thread that does not, ten a tenth.
///
/// Only Linux has priorities of single threads. Without the permission, or elsewhere, it works as before.
pub(crate) fn give_way(steps: i32) {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(steps);
    #[cfg(not(target_os = "linux"))]
    let _ = steps;
}

/// How much processor time the calling thread has had: what waiting for others does not count in.
pub(crate) fn worked() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let (secs, nanos) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
        Duration::new(secs.unwrap_or_default(), nanos.unwrap_or_default())
    }
    #[cfg(not(target_os = "linux"))]
    {
        use std::{sync::LazyLock, time::Instant};

        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        BEGAN.elapsed()
    }
}
