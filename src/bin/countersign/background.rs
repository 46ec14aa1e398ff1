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

/// Makes the calling thread run only while no other wants to, and stop at once when one does: for work in long pieces
/// that nobody waits for. There is no way back.
///
/// Elsewhere than on Linux, or without the permission, it gives way as far as it can.
pub(crate) fn give_way_always() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
            thread_native_id,
        };

        let policy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        if set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, policy).is_err() {
            give_way(19);
        }
    }
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
