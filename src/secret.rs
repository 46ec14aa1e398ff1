//! Signing secrets: redacted, wiped from memory when dropped, never empty, several at once for rotation.

pub mod resolver;
pub mod shape;

use std::fmt;

use zeroize::Zeroizing;

use crate::ConfigError;

/// One signing secret, as the text that the provider shows.
///
/// How the text becomes a key (as it stands, base64, a prefix to strip) is the provider's matter. `Debug` shows
/// nothing of it, not even its length.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<Box<[u8]>>,
    label: Option<Box<str>>,
}

impl Secret {
    /// Takes the secret as it was pasted.
    ///
    /// White space is kept: it may belong to the secret.
    ///
    /// # Errors
    /// [`ConfigError::EmptySecret`] for the empty text.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let text = text.as_ref();
        if text.is_empty() {
            return Err(ConfigError::EmptySecret);
        }
        Ok(Self { text: Zeroizing::new(text.into()), label: None })
    }

    /// Names the secret, for [`Verified::secret_label`](crate::Verified::secret_label), logs and the inspector.
    ///
    /// The label is shown: it must not hold any of the secret.
    #[must_use]
    pub fn label(mut self, label: impl Into<Box<str>>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn label_text(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The text, for the code that makes a key of it.
    pub fn expose(&self) -> &[u8] {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.label {
            Some(label) => write!(f, "Secret({label})"),
            None => f.write_str("Secret"),
        }
    }
}

impl TryFrom<&str> for Secret {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Secret {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        Self::new(Zeroizing::new(text).as_bytes())
    }
}

impl TryFrom<&String> for Secret {
    type Error = ConfigError;

    fn try_from(text: &String) -> Result<Self, ConfigError> {
        Self::new(text)
    }
}

/// At least one [`Secret`]. Any of them may have signed a request; all are tried.
///
/// Made from one text, or from an array or a vector of them while a secret is being rotated:
///
/// ```
/// use countersign::Secrets;
///
/// let one = Secrets::try_from("9f8e7d6c")?;
/// let rotating = Secrets::try_from(["the new one", "the old one"])?;
/// assert_eq!((one.len(), rotating.len()), (1, 2));
/// assert!(rotating.get(1).is_some() && rotating.get(2).is_none());
/// assert!(Secrets::try_from("").is_err());
/// # Ok::<(), countersign::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// Takes any number of secrets.
    ///
    /// # Errors
    /// [`ConfigError::NoSecret`] when there are none.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Result<Self, ConfigError> {
        let secrets: Vec<_> = secrets.into_iter().collect();
        if secrets.is_empty() {
            return Err(ConfigError::NoSecret);
        }
        Ok(Self(secrets))
    }

    /// How many there are; never zero.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "there is always at least one")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The secret at a position, as [`Verified::secret_index`](crate::Verified::secret_index) counts them: to sign a
    /// replay with the one that matched.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Secret> {
        self.0.get(index)
    }

    /// All of them, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Secret> {
        self.0.iter()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Secrets").field(&self.0.len()).finish()
    }
}

impl From<Secret> for Secrets {
    fn from(secret: Secret) -> Self {
        Self(vec![secret])
    }
}

impl TryFrom<&str> for Secrets {
    type Error = ConfigError;

    fn try_from(text: &str) -> Result<Self, ConfigError> {
        Secret::try_from(text).map(Self::from)
    }
}

impl TryFrom<String> for Secrets {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        Secret::try_from(text).map(Self::from)
    }
}

impl TryFrom<&String> for Secrets {
    type Error = ConfigError;

    fn try_from(text: &String) -> Result<Self, ConfigError> {
        Secret::try_from(text).map(Self::from)
    }
}

impl<T, const N: usize> TryFrom<[T; N]> for Secrets
where
    Secret: TryFrom<T>,
    <Secret as TryFrom<T>>::Error: Into<ConfigError>,
{
    type Error = ConfigError;

    fn try_from(texts: [T; N]) -> Result<Self, ConfigError> {
        Self::try_from(Vec::from(texts))
    }
}

impl<T> TryFrom<Vec<T>> for Secrets
where
    Secret: TryFrom<T>,
    <Secret as TryFrom<T>>::Error: Into<ConfigError>,
{
    type Error = ConfigError;

    fn try_from(texts: Vec<T>) -> Result<Self, ConfigError> {
        let secrets: Result<Vec<_>, _> =
            texts.into_iter().map(|text| Secret::try_from(text).map_err(Into::into)).collect();
        Self::new(secrets?)
    }
}
