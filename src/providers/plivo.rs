//! Plivo: HMAC-SHA256 of the public URL, the sorted parameters and a nonce, in base64.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method};

use super::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow};
use crate::{
    ConfigError, Rejection, RejectionKind, Secrets, SignedUrl, Verdict, Verified, WebhookVerifier,
    crypto::{Algorithm, Encoding, Keys, Sink},
    public_url::Scheme as UrlScheme,
    request::{HeaderValues, RequestHead, WebhookRequest},
    scheme::{
        Format, OptionKind, OptionSpec, Options, Tags,
        form::{Blocks, Params},
    },
    verdict::{UrlForm, UrlMatch},
    verifier::Context,
};
#[cfg(feature = "signing")]
use crate::{
    Secret,
    scheme::{SignError, Signed, SigningContext},
};

const V3: Family = Family {
    own: HeaderName::from_static("x-plivo-signature-v3"),
    main_account: HeaderName::from_static("x-plivo-signature-ma-v3"),
    nonce: HeaderName::from_static("x-plivo-signature-v3-nonce"),
};
const V2: Family = Family {
    own: HeaderName::from_static("x-plivo-signature-v2"),
    main_account: HeaderName::from_static("x-plivo-signature-ma-v2"),
    nonce: HeaderName::from_static("x-plivo-signature-v2-nonce"),
};

/// One value, or several between commas.
const LIST: Format = Format::Items { separator: ',' };

/// Plivo: HMAC-SHA256 of the public URL, the sorted parameters and a nonce, in base64.
///
/// * **Headers**: `X-Plivo-Signature-V3` (made with the token of the account or subaccount that owns the resource) and
///   `X-Plivo-Signature-Ma-V3` (the main account's token): one signature or several between commas, any may match.
///   The nonce is in `X-Plivo-Signature-V3-Nonce`.
/// * **Signed**: scheme, host and path; `?` and the query's parameters, decoded and sorted by name and value, as
///   `name=value` between `&`; for POSTs a `.` if both are there, and the form's parameters sorted likewise, without
///   separators; then `.` and the nonce, which must not hold a full stop itself: Plivo's are digits. A body that is no
///   form is not covered, and is refused.
/// * **V2**: covers neither query nor body. It is refused unless the option `allow_v2` is on, and never looked at
///   beside a V3 header: that would be a downgrade.
/// * **Replay protection**: no time is signed. The nonce names one delivery: it is the delivery id.
/// * **WebSockets**: media-stream upgrades are reported to be signed with another scheme than `wss`; the option
///   `websocket_scheme` names it.
/// * **Secret**: Console, overview page, Auth Token; subaccounts have their own.
///
/// Source: <https://www.plivo.com/docs/voice/concepts/signature-validation>
pub static PLIVO: Provider = Provider {
    id: "plivo",
    aliases: &[],
    name: "Plivo",
    docs: "https://www.plivo.com/docs/voice/concepts/signature-validation",
    status: Status::Active,
    confidence: Confidence::High,
    time_window: TimeWindow::None,
    challenge: false,
    secret: SecretInfo {
        env: "PLIVO_AUTH_TOKEN",
        location: "Console > overview page > Auth Token; subaccounts have their own",
        format: "about 40 letters and digits",
    },
    summary: "HMAC-SHA256 of the public URL, the sorted parameters and a nonce",
    pitfalls: &[
        "V3 and Ma-V3 are made with different tokens where subaccounts are used",
        "messaging documents V2, which covers neither query nor body; recent deliveries carry V3 too",
        "JSON bodies, such as PHLO's, are covered by no documented signature",
    ],
    options: &[
        OptionSpec {
            name: "allow_v2",
            kind: OptionKind::Bool,
            help: "Accept V2 signatures where no V3 header is there. They cover neither query nor body.",
        },
        OptionSpec {
            name: "websocket_scheme",
            kind: OptionKind::Choice(&["http", "https", "ws", "wss"]),
            help: "The URL scheme under which WebSocket upgrades are signed.",
        },
    ],
    scheme: ProviderScheme::Custom(&Scheme),
};

