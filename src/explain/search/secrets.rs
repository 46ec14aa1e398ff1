//! The configured secrets in other writings, and secrets of others.

use super::{
    super::{
        code::Code,
        secret::{Candidate, Candidates},
    },
    Match, Search, Trial,
};
use crate::Secrets;

impl Search<'_> {
    /// How many secrets are tried at once: each hashes the body in every attempt.
    pub(super) fn most_secrets(&self, most: usize) -> usize {
        (HASHED_AT_ONCE / self.delivery.body.len().max(1)).clamp(FEWEST_SECRETS, most)
    }

    /// The configured secrets in other writings, and other secrets.
    pub(super) fn secrets(&mut self) -> Option<Match> {
        self.dimensions.insert("secret");
        let candidates = Candidates::of(self.explainer, self.most_secrets(MANY_SECRETS))?;
        let found = self.attempt(&*candidates.verifier, Trial::default())?;
        Some(self.with_secret(found, &candidates.list))
    }

    /// Names the secret that matched, if it is not one as configured.
    pub(super) fn with_secret(&self, mut found: Match, candidates: &[Candidate]) -> Match {
        let Some(candidate) = candidates.get(found.verified.secret_index()) else { return found };
        if let Some(code) = candidate.code {
            found.codes.push(self.code_of_secret(code, candidate, &found));
        }
        found.secret = Some((candidate.name.clone(), candidate.change, candidate.owner.clone()));
        found
    }

    fn code_of_secret(&self, code: Code, candidate: &Candidate, found: &Match) -> Code {
        let Some(owner) = &candidate.owner else { return code };
        if owner.is_account {
            return Code::SecretOtherAccount;
        }
        // The other route's provider has the same header: the other headers tell whose delivery it is.
        let rank = |id: &str| self.guesses.iter().position(|guess| guess.id == id).unwrap_or(usize::MAX);
        match owner.provider {
            Some(other) if other.id != self.provider_id() && rank(other.id) < rank(self.provider_id()) => {
                Code::SchemeOtherProvider
            }
            _ if self.is_main_account(candidate, found) => Code::SecretOtherAccount,
            _ => code,
        }
    }

    /// Plivo signs with the token of the account that owns the number and, beside it, with the main account's: whether it
    /// is only the latter that this secret makes.
    fn is_main_account(&self, candidate: &Candidate, found: &Match) -> bool {
        let headers = found.headers.as_ref().unwrap_or(self.delivery.headers);
        let mut own_alone = headers.clone();
        let has_main = MAIN_ACCOUNT.iter().any(|name| own_alone.remove(*name).is_some());
        let Some(provider) = self.explainer.provider.filter(|_| has_main) else { return false };
        let secrets = Secrets::from(candidate.secret.clone());
        let Some(verifier) = self.explainer.make(provider, &secrets, &self.explainer.options) else { return false };
        let trial = Trial { url: found.url.as_ref(), headers: Some(&own_alone), ..Trial::default() };
        self.verdict(&*verifier, trial, &self.context()).is_err()
    }
}

/// Plivo's headers for signatures made with the main account's token.
const MAIN_ACCOUNT: &[&str] = &["x-plivo-signature-ma-v3", "x-plivo-signature-ma-v2"];
const MANY_SECRETS: usize = 256;
const FEWEST_SECRETS: usize = 8;
/// Bytes of bodies that one attempt may hash.
const HASHED_AT_ONCE: usize = 4 << 20;
