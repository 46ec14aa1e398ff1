//! Verification allocates nothing: not for a raw body of any size, nor for a form of up to 32 parameters.

#![cfg(feature = "signing")]

#[allow(dead_code, unused_imports, reason = "the benchmarks use the rest")]
#[path = "../benches/cases/mod.rs"]
mod cases;

use self::cases::Delivery;

fn allocations(delivery: &Delivery) -> u64 {
    let verifier = delivery.verifier(1);
    let request = delivery.request();
    allocation_counter::measure(|| assert!(delivery.verify_request(&*verifier, &request))).count_total
}

#[test]
fn raw_bodies() {
    for provider in cases::RAW {
        for (label, size) in cases::SIZES {
            assert_eq!(allocations(&cases::raw(provider, label, size)), 0, "{provider} {label}");
        }
    }
}

#[test]
fn forms() {
    for provider in ["plivo", "twilio"] {
        for (label, size) in cases::SIZES {
            assert_eq!(allocations(&cases::form(provider, label, size)), 0, "{provider} {label}");
        }
        assert_eq!(allocations(&cases::parameters(provider, 32)), 0, "{provider}");
        assert!(allocations(&cases::parameters(provider, 33)) > 0, "the counter counts");
    }
}
