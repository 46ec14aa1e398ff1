//! What is known of keys by their ids.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

/// Keys that were found, and ids that gave none; both bounded, and apart, so that made-up ids push no key out.
pub(super) struct Cache<K> {
    found: HashMap<String, Found<K>>,
    missed: HashMap<String, Missed>,
}

struct Found<K> {
    key: K,
    used: Instant,
    renew_at: Instant,
    until: Instant,
}

struct Missed {
    miss: Miss,
    until: Instant,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// There is none of this id.
    Absent,
    /// It could not be told.
    Unavailable,
}

impl<K: Clone> Cache<K> {
    pub(super) fn new() -> Self {
        Self { found: HashMap::new(), missed: HashMap::new() }
    }

    /// The key, and whether it is time to renew it.
    pub(super) fn key(&mut self, id: &str, now: Instant) -> Option<(K, bool)> {
        let found = self.found.get_mut(id).filter(|found| now < found.until)?;
        found.used = now;
        Some((found.key.clone(), found.renew_at <= now))
    }

    /// Why there is none, as far as is remembered.
    pub(super) fn miss(&self, id: &str, now: Instant) -> Option<Miss> {
        self.missed.get(id).filter(|missed| now < missed.until).map(|missed| missed.miss)
    }

    /// Keeps a key for `lifetime`, within bounds.
    pub(super) fn insert(&mut self, id: &str, key: K, lifetime: Duration, now: Instant) {
        self.missed.remove(id);
        if !self.found.contains_key(id) {
            make_room(&mut self.found, MOST_FOUND, |found| if found.until <= now { None } else { Some(found.used) });
        }
        let lifetime = lifetime.clamp(SHORTEST, LONGEST);
        let found = Found { key, used: now, renew_at: now + lifetime / 2, until: now + lifetime };
        self.found.insert(id.to_owned(), found);
    }

    /// Remembers for a while that there was no key. One that is known stays until its end, unless there is none any more.
    pub(super) fn insert_miss(&mut self, id: &str, miss: Miss, now: Instant) {
        match (self.found.get_mut(id), miss) {
            (Some(found), Miss::Unavailable) if now < found.until => {
                found.renew_at = now + RENEWED_AGAIN_AFTER;
                return;
            }
            _ => drop(self.found.remove(id)),
        }
        if !self.missed.contains_key(id) {
            make_room(&mut self.missed, MOST_MISSED, |missed| Some(missed.until));
        }
        let for_how_long = match miss {
            Miss::Absent => ABSENT_FOR,
            Miss::Unavailable => UNAVAILABLE_FOR,
        };
        self.missed.insert(id.to_owned(), Missed { miss, until: now + for_how_long });
    }
}

/// Removes what ranks first, until there is room for one more.
fn make_room<T, R: Ord>(map: &mut HashMap<String, T>, most: usize, rank: impl Fn(&T) -> R) {
    while map.len() >= most {
        let Some(first) = map.iter().min_by_key(|(_, value)| rank(value)).map(|(id, _)| id.clone()) else { return };
        map.remove(&first);
    }
}

/// Providers have a handful at a time.
const MOST_FOUND: usize = 64;
const MOST_MISSED: usize = 256;
/// However long a certificate lives, it may be withdrawn.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// One that is about to end or has ended is not fetched for each request.
const SHORTEST: Duration = Duration::from_secs(60);
const RENEWED_AGAIN_AFTER: Duration = Duration::from_secs(300);
const ABSENT_FOR: Duration = Duration::from_secs(60);
/// Providers try again after some seconds: they should find it tried again, too.
const UNAVAILABLE_FOR: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn keys_are_renewed_and_end() {
        let start = Instant::now();
        let mut cache = Cache::new();
        cache.insert("a", 1, 1000 * HOUR, start);
        assert_eq!(cache.key("a", start), Some((1, false)));
        assert_eq!(cache.key("a", start + 12 * HOUR), Some((1, true)));
        assert_eq!(cache.key("a", start + 24 * HOUR), None);
        cache.insert("b", 2, HOUR, start);
        assert_eq!(cache.key("b", start + HOUR - SECOND), Some((2, true)));
        assert_eq!(cache.key("b", start + HOUR), None);
        cache.insert("ended", 3, Duration::ZERO, start);
        assert_eq!(cache.key("ended", start + SECOND), Some((3, false)));
        assert_eq!(cache.key("ended", start + 60 * SECOND), None);
    }

    #[test]
    fn a_key_that_cannot_be_renewed_stays_and_one_that_was_withdrawn_goes() {
        let start = Instant::now();
        let mut cache = Cache::new();
        cache.insert("a", 1, 1000 * HOUR, start);
        let later = start + 13 * HOUR;
        cache.insert_miss("a", Miss::Unavailable, later);
        assert_eq!(cache.key("a", later), Some((1, false)), "not at once again");
        assert_eq!(cache.key("a", later + HOUR), Some((1, true)));
        assert_eq!(cache.key("a", start + 24 * HOUR), None, "its end stays what it was");
        cache.insert_miss("a", Miss::Absent, later);
        assert_eq!((cache.key("a", later), cache.miss("a", later)), (None, Some(Miss::Absent)));
    }

    #[test]
    fn misses_are_forgotten() {
        let start = Instant::now();
        let mut cache = Cache::<()>::new();
        cache.insert_miss("absent", Miss::Absent, start);
        cache.insert_miss("unavailable", Miss::Unavailable, start);
        assert_eq!(cache.miss("absent", start + 59 * SECOND), Some(Miss::Absent));
        assert_eq!(cache.miss("absent", start + 60 * SECOND), None);
        assert_eq!(cache.miss("unavailable", start + 4 * SECOND), Some(Miss::Unavailable));
        assert_eq!(cache.miss("unavailable", start + 5 * SECOND), None);
        cache.insert("absent", (), HOUR, start);
        assert_eq!(cache.miss("absent", start), None, "found meanwhile");
    }

    #[test]
    fn it_is_bounded_and_keeps_what_is_used() {
        let start = Instant::now();
        let mut cache = Cache::new();
        cache.insert("used", 0, HOUR, start);
        for index in 0..10 * MOST_FOUND {
            let now = start + SECOND * u32::try_from(index).unwrap();
            assert!(cache.key("used", now).is_some(), "{index}");
            cache.insert(&index.to_string(), index, HOUR, now);
            cache.insert_miss(&format!("miss {index}"), Miss::Absent, now);
        }
        assert_eq!(cache.found.len(), MOST_FOUND);
        assert!(cache.missed.len() <= MOST_MISSED);
        for index in 0..10 * MOST_MISSED {
            cache.insert_miss(&format!("flood {index}"), Miss::Unavailable, start);
        }
        assert_eq!((cache.found.len(), cache.missed.len()), (MOST_FOUND, MOST_MISSED));
    }
}