/// Verifies Plivo's deliveries. See [`PLIVO`].
pub struct Plivo {
    keys: Keys,
    allow_v2: bool,
    websocket_scheme: Option<UrlScheme>,
}

/// The headers of one version.
struct Family {
    own: HeaderName,
    main_account: HeaderName,
    nonce: HeaderName,
}

/// What a request presents: the signatures, and the nonce.
struct Presented<'a> {
    /// The delivery id.
    nonce: &'a HeaderValue,
    covers_params: bool,
    tags: Tags,
}

impl Plivo {
    /// A verifier with one auth token or several.
    ///
    /// # Errors
    /// [`ConfigError`] when a token is empty.
    pub fn new<S>(tokens: S) -> Result<Self, ConfigError>
    where
        S: TryInto<Secrets>,
        S::Error: Into<ConfigError>,
    {
        let secrets = tokens.try_into().map_err(Into::into)?;
        let keys = Keys::new(Algorithm::HmacSha256, &secrets, |token| Some(token.to_vec().into()));
        Ok(Self { keys: keys.ok_or(ConfigError::EmptySecret)?, allow_v2: false, websocket_scheme: None })
    }

    /// Accepts V2 signatures where no V3 header is there.
    ///
    /// **They cover neither the query nor the body**: whoever sees one delivery can send another body with it.
    #[must_use]
    pub fn dangerous_allow_v2(mut self) -> Self {
        self.allow_v2 = true;
        self
    }

    /// The URL scheme under which WebSocket upgrades are signed; as they were requested, unless set.
    #[must_use]
    pub fn websocket_scheme(mut self, scheme: UrlScheme) -> Self {
        self.websocket_scheme = Some(scheme);
        self
    }

    fn present<'a>(&self, head: &RequestHead<'a>) -> Result<Presented<'a>, Rejection> {
        // The stronger version decides alone wherever one of its headers is there, even an empty one.
        if let Some(found) = V3.find(head) {
            return Presented::read(found, true);
        }
        match V2.find(head) {
            None => Err(RejectionKind::MissingSignature.into()),
            Some(found) if self.allow_v2 => Presented::read(found, false),
            Some(_) => Err(RejectionKind::UnsupportedAlgorithm.into()),
        }
    }
}

impl Family {
    /// The values of its headers; `None` if none of them has a signature.
    fn find<'a>(&self, head: &RequestHead<'a>) -> Option<[HeaderValues<'a>; 3]> {
        let found = head.find([&self.own, &self.main_account, &self.nonce]);
        let [own, main_account, _] = &found;
        (own.first.is_some() || main_account.first.is_some()).then_some(found)
    }
}

impl<'a> Presented<'a> {
    fn read([own, main_account, nonce]: [HeaderValues<'a>; 3], covers_params: bool) -> Result<Self, Rejection> {
        let lists = [own.one()?.unwrap_or_default(), main_account.one()?.unwrap_or_default()];
        if lists.iter().all(|list| list.is_empty()) {
            return Err(RejectionKind::MissingSignature.into());
        }
        nonce.one()?;
        let nonce = nonce.first.filter(|nonce| !nonce.is_empty()).ok_or(RejectionKind::MalformedSignature)?;
        // The end of the parameters could wander into it, behind a full stop of theirs: the signed text would be the same.
        if covers_params && nonce.as_bytes().contains(&b'.') {
            return Err(RejectionKind::MalformedSignature.into());
        }
        let mut tags = Tags::new();
        for list in lists {
            Encoding::Base64.read_tags(LIST, list, Algorithm::HmacSha256.tag_length(), &mut tags);
        }
        if tags.is_empty() {
            return Err(RejectionKind::MalformedSignature.into());
        }
        Ok(Self { nonce, covers_params, tags })
    }
}

impl WebhookVerifier for Plivo {
    fn provider(&self) -> &'static str {
        PLIVO.id
    }

    fn verify_head(&self, head: &RequestHead<'_>) -> Result<(), Rejection> {
        self.present(head).map(drop)
    }

