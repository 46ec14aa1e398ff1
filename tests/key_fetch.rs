//! `countersign http` fetches the certificates that deliveries name: the real binary, against a TLS server of ours that
//! plays AWS and PayPal, and deliveries signed with keys of ours.

#![allow(unreachable_pub, reason = "its modules are this test's own")]

#[path = "support/binary.rs"]
mod support;

#[path = "key_fetch/bounds.rs"]
mod bounds;
#[path = "key_fetch/certificates.rs"]
mod certificates;
#[path = "key_fetch/publisher.rs"]
mod publisher;
#[path = "key_fetch/signer.rs"]
mod signer;
#[path = "key_fetch/subscriptions.rs"]
mod subscriptions;
#[path = "key_fetch/trust.rs"]
mod trust;

use std::process::Command;

use self::{
    publisher::Publisher,
    support::{Answer, Countersign, Wire, countersign},
};

const SNS_HOST: &str = "sns.us-east-1.amazonaws.com";
const PAYPAL_HOST: &str = "api.paypal.com";
/// The AWS account of the topics, and PayPal's id of the webhook.
const ACCOUNT: &str = "123456789012";
const WEBHOOK_ID: &str = "1JE4291016473214C";

/// For fetches that end when a test says so.
const PATIENT: &[&str] = &["--fetch-timeout", "60s"];

/// A command that verifies as this provider, finds its hosts at the publisher, and trusts its authority.
fn command(provider: &str, app: u16, publisher: &Publisher) -> Command {
    let mut command = countersign();
    command.args(["http", &format!("127.0.0.1:{app}"), "--verify-webhook", provider]);
    command.arg("--ca-file").arg(publisher.ca_file());
    for host in [SNS_HOST, PAYPAL_HOST, "evil.example", "sns.us-east-1.amazonaws.com.evil.example"] {
        command.args(["--connect-to", &format!("{host}={}", publisher.address)]);
    }
    let secret = match provider {
        "sns" => ("SNS_TOPIC_OWNER", ACCOUNT),
        _ => ("PAYPAL_WEBHOOK_ID", WEBHOOK_ID),
    };
    command.env(secret.0, secret.1);
    command
}

/// A proxy for SNS with more arguments.
fn sns(app: u16, publisher: &Publisher, arguments: &[&str]) -> Countersign {
    Countersign::start(command("sns", app, publisher).args(arguments))
}

/// Sends a delivery over a connection of its own.
fn deliver(proxy: &Countersign, delivery: &str) -> Answer {
    Wire::connect(proxy.address).ask(delivery)
}

/// The status of the answer, and the reason in the log.
fn refusal(proxy: &Countersign, delivery: &str) -> (u16, String) {
    let status = deliver(proxy, delivery).status();
    let record = proxy.record();
    assert_eq!(record["verdict"], "refused", "{record}");
    (status, record["reason"].as_str().unwrap().to_owned())
}
