//! Confirmations of SNS subscriptions: visited if that is allowed, and said to people either way.

use std::{collections::VecDeque, fmt, sync::Arc, time::Duration};

use countersign::{Rejection, providers::sns::ConfirmSubscription};
use http::{HeaderMap, Response, StatusCode};
use tokio::{
    sync::{Mutex, Semaphore},
    time::timeout,
};

use super::{https::Https, report::Report};
use crate::proxy::Observer;

/// What is done about requests to confirm a subscription, which the library has verified.
pub(crate) struct Subscriptions {
    /// Absent where the app is to decide.
    confirmer: Option<Confirmer>,
    report: Report,
}

struct Confirmer {
    https: Arc<Https>,
    /// Of the last ones: a message that is sent twice is confirmed once. Confirmed one at a time.
    confirmed: Mutex<VecDeque<String>>,
    waiting: Semaphore,
}

impl Subscriptions {
    /// The app is told, and decides.
    pub(crate) fn left_to_the_app() -> Self {
        Self { confirmer: None, report: Report::default() }
    }

    /// They are confirmed.
    pub(crate) fn confirmed(https: Arc<Https>) -> Self {
        let confirmed = Mutex::new(VecDeque::new());
        let confirmer = Confirmer { https, confirmed, waiting: Semaphore::new(MOST_WAITING) };
        Self { confirmer: Some(confirmer), report: Report::default() }
    }

    pub(crate) fn report_to(&self, observer: Arc<dyn Observer>) {
        self.report.to(observer);
    }

    /// Whether a request says that it asks for a confirmation. The header is not signed: good for a hint only.
    pub(crate) fn is_asked(&self, headers: &HeaderMap) -> bool {
        headers.get("x-amz-sns-message-type").is_some_and(|kind| kind == "SubscriptionConfirmation")
    }

    /// Confirms what the verified request asked for. If that fails the answer becomes a 503: SNS sends the message again.
    pub(crate) async fn follow_up<B>(&self, is_asked: bool, answer: &mut Response<B>) {
        let Some(due) = answer.extensions_mut().remove::<ConfirmSubscription>() else {
            if is_asked && answer.extensions().get::<Rejection>().is_none() {
                self.report.notice(
                    "SNS asks to confirm a subscription; the app got the message and may get its SubscribeURL \
                     (--verify-webhook-option auto_confirm=true confirms those of your own topics)",
                );
            }
            return;
        };
        let Some(confirmer) = &self.confirmer else { return };
        let topic = topic(due.url());
        // Rare, and large: each connection keeps room for the future of a request.
        match Box::pin(confirmer.confirm(due.url())).await {
            Ok(true) => self.report.notice(&format!("confirmed the subscription to {topic}")),
            Ok(false) => {}
            Err(problem) => {
                *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                self.report.warning(&format!(
                    "not confirmed: the subscription to {topic}: {problem}; SNS sends the message again, or ask for it: \
                     AWS console > SNS > Subscriptions > Request confirmation"
                ));
            }
        }
    }
}

impl fmt::Debug for Subscriptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriptions").field("are_confirmed", &self.confirmer.is_some()).finish_non_exhaustive()
    }
}

impl Confirmer {
    /// Visits the URL; false if that was done before.
    async fn confirm(&self, url: &str) -> Result<bool, String> {
        if url.len() > LONGEST_URL {
            return Err("its URL is too long".to_owned());
        }
        let _place = self.waiting.try_acquire().map_err(|_| "too many wait to be confirmed".to_owned())?;
        timeout(LONGEST, self.visit(url)).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    async fn visit(&self, url: &str) -> Result<bool, String> {
        let mut confirmed = self.confirmed.lock().await;
        if confirmed.iter().any(|known| known == url) {
            return Ok(false);
        }
        match self.https.get(url).await {
            Ok(answer) if answer.status == StatusCode::OK => {}
            Ok(answer) => return Err(format!("status {}", answer.status.as_u16())),
            Err(error) => return Err(error.to_string()),
        }
        confirmed.truncate(MOST_REMEMBERED - 1);
        confirmed.push_front(url.to_owned());
        Ok(true)
    }
}

/// The topic that a confirmation's URL names. The token beside it is for nobody's eyes.
fn topic(url: &str) -> String {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let topic = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "TopicArn");
    topic.map_or_else(|| "a topic".to_owned(), |(_, topic)| topic.into_owned())
}

/// SNS waits for 15 s.
const LONGEST: Duration = Duration::from_secs(12);
const LONGEST_URL: usize = 4096;
const MOST_REMEMBERED: usize = 256;
const MOST_WAITING: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_without_tokens() {
        let url =
            "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn%3Aaws:sns:a:1:t&Token=s3";
        assert_eq!(topic(url), "arn:aws:sns:a:1:t");
        assert_eq!(topic("https://sns.us-east-1.amazonaws.com/"), "a topic");
    }
}
