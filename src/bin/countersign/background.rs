//! What serves deliveries comes first, and other work may wait.

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

/// Makes the calling thread take its turn as soon as it wakes, in place of one that runs: for work in short pieces that
/// somebody waits for. Its share of the processor stays the same.
///
/// Whoever asks for shorter turns comes first with Linux from 6.12 on (the EEVDF scheduler). Elsewhere it waits as
/// before, for a millisecond and more. Threads that it starts later inherit this.
pub(crate) fn come_first() {
    #[cfg(target_os = "linux")]
    {
        use thread_priority::{
            DeadlineFlags, RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
            set_thread_priority_and_policy,
        };

        // Whoever made all of it give way shall not be contradicted, and the call below would.
        if rustix::process::getpriority_process(None) != Ok(0) {
            return;
        }
        // The length of a turn goes where a deadline's run time goes (sched_setattr(2)), and the policy is kept.
        let turn = ThreadPriority::Deadline {
            runtime: SHORTEST_TURN,
            deadline: Duration::ZERO,
            period: Duration::ZERO,
            flags: DeadlineFlags::from_bits_retain(KEEP_POLICY),
        };
        let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Deadline);
        // Where it cannot be had, it works as before.
        let _ = set_thread_priority_and_policy(CALLING_THREAD, turn, policy);
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

/// The kernel allows no less.
#[cfg(target_os = "linux")]
const SHORTEST_TURN: Duration = Duration::from_micros(100);
/// For deadlines, the library hands this on as the kernel's id of a thread, which its own ids are not.
#[cfg(target_os = "linux")]
const CALLING_THREAD: thread_priority::ThreadId = 0;
/// `SCHED_FLAG_KEEP_POLICY` of `linux/sched.h`.
#[cfg(target_os = "linux")]
const KEEP_POLICY: u64 = 0x08;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use thread_priority::{NormalThreadSchedulePolicy, ThreadSchedulePolicy, get_thread_scheduling_attributes};

    use super::*;

    /// Of the calling thread, in nanoseconds; 0 before Linux 6.12.
    fn turn() -> u64 {
        let attributes = format!("{:?}", get_thread_scheduling_attributes().unwrap());
        let (_, turn) = attributes.split_once("sched_runtime: ").unwrap();
        turn.split(',').next().unwrap().parse().unwrap()
    }

    fn policy() -> ThreadSchedulePolicy {
        thread_priority::unix::thread_schedule_policy().unwrap()
    }

    #[test]
    fn who_comes_first_has_shorter_turns_and_the_same_policy() {
        std::thread::spawn(|| {
            let has_turns = turn() > 0;
            come_first();
            assert_eq!(policy(), ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other));
            assert_eq!(rustix::process::getpriority_process(None), Ok(0));
            if has_turns {
                assert_eq!(Duration::from_nanos(turn()), SHORTEST_TURN);
            }
        })
        .join()
        .unwrap();
    }

    #[test]
    fn who_was_made_to_give_way_does_not_come_first() {
        std::thread::spawn(|| {
            give_way(5);
            let before = turn();
            come_first();
            assert_eq!(rustix::process::getpriority_process(None), Ok(5));
            assert_eq!(turn(), before);
        })
        .join()
        .unwrap();
    }
}
