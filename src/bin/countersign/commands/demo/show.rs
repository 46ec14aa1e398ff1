//! What the newcomer sees.

use std::{fmt::Write, net::SocketAddr, sync::Arc};

use countersign::RejectionKind;

use super::{
    super::send::Answer,
    deliveries::{Delivery, PATH, PUBLIC_URL, TOKEN, signing_headers},
};
use crate::{
    cli::DemoProvider,
    config::LogConfig,
    console::{Console, Paint},
};

pub(super) struct Show {
    console: Arc<Console>,
    paint: Paint,
}

impl Show {
    pub(super) fn new(console: Arc<Console>) -> Self {
        Self { console, paint: Paint { colour: LogConfig::for_people().colour } }
    }

    pub(super) fn beginning(&self, provider: DemoProvider, app_port: u16, proxy: SocketAddr) {
        let (paint, name, id) = (self.paint, provider.name(), provider.id());
        let port = proxy.port();
        self.text(format!(
            "{title}\n\n  \
             {name} calls {PUBLIC_URL}{PATH}; a tunnel or a reverse proxy brings that to this machine:\n\n  \
             {name}  ──▶  countersign {proxy}  ──▶  sample app 127.0.0.1:{app_port}\n\n  \
             The proxy runs as if you had typed\n  \
             {command}\n\n",
            title = paint.bold(format_args!("countersign demo: {name}")),
            command = paint.dim(format_args!(
                "countersign http {app_port} --listen {port} --url {PUBLIC_URL} \\\n      \
                 --verify-webhook {id} --verify-webhook-secret {TOKEN}"
            )),
        ));
    }

    pub(super) fn delivery(
        &self,
        number: usize,
        delivery: &Delivery,
        answer: &Answer,
        reason: Option<RejectionKind>,
        fits: bool,
    ) {
        let paint = self.paint;
        let title = format!("{:<38}", delivery.title);
        let verdict = match reason {
            None => paint.good("accepted"),
            Some(kind) => paint.bad(format_args!("refused: {kind}")),
        };
        let mut text = format!("{number}  {}  {verdict}  {}\n", paint.bold(title), answer.status.as_u16());
        let _ = writeln!(text, "   {}", delivery.lesson);
        let mut signed = signing_headers(&delivery.request).filter(|(name, _)| !name.as_str().ends_with("nonce"));
        let signature = signed.next().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()));
        let signature = signature.unwrap_or_else(|| "no signature".to_owned());
        let _ = writeln!(text, "   {}", paint.dim(format_args!("sent:   POST {PATH}, {signature}")));
        let whose = if reason.is_none() { "app:   " } else { "answer:" };
        let _ = writeln!(text, "   {}", paint.dim(format_args!("{whose} {}", answer.first_line)));
        if !fits {
            let _ = writeln!(text, "   {}", paint.bad("This is not the verdict that was due."));
        }
        text.push('\n');
        self.text(text);
    }

    pub(super) fn summary(&self, fitting: usize, all: usize) {
        let text = format!("{fitting} of {all} deliveries met the verdict that was due.\n");
        self.text(if fitting == all { self.paint.good(text) } else { self.paint.bad(text) });
    }

    /// Lines to paste into another terminal.
    pub(super) fn curl(&self, proxy: SocketAddr, deliveries: &[Delivery]) {
        let mut text = "\nNow you. In another terminal, a genuine delivery and a forged one:\n\n".to_owned();
        for delivery in deliveries.iter().take(2) {
            let _ = write!(text, "  curl -i http://{proxy}{PATH}");
            for (name, value) in signing_headers(&delivery.request) {
                let _ = write!(text, " -H '{name}: {}'", value.to_str().unwrap_or_default());
            }
            let _ = writeln!(text, " \\\n      -d '{}'\n", String::from_utf8_lossy(delivery.request.body()));
        }
        text.push_str("Each request appears below. Ctrl-C ends the demo.\n\n");
        self.text(text);
    }

    pub(super) fn inspector(&self, url: &str) {
        self.text(format!(
            "Look at all of them, and send them again, edited if you like:\n\n  {}\n\n",
            self.paint.bold(url)
        ));
    }

    fn text(&self, text: String) {
        self.console.text(text);
    }
}