    fn verify(&self, request: &WebhookRequest<'_>, _: &Context) -> Result<Verdict, Rejection> {
        let presented = self.present(request.head())?;
        let mut content = Content::of(request, presented.covers_params);
        content.read(request)?;
        if request.url().is_unknown() {
            return Err(RejectionKind::UrlUnknown.into());
        }
        for mut url in request.url().candidates() {
            if let (UrlScheme::Ws | UrlScheme::Wss, Some(scheme)) = (url.scheme, self.websocket_scheme) {
                url.scheme = scheme;
            }
            let found = self.keys.find(&presented.tags, |sink| {
                content.feed(&url, presented.nonce.as_bytes(), sink);
                Ok(())
            })?;
            if let Some(index) = found {
                let url = UrlMatch { scheme: url.scheme.as_str(), form: UrlForm::AsRequested };
                let verified = Verified::new(PLIVO.id, self.keys.secret(index)).with_url(url);
                return Ok(Verdict::Accept(verified.with_delivery_id(Some(presented.nonce.clone()))));
            }
        }
        Err(RejectionKind::SignatureMismatch.into())
    }

    fn with_secrets(&self, secrets: &Secrets) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let fresh = Self::new(secrets.clone())?;
        Ok(Arc::new(Self { keys: fresh.keys, ..*self }))
    }
}

impl std::fmt::Debug for Plivo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plivo")
            .field("allow_v2", &self.allow_v2)
            .field("websocket_scheme", &self.websocket_scheme)
            .finish_non_exhaustive()
    }
}

/// What is signed besides scheme, authority, path and nonce: nothing in V2.
struct Content<'a> {
    covers_params: bool,
    query: Params<'a>,
    form: Params<'a>,
}

impl<'a> Content<'a> {
    fn of(request: &WebhookRequest<'a>, covers_params: bool) -> Self {
        let query = request.url().query().unwrap_or_default();
        Self { covers_params, query: Params::new(query), form: Params::new(request.body()) }
    }

    /// Reads the parameters; a body that they do not cover is refused.
    fn read(&mut self, request: &WebhookRequest<'_>) -> Result<(), Rejection> {
        if !self.covers_params {
            return Ok(());
        }
        let is_empty = request.body().is_empty();
        let is_form =
            request.method() != Method::GET && request.head().has_content_type("application/x-www-form-urlencoded");
        if !(is_form || is_empty) {
            return Err(RejectionKind::SignatureMismatch.into());
        }
        for params in [&mut self.query, &mut self.form] {
            params.read().ok_or(RejectionKind::MalformedBody)?;
            params.sort();
        }
        // Bytes that make no parameter are covered by nothing.
        if self.form.say_nothing() && !is_empty {
            return Err(RejectionKind::MalformedBody.into());
        }
        Ok(())
    }

    fn feed(&self, url: &SignedUrl<'_>, nonce: &[u8], sink: &mut (impl Sink + ?Sized)) {
        let mut blocks = Blocks::new(sink);
        let [prefix, path] = url.path();
        for piece in [url.scheme.as_str(), "://", url.authority, prefix, path] {
            blocks.put(piece.as_bytes());
        }
        let Self { query, form, .. } = self;
        if self.covers_params {
            if !(query.is_empty() && form.is_empty()) {
                blocks.put(b"?");
            }
            for (index, param) in query.iter().enumerate() {
                if index > 0 {
                    blocks.put(b"&");
                }
                blocks.put_decoded(&param.name());
                blocks.put(b"=");
                blocks.put_decoded(&param.value());
            }
            if !(query.is_empty() || form.is_empty()) {
                blocks.put(b".");
            }
            for param in form.iter() {
                blocks.put_param(param);
            }
            blocks.put(b".");
        }
        blocks.put(nonce);
    }
}

#[derive(Debug)]
struct Scheme;

