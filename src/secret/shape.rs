//! Does a secret look like another of the provider's credentials?
//!
//! The commonest mistake of all is an API key where a signing secret is meant. Nothing is refused for its looks: these
//! are warnings for the start of a program, and they show nothing of the secret.

use std::fmt;

use super::Secret;

/// What is odd about a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Oddity {
    /// It has the form of this other credential.
    LooksLike(&'static str),
    /// It stands in quotation marks.
    Quoted,
    /// It starts or ends with white space.
    SurroundingWhiteSpace,
    /// It has bytes that belong to how a file was written: a byte order mark, or the zeros of UTF-16.
    OtherFileEncoding,
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LooksLike(what) => write!(f, "it looks like {what}, not like a signing secret"),
            Self::Quoted => f.write_str("it stands in quotation marks, which are taken as a part of it"),
            Self::SurroundingWhiteSpace => {
                f.write_str("it starts or ends with white space, which is taken as a part of it")
            }
            Self::OtherFileEncoding => f.write_str(
                "it has a byte order mark or zeros in it, which are taken as a part of it: write the file as plain UTF-8",
            ),
        }
    }
}

/// What is odd about `secret` as one of the provider `id`'s.
#[must_use]
pub fn oddities(id: &str, secret: &Secret) -> Vec<Oddity> {
    let text = secret.expose();
    let mut oddities = Vec::new();
    if text.trim_ascii().len() != text.len() {
        oddities.push(Oddity::SurroundingWhiteSpace);
    }
    if text.starts_with("\u{feff}".as_bytes()) || text.contains(&0) {
        oddities.push(Oddity::OtherFileEncoding);
    }
    let text = text.trim_ascii();
    if let [first @ (b'"' | b'\''), .., last] = text
        && first == last
    {
        oddities.push(Oddity::Quoted);
    }
    let others = OTHERS.iter().filter(|other| !other.right_for.contains(&id));
    oddities.extend(others.filter(|other| (other.has_form)(text)).map(|other| Oddity::LooksLike(other.name)).take(1));
    oddities
}

/// A credential that is rarely a signing secret.
struct Other {
    name: &'static str,
    has_form: fn(&[u8]) -> bool,
    /// The providers whose signing secret has this form after all.
    right_for: &'static [&'static str],
}

/// `AC…` and the like: two letters and 32 hexadecimal digits.
fn is_twilio_sid(text: &[u8], kind: &[u8; 2]) -> bool {
    text.strip_prefix(kind).is_some_and(|digits| digits.len() == 32 && digits.iter().all(u8::is_ascii_hexdigit))
}

fn starts_with_any(text: &[u8], prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| text.starts_with(prefix.as_bytes()))
}

