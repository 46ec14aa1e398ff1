//! Bodies.

use std::fmt::Write;

/// An incoming SMS: 20 parameters, 490 signed bytes with the URL.
const SMS: &str = "ToCountry=US&ToState=CA&SmsMessageSid=SM0c1d2e3f405162738495a6b7c8d9eafb&NumMedia=0&ToCity=OAKLAND\
    &FromZip=94105&SmsSid=SM0c1d2e3f405162738495a6b7c8d9eafb&FromState=CA&SmsStatus=received&FromCity=SAN+FRANCISCO\
    &Body=Hi%21+Is+the+boat+trip+still+on%3F+Bob&FromCountry=US&To=%2B15105550123&ToZip=94612&NumSegments=1\
    &MessageSid=SM0c1d2e3f405162738495a6b7c8d9eafb&AccountSid=ACa1b2c3d4e5f60718293a4b5c6d7e8f90&From=%2B14155550199\
    &ApiVersion=2010-04-01&MessagingServiceSid=MG9b8a7c6d5e4f30211203f4e5d6c7b8a9";

const WORDS: [&str; 16] = [
    "the", "rain", "over", "Lisbon", "was", "warm", "and", "nobody", "had", "a", "coat", "until", "noon", "came",
    "with", "wind",
];

pub(crate) fn sms() -> String {
    SMS.to_owned()
}

/// An SMS whose text fills `size` bytes. Of five decoded bytes about one was written as `+` or as an escape.
pub(crate) fn dense(size: usize) -> String {
    let mut form = SMS.replace("Body=Hi%21+Is+the+boat+trip+still+on%3F+Bob", "Body=");
    let at = form.find("Body=").expect("a body") + "Body=".len();
    let room = size.saturating_sub(form.len());
    let mut text = String::with_capacity(room + 16);
    let mut numbers = Numbers(7);
    while text.len() < room {
        text.push_str(WORDS[numbers.next() % WORDS.len()]);
        text.push_str(["+", "+", "%2C+", "%C3%A9+", "+", "%21+", "%0A", "+"][numbers.next() % 8]);
    }
    text.truncate(room);
    form.insert_str(at, &text);
    form
}

/// `count` parameters with names in no order.
pub(crate) fn parameters(count: usize) -> String {
    let mut numbers = Numbers(11);
    let mut form = String::new();
    for index in 0..count {
        let _ = write!(form, "{}Field{:x}=value+{index}", if index > 0 { "&" } else { "" }, numbers.next());
    }
    form
}

pub(crate) fn json(size: usize) -> String {
    let mut text = String::from(r#"{"id":"evt_1PqR","object":"event","type":"invoice.paid","data":""#);
    while text.len() + 2 < size {
        text.push(char::from(b'a' + (text.len() % 26) as u8));
    }
    text.push_str("\"}");
    text
}

/// Knuth's 64-bit linear congruential generator: the same bodies in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize
    }
}
