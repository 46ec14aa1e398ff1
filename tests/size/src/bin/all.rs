//! Looks the provider up by its name, so that it may be any. Prints their pages first.

use countersign::{VerifyWebhookLayer, providers};

fn main() {
    for provider in providers::ALL {
        println!("{} {}", provider.id, provider.docs);
    }
    let id = std::env::args().nth(1).unwrap_or_else(|| "github".to_owned());
    let provider = providers::by_id(&id).expect("a provider");
    size::receive(VerifyWebhookLayer::provider(provider, "a secret").expect("a secret"));
}
