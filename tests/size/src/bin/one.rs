//! Names one provider.

use countersign::VerifyWebhookLayer;

fn main() {
    size::receive(VerifyWebhookLayer::github("a secret"));
}
