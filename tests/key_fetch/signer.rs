//! What AWS and PayPal do: keys, certificates, and signed deliveries.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, PKCS_RSA_SHA256, SigningKey, date_time_ymd};
use rsa::{
    RsaPrivateKey,
    pkcs8::EncodePrivateKey,
    rand_core::{CryptoRng, Error, RngCore},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ACCOUNT, PAYPAL_HOST, SNS_HOST, WEBHOOK_ID};

/// The key of both.
static KEY: LazyLock<KeyPair> = LazyLock::new(|| {
    let key = RsaPrivateKey::new(&mut Stream::default(), 2048).unwrap().to_pkcs8_der().unwrap();
    KeyPair::from_pkcs8_der_and_sign_algo(&key.as_bytes().into(), &PKCS_RSA_SHA256).unwrap()
});

/// The certificate that SNS signs with.
pub fn sns_certificate() -> String {
    certificate("sns.amazonaws.com", 2040)
}

pub fn paypal_certificate() -> String {
    certificate("messageverificationcerts.paypal.com", 2040)
}

/// A certificate for the key, made out to `name`, to the end of a year.
pub fn certificate(name: &str, last_year: i32) -> String {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 12, 31);
    params.self_signed(&*KEY).unwrap().pem()
}

/// A path of the form that SNS's certificates have.
pub fn sns_path(number: usize) -> String {
    format!("/SimpleNotificationService-{number:032x}.pem")
}

/// A message of SNS's: what is signed, and the certificate's URL, which is not.
#[derive(Clone)]
pub struct Message {
    members: Value,
    certificate_url: String,
}

impl Message {
    pub fn notification(text: &str) -> Self {
        Self::new(json!({ "Type": "Notification", "Message": text, "Subject": "a subject" }))
    }

    /// The request to confirm a subscription, or the news that it has ended: the same but for the type.
    pub fn confirmation(kind: &str, token: &str) -> Self {
        let topic = format!("arn:aws:sns:us-east-1:{ACCOUNT}:MyTopic");
        let url = format!("https://{SNS_HOST}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}");
        Self::new(
            json!({ "Type": kind, "Message": "You have chosen to subscribe", "SubscribeURL": url, "Token": token }),
        )
    }

    fn new(mut members: Value) -> Self {
        members["MessageId"] = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324".into();
        members["Timestamp"] = "2026-05-02T00:54:06.655Z".into();
        members["TopicArn"] = format!("arn:aws:sns:us-east-1:{ACCOUNT}:MyTopic").into();
        Self { members, certificate_url: format!("https://{SNS_HOST}{}", sns_path(1)) }
    }

    pub fn with(mut self, member: &str, value: &str) -> Self {
        self.members[member] = value.into();
        self
    }

    pub fn certificate_url(mut self, url: &str) -> Self {
        self.certificate_url = url.to_owned();
        self
    }

    pub fn numbered_certificate(self, number: usize) -> Self {
        self.certificate_url(&format!("https://{SNS_HOST}{}", sns_path(number)))
    }

    /// As SNS sends it.
    pub fn signed(mut self) -> String {
        let mut content = String::new();
        for name in ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"] {
            if let Some(value) = self.members[name].as_str() {
                content += &format!("{name}\n{value}\n");
            }
        }
        self.members["SignatureVersion"] = "2".into();
        self.members["Signature"] = sign(content.as_bytes()).into();
        self.members["SigningCertURL"] = self.certificate_url.into();
        let kind = self.members["Type"].as_str().unwrap();
        let body = serde_json::to_string_pretty(&self.members).unwrap();
        format!(
            "POST /sns HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: text/plain; charset=UTF-8\r\n\
             x-amz-sns-message-type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// An event as PayPal sends it.
pub fn paypal(certificate: &str, body: &str) -> String {
    let (id, time) = ("69cd13f0-d67a-11e5-baa3-778b53f4ae55", "2026-02-18T20:01:35Z");
    let content = format!("{id}|{time}|{WEBHOOK_ID}|{}", crc32fast::hash(body.as_bytes()));
    let signature = sign(content.as_bytes());
    format!(
        "POST /paypal HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/json\r\n\
         PAYPAL-AUTH-ALGO: SHA256withRSA\r\nPAYPAL-TRANSMISSION-ID: {id}\r\nPAYPAL-TRANSMISSION-TIME: {time}\r\n\
         PAYPAL-TRANSMISSION-SIG: {signature}\r\n\
         PAYPAL-CERT-URL: https://{PAYPAL_HOST}/v1/notifications/certs/{certificate}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn sign(content: &[u8]) -> String {
    STANDARD.encode(KEY.sign(content).unwrap())
}

/// The same numbers each time: this key guards nothing, and tests are to be repeatable.
#[derive(Default)]
struct Stream {
    block: u64,
    left: Vec<u8>,
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            if self.left.is_empty() {
                self.block += 1;
                self.left = Sha256::digest(self.block.to_le_bytes()).to_vec();
            }
            *byte = self.left.pop().unwrap();
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Stream {}
