//! What a finding is called.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $text:literal;)+) => {
        /// What was different.
        ///
        /// [`as_str`](Self::as_str) is the same word in logs, JSON, conformance vectors and documentation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)+
        }

        impl Code {
            /// All codes, in alphabetical order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code as a kebab-case word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The code in a few words.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
        }
    };
}

codes! {
    /// A byte order mark was added to the body, or lost.
    BodyBom = "body-bom", "a byte order mark was added to the body or lost";
    /// The body's text was converted to another charset.
    BodyCharset = "body-charset", "the body was converted to another charset";
    /// The body is still compressed or base64, or is so no more.
    BodyCompression = "body-compression", "the body's compression or base64 is still on, or off already";
    /// The form was written anew: escapes, spaces, order.
    BodyFormReencoded = "body-form-reencoded", "the form in the body was written anew";
    /// The JSON was written anew: white space, escapes, order of the members.
    BodyJsonReserialized = "body-json-reserialized", "the JSON in the body was written anew";
    /// CRLF became LF, or LF became CRLF.
    BodyLineEndings = "body-line-endings", "the body's line endings were changed";
    /// A newline at the end of the body was added or lost.
    BodyNewline = "body-newline", "a newline at the end of the body was added or lost";
    /// Blanks around the body or its values were cut off, or empty values left out.
    BodyTrimmed = "body-trimmed", "blanks or empty values in the body were dropped";
    /// The signature is right and this machine's clock is wrong.
    ClockSkew = "clock-skew", "the signature is right and the clock is wrong";
    /// The signature was made for another method.
    Method = "method", "the signature is for another method";
    /// Nothing that is known matches.
    NoMatch = "no-match", "no configured secret and no known variant matches";
    /// Another provider signed.
    SchemeOtherProvider = "scheme-other-provider", "it is another provider's signature";
    /// The signature is right in another version of the provider's scheme.
    SchemeOtherVersion = "scheme-other-version", "it is another version of the provider's scheme";
    /// The secret of another account made the signature.
    SecretOtherAccount = "secret-other-account", "another account's secret made the signature";
    /// The secret of another route made the signature.
    SecretOtherRoute = "secret-other-route", "another route's secret made the signature";
    /// The secret is right, written in another encoding.
    SecretEncoding = "secret-encoding", "the secret is written in another encoding";
    /// The secret is right but for a prefix.
    SecretPrefix = "secret-prefix", "the secret has a prefix too many or too few";
    /// The secret is right but for white space or quotation marks.
    SecretWhitespace = "secret-whitespace", "the secret has white space or quotation marks around it";
    /// The signature is right and too old.
    TimestampOnly = "timestamp-only", "the signature is right and only its time is not";
    /// There is no signature at all.
    Unsigned = "unsigned", "there is no signature";
    /// The provider signed another host.
    UrlHost = "url-host", "the provider signed another host";
    /// The provider signed the path with a prefix, or without one.
    UrlPathPrefix = "url-path-prefix", "the provider signed the path with another prefix";
    /// The provider signed the path with a slash more or less.
    UrlPathSlash = "url-path-slash", "the provider signed the path with a slash more or less";
    /// The provider signed the URL with another port, with one or without.
    UrlPort = "url-port", "the provider signed another port";
    /// The provider signed the query in another encoding.
    UrlQueryEncoding = "url-query-encoding", "the provider signed the query in another encoding";
    /// The provider signed the query with parameters that were lost on the way, or without some that were added.
    UrlQueryMissing = "url-query-missing", "a part of the query was lost or added on the way";
    /// The provider signed the query in another order.
    UrlQueryOrder = "url-query-order", "the provider signed the query in another order";
    /// The provider signed another URL scheme.
    UrlScheme = "url-scheme", "the provider signed another URL scheme";
    /// The provider signed the URL with userinfo, or without.
    UrlUserinfo = "url-userinfo", "the provider signed other userinfo in the URL";
}

impl Code {
    /// The code of this name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// Whether it is about the URL.
    #[must_use]
    pub fn is_url(self) -> bool {
        self.as_str().starts_with("url-")
    }

    /// Of several differences, the one that counts most comes first.
    pub(super) fn significance(self) -> usize {
        SIGNIFICANCE.iter().position(|code| *code == self).unwrap_or(SIGNIFICANCE.len())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Who signed, with what, over which URL, over which body, when.
const SIGNIFICANCE: &[Code] = &[
    Code::SchemeOtherProvider,
    Code::SecretOtherAccount,
    Code::SecretOtherRoute,
    Code::SchemeOtherVersion,
    Code::SecretPrefix,
    Code::SecretEncoding,
    Code::SecretWhitespace,
    Code::UrlHost,
    Code::UrlPathPrefix,
    Code::UrlScheme,
    Code::UrlPort,
    Code::UrlUserinfo,
    Code::UrlPathSlash,
    Code::UrlQueryMissing,
    Code::UrlQueryOrder,
    Code::UrlQueryEncoding,
    Code::Method,
    Code::BodyCompression,
    Code::BodyCharset,
    Code::BodyJsonReserialized,
    Code::BodyFormReencoded,
    Code::BodyTrimmed,
    Code::BodyLineEndings,
    Code::BodyBom,
    Code::BodyNewline,
    Code::ClockSkew,
    Code::TimestampOnly,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        assert_eq!(Code::ALL.len(), 29);
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{code}");
        }
        let found = Code::ALL.iter().filter(|code| !matches!(code, Code::NoMatch | Code::Unsigned));
        assert!(found.clone().all(|code| SIGNIFICANCE.contains(code)) && found.count() == SIGNIFICANCE.len());
    }
}
