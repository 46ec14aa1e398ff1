//! curl's options: which take a value, and what those mean that change the request.

use super::{
    Files, ImportError,
    data::{self, Data},
};

/// What was typed, with the files read.
#[derive(Debug, Default)]
pub(super) struct Command {
    pub(super) url: Option<Vec<u8>>,
    pub(super) method: Option<Vec<u8>>,
    pub(super) headers: Vec<Vec<u8>>,
    pub(super) body: Option<Vec<u8>>,
    pub(super) query: Vec<Vec<u8>>,
    pub(super) is_json: bool,
    pub(super) is_get: bool,
    pub(super) is_head: bool,
    pub(super) is_compressed: bool,
    pub(super) is_glob_off: bool,
    pub(super) is_path_as_is: bool,
    pub(super) has_other_auth: bool,
    pub(super) agent: Option<Vec<u8>>,
    pub(super) bearer: Option<Vec<u8>>,
    pub(super) cookies: Vec<Vec<u8>>,
    pub(super) range: Option<Vec<u8>>,
    pub(super) referer: Option<Vec<u8>>,
    pub(super) target: Option<Vec<u8>>,
    pub(super) user: Option<Vec<u8>>,
}

/// What an option means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Agent,
    Bearer,
    Compressed,
    Cookie,
    Data(Data),
    Get,
    GlobOff,
    Head,
    Header,
    /// Nothing for the request; with or without a value.
    Ignored {
        takes_value: bool,
    },
    Method,
    OtherAuth,
    PathAsIs,
    Query,
    Range,
    Referer,
    Refused(&'static str),
    Target,
    Url,
    User,
}

impl Command {
    pub(super) fn parse(words: impl Iterator<Item = Vec<u8>>, files: Files<'_>) -> Result<Self, ImportError> {
        let mut command = Self::default();
        let mut words = words;
        let mut are_options_over = false;
        while let Some(word) = words.next() {
            match &word[..] {
                [b'-', _, ..] if are_options_over => command.apply(Meaning::Url, word, files)?,
                b"--" => are_options_over = true,
                [b'-', b'-', name @ ..] => {
                    let name = String::from_utf8_lossy(name);
                    let shown = || format!("--{name}");
                    let meaning = long(&name).ok_or_else(|| unknown(&shown()))?;
                    let value = if meaning.takes_value() {
                        words.next().ok_or_else(|| without_value(&shown()))?
                    } else {
                        Vec::new()
                    };
                    command.apply(meaning, value, files)?;
                }
                [b'-', letters @ ..] if !letters.is_empty() => command.short(letters, &mut words, files)?,
                _ => command.apply(Meaning::Url, word, files)?,
            }
        }
        Ok(command)
    }

    /// `-s`, `-sSL`, `-XPOST`, `-X POST`.
    fn short(
        &mut self,
        mut letters: &[u8],
        words: &mut impl Iterator<Item = Vec<u8>>,
        files: Files<'_>,
    ) -> Result<(), ImportError> {
        while let [letter, rest @ ..] = letters {
            letters = rest;
            let shown = || format!("-{}", char::from(*letter).escape_debug());
            let meaning = short(*letter).ok_or_else(|| unknown(&shown()))?;
            if !meaning.takes_value() {
                self.apply(meaning, Vec::new(), files)?;
                continue;
            }
            let value = if rest.is_empty() { words.next() } else { Some(rest.to_vec()) };
            return self.apply(meaning, value.ok_or_else(|| without_value(&shown()))?, files);
        }
        Ok(())
    }