impl CustomScheme for Scheme {
    fn signature_headers(&self) -> &'static [&'static str] {
        &["x-plivo-signature-v3", "x-plivo-signature-ma-v3", "x-plivo-signature-v2", "x-plivo-signature-ma-v2"]
    }

    fn signs_url(&self) -> bool {
        true
    }

    #[cfg(feature = "explain")]
    fn signed_view(&self, request: &WebhookRequest<'_>, options: &Options) -> Option<crate::explain::SignedView> {
        use crate::explain::{SegmentKind, SignedView};

        let has_v3 = [&V3.own, &V3.main_account].into_iter().any(|name| request.headers().contains_key(name));
        let family = if has_v3 { &V3 } else { &V2 };
        let mut view = SignedView::default();
        let mut url = request.url().candidates().next()?;
        let websocket_scheme = options.text("websocket_scheme").and_then(UrlScheme::parse);
        if let (UrlScheme::Ws | UrlScheme::Wss, Some(scheme)) = (url.scheme, websocket_scheme) {
            url.scheme = scheme;
        }
        let [prefix, path] = url.path();
        view.push(SegmentKind::Url, [url.scheme.as_str(), "://", url.authority, prefix, path].concat());
        if has_v3 {
            let mut content = Content::of(request, true);
            for params in [&mut content.query, &mut content.form] {
                params.read()?;
                params.sort();
            }
            let Content { query, form, .. } = &content;
            if !(query.is_empty() && form.is_empty()) {
                view.push(SegmentKind::Literal, "?");
            }
            for (index, param) in query.iter().enumerate() {
                if index > 0 {
                    view.push(SegmentKind::Literal, "&");
                }
                view.push(SegmentKind::ParamName, param.name().collect::<Vec<u8>>());
                view.push(SegmentKind::Literal, "=");
                let name = String::from_utf8_lossy(&param.name().collect::<Vec<u8>>()).into_owned();
                view.push_named(SegmentKind::ParamValue, &name, param.value().collect::<Vec<u8>>());
            }
            if !(query.is_empty() || form.is_empty()) {
                view.push(SegmentKind::Literal, ".");
            }
            form.iter().for_each(|param| view.push_param(param));
            view.push(SegmentKind::Literal, ".");
        }
        let nonce = request.headers().get(&family.nonce).map(http::HeaderValue::as_bytes);
        view.push(SegmentKind::Nonce, nonce.unwrap_or_default());
        Some(view)
    }

    fn verifier(&self, secrets: &Secrets, options: &Options) -> Result<Arc<dyn WebhookVerifier>, ConfigError> {
        let mut plivo = Plivo::new(secrets.clone())?;
        if options.is_on("allow_v2") {
            plivo = plivo.dangerous_allow_v2();
        }
        plivo.websocket_scheme = options.text("websocket_scheme").and_then(UrlScheme::parse);
        Ok(Arc::new(plivo))
    }

    #[cfg(feature = "signing")]
    fn sign(
        &self,
        secret: &Secret,
        options: &Options,
        request: &WebhookRequest<'_>,
        context: &SigningContext<'_>,
    ) -> Result<Signed, SignError> {
        let key = crate::crypto::Key::new(Algorithm::HmacSha256, secret.expose()).ok_or(SignError::MalformedSecret)?;
        if context.delivery_id.is_empty() || context.delivery_id.contains('.') {
            return Err(SignError::Unwritable);
        }
        let mut url = request.url().candidates().next().ok_or(RejectionKind::UrlUnknown)?;
        let websocket_scheme = options.text("websocket_scheme").and_then(UrlScheme::parse);
        if let (UrlScheme::Ws | UrlScheme::Wss, Some(scheme)) = (url.scheme, websocket_scheme) {
            url.scheme = scheme;
        }
        let mut content = Content::of(request, true);
        content.read(request)?;
        let tag = key.sign(|sink| content.feed(&url, context.delivery_id.as_bytes(), sink));
        let mut signed = Signed::default();
        signed.header(V3.own, &Encoding::Base64.encode(&tag))?;
        signed.header(V3.nonce, context.delivery_id)?;
        signed.removed.extend([V3.main_account, V2.own, V2.main_account, V2.nonce]);
        Ok(signed)
    }
}
