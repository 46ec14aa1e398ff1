//! How much is kept.

/// Bounds of the store and of the queue in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Exchanges that are kept; the oldest go first.
    pub(crate) count: u64,
    /// Bytes of heads, bodies and notes that are kept. The file is some percent larger.
    pub(crate) bytes: u64,
    /// Exchanges that may wait to be written; what comes on top is dropped and counted.
    pub(crate) queued_count: usize,
    /// Bytes that may wait to be written.
    pub(crate) queued_bytes: usize,
}

impl Limits {
    /// For a file.
    pub(crate) const FILE: Self = Self { count: 10_000, bytes: 512 << 20, queued_count: 4096, queued_bytes: 64 << 20 };

    /// For a store in memory. Larger ones are brought down to it.
    pub(crate) const MEMORY: Self = Self { count: 2_000, bytes: 64 << 20, queued_count: 4096, queued_bytes: 16 << 20 };

    const NONE: Self = Self { count: 0, bytes: 0, queued_count: 0, queued_bytes: 0 };

    /// The smaller of both in each part.
    #[must_use]
    pub(super) fn at_most(self, other: Self) -> Self {
        Self {
            count: self.count.min(other.count),
            bytes: self.bytes.min(other.bytes),
            queued_count: self.queued_count.min(other.queued_count),
            queued_bytes: self.queued_bytes.min(other.queued_bytes),
        }
    }

    pub(super) fn none() -> Self {
        Self::NONE
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::FILE
    }
}
