//! What is piped into curl.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    ImportError,
    words::{self, Words},
};

/// The words of the last command, and what the ones before it hand to it.
///
/// Of those, `printf %s TEXT` and `base64 -d` are understood. Anything else is left where it stands: it is no curl command.
pub(super) fn split(text: &[u8]) -> Result<(Words, Option<Vec<u8>>), ImportError> {
    let (mut words, mut rest) = words::split(text)?;
    let mut input = None;
    for _ in 0..MOST_COMMANDS {
        let Some(next) = &rest else { break };
        let Some(output) = output(&words, input.as_deref())? else { break };
        input = Some(output);
        (words, rest) = words::split(next)?;
    }
    Ok((words, input))
}

/// What a command writes.
fn output(words: &[Vec<u8>], input: Option<&[u8]>) -> Result<Option<Vec<u8>>, ImportError> {
    let words: Vec<&[u8]> = words.iter().map(|word| &word[..]).skip_while(|word| words::is_prompt(word)).collect();
    match (&words[..], input) {
        ([b"printf", b"%s", text], None) => Ok(Some(text.to_vec())),
        ([b"base64", b"-d" | b"-D" | b"--decode"], Some(input)) => {
            let decoded = STANDARD.decode(input.trim_ascii());
            Ok(Some(decoded.map_err(|_| ImportError::new("what is piped into `base64 -d` is no Base64"))?))
        }
        _ => Ok(None),
    }
}

/// One that writes, and one that decodes.
const MOST_COMMANDS: usize = 2;
