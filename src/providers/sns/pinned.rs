//! Which URLs and names are Amazon SNS's.
//!
//! AWS's published pattern for the host (`sns.[a-zA-Z0-9-]{3,}.amazonaws.com`) also fits a bucket called `sns` on a
//! regional host of S3. Regions have two letters, words, and a number; nothing else is accepted.

/// `https://sns.<region>.amazonaws.com[.cn]/SimpleNotificationService-<32 hexadecimal digits>.pem`
pub(super) fn is_certificate(url: &str) -> bool {
    let Some((host, path)) = split(url) else { return false };
    let name = path.strip_prefix("SimpleNotificationService-").and_then(|name| name.strip_suffix(".pem"));
    is_host(host) && name.is_some_and(|name| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `https://sns.<region>.amazonaws.com[.cn]/?Action=ConfirmSubscription&…`
pub(super) fn is_confirmation(url: &str) -> bool {
    let Some((host, path)) = split(url) else { return false };
    is_host(host)
        && path.starts_with("?Action=ConfirmSubscription&")
        && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a certificate's name is one that SNS's certificates have.
pub(super) fn is_holder(name: &str) -> bool {
    matches!(name, "sns.amazonaws.com" | "sns.amazonaws.com.cn") || is_host(name)
}

/// The host, with a port or userinfo if it has one, and what follows the slash after it.
fn split(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("https://")?.split_once('/')
}

fn is_host(host: &str) -> bool {
    let Some(rest) = host.strip_prefix("sns.") else { return false };
    match (rest.strip_suffix(".amazonaws.com"), rest.strip_suffix(".amazonaws.com.cn")) {
        (Some(region), _) => is_region(region),
        (_, Some(region)) => is_region(region) && region.starts_with("cn-"),
        _ => false,
    }
}

fn is_region(region: &str) -> bool {
    let mut words = region.split('-');
    let letters = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    words.next().is_some_and(|word| word.len() == 2 && letters(word))
        && words.next_back().is_some_and(is_number)
        && words.clone().next().is_some()
        && words.all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for host in ["us-east-1", "us-gov-west-1", "ap-southeast-2", "il-central-1"] {
            assert!(is_host(&format!("sns.{host}.amazonaws.com")), "{host}");
        }
        assert!(is_host("sns.cn-north-1.amazonaws.com.cn"));
        for host in [
            "sns.amazonaws.com",
            "sns..amazonaws.com",
            "sns.us-east.amazonaws.com",
            "sns.us-1.amazonaws.com",
            "sns.s3-us-west-2.amazonaws.com",
            "sns.us-east-1.amazonaws.com.cn",
            "sns.us-east-1.s3.amazonaws.com",
            "sns.us-east-1.amazonaws.com:443",
            "SNS.us-east-1.amazonaws.com",
            "evil.sns.us-east-1.amazonaws.com",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn urls() {
        let base = "https://sns.us-east-1.amazonaws.com";
        assert!(is_certificate(&format!("{base}/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem")));
        for path in [
            "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec113.pem",
            "/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem?x",
            "//SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem",
            "/x/../SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem",
            "/x.pem",
        ] {
            assert!(!is_certificate(&format!("{base}{path}")), "{path}");
        }
        assert!(is_confirmation(&format!("{base}/?Action=ConfirmSubscription&TopicArn=a&Token=b")));
        assert!(!is_confirmation(&format!("{base}/?Action=Publish&TopicArn=a")));
        assert!(!is_confirmation("http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a"));
        assert!(!is_confirmation("https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&a"));
    }
}
