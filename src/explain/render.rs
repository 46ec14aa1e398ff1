//! A finding in one line.

use std::fmt;

use super::finding::Finding;

impl fmt::Display for Finding {
    /// `signature matches for https://hooks.example.com/sms → add --url https://hooks.example.com`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        if !self.fix.step.is_empty() {
            write!(f, " → {}", self.fix.step)?;
        }
        Ok(())
    }
}