const OTHERS: &[Other] = &[
    Other { name: "a Twilio account SID", has_form: |text| is_twilio_sid(text, b"AC"), right_for: &[] },
    Other { name: "a Twilio API key SID", has_form: |text| is_twilio_sid(text, b"SK"), right_for: &[] },
    Other {
        name: "an API key (sk_… or rk_…)",
        has_form: |text| starts_with_any(text, &["sk_live_", "sk_test_", "rk_live_", "rk_test_", "sk-"]),
        right_for: &["clearbit", "castle", "pinwheel"],
    },
    Other {
        name: "a publishable key (pk_…)",
        has_form: |text| starts_with_any(text, &["pk_live_", "pk_test_"]),
        right_for: &["clearbit"],
    },
    Other {
        name: "a Slack token",
        has_form: |text| starts_with_any(text, &["xoxb-", "xoxp-", "xoxa-", "xapp-"]),
        right_for: &[],
    },
    Other {
        name: "a GitHub access token",
        has_form: |text| starts_with_any(text, &["ghp_", "gho_", "ghs_", "github_pat_"]),
        right_for: &[],
    },
    Other { name: "a GitLab access token", has_form: |text| starts_with_any(text, &["glpat-"]), right_for: &[] },
    Other {
        name: "a Shopify access token",
        has_form: |text| starts_with_any(text, &["shpat_", "shpca_", "shppa_"]),
        right_for: &[],
    },
    Other {
        name: "a Square access token or application id",
        has_form: |text| starts_with_any(text, &["EAAA", "sq0idp-", "sq0csp-", "sq0atp-"]),
        right_for: &[],
    },
    Other { name: "a SendGrid API key", has_form: |text| starts_with_any(text, &["SG."]), right_for: &[] },
    Other {
        name: "a HubSpot access token",
        has_form: |text| starts_with_any(text, &["pat-na", "pat-eu"]),
        right_for: &[],
    },
    Other {
        name: "a Linear API key",
        has_form: |text| starts_with_any(text, &["lin_api_", "lin_oauth_"]),
        right_for: &[],
    },
    Other { name: "a Notion access token", has_form: |text| starts_with_any(text, &["ntn_"]), right_for: &[] },
    Other { name: "a Figma access token", has_form: |text| starts_with_any(text, &["figd_"]), right_for: &[] },
    Other {
        name: "a Razorpay key id",
        has_form: |text| starts_with_any(text, &["rzp_live_", "rzp_test_"]),
        right_for: &[],
    },
    Other { name: "an AWS access key id", has_form: |text| starts_with_any(text, &["AKIA", "ASIA"]), right_for: &[] },
    Other {
        name: "a signing secret of Stripe, Svix or Standard Webhooks (whsec_…)",
        has_form: |text| starts_with_any(text, &["whsec_"]),
        right_for: &[
            "alchemy",
            "bird",
            "brex",
            "clerk",
            "gitlab",
            "openai",
            "resend",
            "standard_webhooks",
            "stripe",
            "svix",
        ],
    },
    Other {
        name: "a public key (whpk_…), which verifies nothing here",
        has_form: |text| starts_with_any(text, &["whpk_"]),
        right_for: &["standard_webhooks", "svix"],
    },
    Other {
        name: "a signature",
        has_form: |text| starts_with_any(text, &["sha256=", "sha1=", "v0=", "v1="]),
        right_for: &[],
    },
    Other {
        name: "a PEM file",
        has_form: |text| starts_with_any(text, &["-----BEGIN "]),
        right_for: &["coinbase", "paddle", "wise"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: &str, text: &str) -> Vec<String> {
        let secret = Secret::new(text).expect("a secret");
        oddities(id, &secret).iter().map(Oddity::to_string).collect()
    }

    #[test]
    fn what_is_as_it_should_be() {
        assert!(found("twilio", "f0a1b2c3d4e5f60718293a4b5c6d7e8f").is_empty());
        assert!(found("stripe", "whsec_4eC39HqLyjWDarjtT1zdp7dc").is_empty());
        assert!(found("clearbit", "sk_live_1234").is_empty());
        assert!(found("github", "AC/DC").is_empty());
    }

    #[test]
    fn what_is_something_else() {
        assert!(found("twilio", "AC0123456789abcdef0123456789abcdef")[0].contains("account SID"));
        assert!(found("stripe", "sk_live_4eC39HqLyjWDarjtT1zdp7dc")[0].contains("API key"));
        assert!(found("github", "whsec_abc")[0].contains("whsec_"));
        assert!(found("slack", " 'xoxb-1' ").len() == 2);
        assert!(found("slack", "\"abc\"")[0].contains("quotation"));
        assert!(found("github", "a secret\n")[0].contains("white space"));
        for encoded in ["\u{feff}a secret", "a\0 \0s\0"] {
            assert!(found("github", encoded).iter().any(|oddity| oddity.contains("UTF-8")), "{encoded:?}");
        }
    }

    #[test]
    fn nothing_of_the_secret_is_shown() {
        for text in ["sk_live_s3cr3t", " s3cr3t ", "'s3cr3t'", "whsec_s3cr3t"] {
            assert!(found("github", text).iter().all(|line| !line.contains("s3cr3t")), "{text}");
        }
    }
}
