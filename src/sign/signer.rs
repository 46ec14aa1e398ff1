//! What signs.

use crate::{
    Secret,
    providers::{Provider, ProviderScheme},
    request::WebhookRequest,
    scheme::{Options, Recipe, SignError, Signed, SigningContext},
};

/// A [`Provider`], or a [`Recipe`] of your own.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a>(Scheme<'a>);

#[derive(Clone, Copy, Debug)]
enum Scheme<'a> {
    Provider(&'a Provider),
    Recipe(&'a Recipe),
}

impl Signer<'_> {
    /// Signs, with the options held to the provider's list.
    pub(super) fn sign(
        self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        match self.0 {
            Scheme::Provider(provider) => {
                options.check(provider.id, provider.options)?;
                provider.sign(secret, options, request, context)
            }
            Scheme::Recipe(recipe) => recipe.sign(secret, request, context),
        }
    }

    /// The headers whose delivery id the signature covers.
    pub(super) fn signed_ids(self) -> &'static [&'static str] {
        match self.0 {
            Scheme::Provider(Provider { scheme: ProviderScheme::Custom(custom), .. }) => custom.signed_ids(),
            Scheme::Provider(Provider { scheme: ProviderScheme::Recipe(recipe), .. }) | Scheme::Recipe(recipe) => {
                recipe.signed_ids()
            }
        }
    }
}

impl<'a> From<&'a Provider> for Signer<'a> {
    fn from(provider: &'a Provider) -> Self {
        Self(Scheme::Provider(provider))
    }
}

impl<'a> From<&'a Recipe> for Signer<'a> {
    fn from(recipe: &'a Recipe) -> Self {
        Self(Scheme::Recipe(recipe))
    }
}