    fn apply(&mut self, meaning: Meaning, value: Vec<u8>, files: Files<'_>) -> Result<(), ImportError> {
        match meaning {
            Meaning::Ignored { .. } => {}
            Meaning::Refused(reason) => return Err(ImportError::new(reason)),
            Meaning::Data(kind) => {
                let part = data::part(kind, value, files)?;
                self.is_json |= kind == Data::Json;
                match &mut self.body {
                    Some(body) => {
                        if kind != Data::Json {
                            body.push(b'&');
                        }
                        body.extend_from_slice(&part);
                    }
                    None => self.body = Some(part),
                }
            }
            Meaning::Header => match value.strip_prefix(b"@") {
                Some(path) => {
                    let lines = data::file(path, files)?;
                    let lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
                    self.headers.extend(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec));
                }
                None => self.headers.push(value),
            },
            Meaning::Url if self.url.is_some() => {
                return Err(ImportError::new("there are several URLs; one request at a time is read"));
            }
            Meaning::Query => match value.strip_prefix(b"+") {
                Some(raw) => self.query.push(raw.to_vec()),
                None => self.query.push(data::part(Data::UrlEncoded, value, files)?),
            },
            Meaning::Cookie => self.cookies.push(value),
            Meaning::Compressed => self.is_compressed = true,
            Meaning::Get => self.is_get = true,
            Meaning::GlobOff => self.is_glob_off = true,
            Meaning::Head => self.is_head = true,
            Meaning::OtherAuth => self.has_other_auth = true,
            Meaning::PathAsIs => self.is_path_as_is = true,
            Meaning::Agent => self.agent = Some(value),
            Meaning::Bearer => self.bearer = Some(value),
            Meaning::Method => self.method = Some(value),
            Meaning::Range => self.range = Some(value),
            Meaning::Referer => self.referer = Some(value),
            Meaning::Target => self.target = Some(value),
            Meaning::Url => self.url = Some(value),
            Meaning::User => self.user = Some(value),
        }
        Ok(())
    }
}

impl Meaning {
    const fn takes_value(self) -> bool {
        !matches!(
            self,
            Self::Compressed
                | Self::Get
                | Self::GlobOff
                | Self::Head
                | Self::Ignored { takes_value: false }
                | Self::OtherAuth
                | Self::PathAsIs
                | Self::Refused(_)
        )
    }
}

fn long(name: &str) -> Option<Meaning> {
    if let Some((_, _, meaning)) = KNOWN.iter().find(|(_, known, _)| *known == name) {
        return Some(*meaning);
    }
    let is_in = |list: &str| list.split_ascii_whitespace().any(|known| known == name);
    if is_in(WITH_VALUE) {
        return Some(Meaning::Ignored { takes_value: true });
    }
    // Each switch can be turned off again.
    (is_in(WITHOUT_VALUE) || name.starts_with("no-")).then_some(Meaning::Ignored { takes_value: false })
}

fn short(letter: u8) -> Option<Meaning> {
    let known = KNOWN.iter().find(|(known, _, _)| *known == char::from(letter) && letter != 0);
    if let Some((_, _, meaning)) = known {
        return Some(*meaning);
    }
    let takes_value = LETTERS_WITH_VALUE.contains(&letter);
    (takes_value || LETTERS_WITHOUT_VALUE.contains(&letter)).then_some(Meaning::Ignored { takes_value })
}

fn unknown(option: &str) -> ImportError {
    ImportError::new(format_args!("curl's option {} is not known", option.escape_debug()))
}

fn without_value(option: &str) -> ImportError {
    ImportError::new(format_args!("curl's option {option} has no value"))
}

const MULTIPART: &str = "-F makes a multipart body with a boundary that curl invents anew each time: its bytes, and so \
                         its signature, cannot be told from the command; save the body and use --data-binary @FILE";

