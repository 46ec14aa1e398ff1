//! Work that may wait for what serves deliveries.

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
