//! A recipe in words: for pages, tables and explanations. All of it is derived.

use std::fmt::Write;

use super::{
    content::Part,
    recipe::Recipe,
    signature::{Format, Signature},
    timestamp::{Location, Timestamp, TimestampUnit},
};

impl Recipe {
    /// The signed content as a template: `{timestamp}.{body}`.
    #[must_use]
    pub fn signed_template(&self) -> String {
        let mut text = String::new();
        for part in self.content {
            match part {
                Part::Body => text.push_str("{body}"),
                Part::DeliveryId => text.push_str("{id}"),
                Part::Header(name) => {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "{{header:{name}}}");
                }
                Part::Literal(literal) => text.push_str(&literal.replace('{', "{{").replace('}', "}}")),
                Part::Method => text.push_str("{method}"),
                Part::Timestamp => text.push_str("{timestamp}"),
                Part::Url => text.push_str("{url}"),
            }
        }
        text
    }

    /// The headers that a delivery carries, as people would write them.
    #[must_use]
    pub fn header_lines(&self) -> Vec<String> {
        let mut lines = vec![self.signature.line(self.timestamp)];
        if let Some(Timestamp { location: Location::Headers(names), unit, .. }) = self.timestamp {
            lines.push(format!("{}: <{}>", names.join(" or "), unit.words()));
        }
        if !self.delivery_id.is_empty() {
            lines.push(format!("{}: <delivery id>", self.delivery_id.join(" or ")));
        }
        lines.extend(self.required.iter().map(|(name, value)| format!("{name}: {value}")));
        lines
    }
}

impl Signature {
    fn line(&self, timestamp: Option<Timestamp>) -> String {
        let encoded = format!("<{}>", self.encoding.as_str());
        let value = match self.format {
            Format::Bare => encoded,
            Format::Items { separator } => format!("{encoded}[{separator}{encoded}…]"),
            Format::Pairs { separator, assign, key } => match timestamp {
                Some(Timestamp { location: Location::Pair(name), unit, .. }) => {
                    format!("{name}{assign}<{}>{separator}{key}{assign}{encoded}", unit.words())
                }
                _ => format!("{key}{assign}{encoded}[{separator}…]"),
            },
            Format::Prefix(prefix) => format!("{prefix}{encoded}"),
        };
        let either = if self.any { " and/or " } else { " or " };
        format!("{}: {value}", self.headers.join(either))
    }
}

impl TimestampUnit {
    /// The unit in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Millis => "Unix time in milliseconds",
            Self::Rfc3339 => "RFC 3339 time",
            Self::Secs => "Unix time in seconds",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::providers::{self, ProviderScheme};

    fn described(provider: &providers::Provider) -> (String, Vec<String>) {
        let ProviderScheme::Recipe(recipe) = &provider.scheme else { panic!("{} is written by hand", provider.id) };
        (recipe.signed_template(), recipe.header_lines())
    }

    #[test]
    fn derived_words() {
        let (signed, headers) = described(&providers::STRIPE);
        assert_eq!(signed, "{timestamp}.{body}");
        assert_eq!(headers, ["stripe-signature: t=<Unix time in seconds>,v1=<hex>"]);
        let (signed, headers) = described(&providers::SLACK);
        assert_eq!(signed, "v0:{timestamp}:{body}");
        assert_eq!(headers, ["x-slack-signature: v0=<hex>", "x-slack-request-timestamp: <Unix time in seconds>"]);
        let (signed, headers) = described(&providers::SHOPIFY);
        assert_eq!(signed, "{body}");
        assert_eq!(headers[0], "x-shopify-hmac-sha256 or shopify-hmac-sha256: <base64>");
    }
}