/// Options that matter, with their letters (`\0` for none).
const KNOWN: &[(char, &str, Meaning)] = &[
    ('A', "user-agent", Meaning::Agent),
    ('\0', "oauth2-bearer", Meaning::Bearer),
    ('\0', "compressed", Meaning::Compressed),
    ('b', "cookie", Meaning::Cookie),
    ('d', "data", Meaning::Data(Data::Text)),
    ('\0', "data-ascii", Meaning::Data(Data::Text)),
    ('\0', "data-binary", Meaning::Data(Data::Binary)),
    ('\0', "data-raw", Meaning::Data(Data::Raw)),
    ('\0', "data-urlencode", Meaning::Data(Data::UrlEncoded)),
    ('\0', "json", Meaning::Data(Data::Json)),
    ('G', "get", Meaning::Get),
    ('g', "globoff", Meaning::GlobOff),
    ('I', "head", Meaning::Head),
    ('H', "header", Meaning::Header),
    ('X', "request", Meaning::Method),
    ('\0', "anyauth", Meaning::OtherAuth),
    (
        '\0',
        "aws-sigv4",
        Meaning::Refused("--aws-sigv4 signs the request anew; its headers cannot be told from the command"),
    ),
    ('\0', "digest", Meaning::OtherAuth),
    ('\0', "negotiate", Meaning::OtherAuth),
    ('\0', "ntlm", Meaning::OtherAuth),
    ('\0', "path-as-is", Meaning::PathAsIs),
    ('\0', "url-query", Meaning::Query),
    ('r', "range", Meaning::Range),
    ('e', "referer", Meaning::Referer),
    ('F', "form", Meaning::Refused(MULTIPART)),
    ('\0', "form-string", Meaning::Refused(MULTIPART)),
    ('K', "config", Meaning::Refused("options in a file (-K) are not read; write them out")),
    (':', "next", Meaning::Refused("--next begins a second request; one at a time is read")),
    ('T', "upload-file", Meaning::Refused("-T is not read; use -X PUT --data-binary @FILE")),
    ('\0', "request-target", Meaning::Target),
    ('\0', "url", Meaning::Url),
    ('u', "user", Meaning::User),
];

/// Options that do not change the request, and those that only say where things come from or go to.
const LETTERS_WITH_VALUE: &[u8] = b"cCDEhmoPQtUwxyYz";
const LETTERS_WITHOUT_VALUE: &[u8] = b"#0123456aBfijJklLMnNOpqRsSvVZ";

const WITH_VALUE: &str = "
    abstract-unix-socket alt-svc cacert capath cert cert-type ciphers connect-timeout connect-to continue-at cookie-jar
    create-file-mode crlfile curves delegation dns-interface dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header
    ech egd-file engine etag-compare etag-save expect100-timeout ftp-account ftp-alternative-to-user ftp-method ftp-port
    ftp-ssl-ccc-mode happy-eyeballs-timeout-ms haproxy-clientip help hostpubmd5 hostpubsha256 hsts interface ip-tos
    ipfs-gateway keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth
    mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy output output-dir parallel-max pass
    pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type
    proxy-ciphers proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey proxy-service-name
    proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser proxy-user proxy1.0 pubkey quote random-file
    rate resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 socks5-gssapi-service
    socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers tlsauthtype
    tlspassword tlsuser trace trace-ascii trace-config unix-socket variable vlan-priority write-out";

const WITHOUT_VALUE: &str = "
    append basic ca-native cert-status compressed-ssh create-dirs crlf disable disable-eprt disable-epsv
    disallow-username-in-url doh-cert-status doh-insecure fail fail-early fail-with-body false-start form-escape
    ftp-create-dirs ftp-pasv ftp-pret ftp-skip-pasv-ip ftp-ssl-ccc ftp-ssl-control haproxy-protocol http0.9 http1.0
    http1.1 http2 http2-prior-knowledge http3 http3-only ignore-content-length include insecure ipv4 ipv6
    junk-session-cookies list-only location location-trusted mail-rcpt-allowfails manual metalink netrc netrc-optional
    ntlm-wb parallel parallel-immediate post301 post302 post303 progress-bar progress-meter proxy-anyauth proxy-basic
    proxy-ca-native proxy-digest proxy-http2 proxy-insecure proxy-negotiate proxy-ntlm proxy-ssl-allow-beast
    proxy-ssl-auto-client-cert proxy-tlsv1 proxytunnel raw remote-header-name remote-name remote-name-all remote-time
    remove-on-error retry-all-errors retry-connrefused sasl-ir show-error show-headers silent skip-existing
    socks5-basic socks5-gssapi socks5-gssapi-nec ssl ssl-allow-beast ssl-auto-client-cert ssl-no-revoke ssl-reqd
    ssl-revoke-best-effort sslv2 sslv3 styled-output suppress-connect-headers tcp-fastopen tcp-nodelay tftp-no-options
    tls-earlydata tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tr-encoding trace-ids trace-time use-ascii verbose version
    xattr";
