//! The classic mistakes, one test each.

use countersign::{
    providers::{GITHUB, PLIVO, Provider, SQUARE, STRIPE, TWILIO},
    scheme::Options,
};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::{
    client::Sent,
    front::{Front, Kind},
    support::{App, Countersign, countersign},
    tools::{self, Tool},
};

/// A mistake, and what is to be said about it.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    kind: Kind,
    /// The proxy's rules with the mistake in them.
    rules: &'static str,
    sent: Sent,
    /// The provider that the route expects, if not the one that sends.
    expected: Option<&'static Provider>,
    /// More arguments of the binary.
    arguments: &'static [&'static str],
    code: &'static str,
    /// Where the explanation is wanted.
    fix: Fix,
}

#[derive(Clone, Copy)]
enum Fix {
    /// This flag does it.
    Flag(&'static str),
    /// These rules do it; the finding's step says these words.
    Rules(&'static str, &'static str),
    /// This secret does it; the finding's step says these words.
    Secret(&'static str, &'static str),
    /// This flag does it, which the finding cannot know in full; its step says these words.
    Told(&'static str, &'static str),
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub(crate) const SMS: Sent = Sent {
    provider: &TWILIO,
    secret: TOKEN,
    method: "POST",
    target: "/sms",
    content_type: FORM,
    body: "From=%2B15558675310&Body=Hi+there%21",
};
const SMS_UNDER_HOOKS: Sent = Sent { target: "/hooks/sms?a=1", ..SMS };
const PLIVO_SMS: Sent = Sent { provider: &PLIVO, target: "/sms?lang=en", ..SMS };
const PAYMENT: Sent = Sent {
    provider: &SQUARE,
    target: "/in?to=%2B15558675310&from=a%40b.example",
    content_type: JSON,
    body: r#"{"type":"payment.updated"}"#,
    ..SMS
};
const PUSH: Sent =
    Sent { provider: &GITHUB, target: "/github", content_type: JSON, body: r#"{"zen":"Keep it small."}"#, ..SMS };
const EVENT: Sent = Sent {
    provider: &STRIPE,
    secret: "whsec_0123456789abcdef0123456789abcdef",
    target: "/stripe",
    content_type: JSON,
    body: r#"{"id":"evt_1","type":"charge.succeeded"}"#,
    ..SMS
};

const RIGHT_NGINX: &str = "location / { proxy_pass http://UPSTREAM; proxy_set_header Host $host; }";
const RIGHT_HAPROXY: &str = "  option forwardfor";

const BASE: Case = Case {
    name: "",
    kind: Kind::Nginx,
    rules: RIGHT_NGINX,
    sent: SMS,
    expected: None,
    arguments: &[],
    code: "",
    fix: Fix::Flag("--url https://hooks.example.com"),
};

const CASES: &[Case] = &[
    Case { name: "scheme lost", arguments: &["--url", "http://hooks.example.com"], code: "url-scheme", ..BASE },
    Case {
        name: "scheme lost",
        kind: Kind::Haproxy,
        rules: RIGHT_HAPROXY,
        arguments: &["--url", "http://hooks.example.com"],
        code: "url-scheme",
        ..BASE
    },
    // nginx's own default: `Host` is the upstream's name.
    Case {
        name: "host rewritten",
        rules: "location / { proxy_pass http://UPSTREAM; proxy_set_header X-Forwarded-Host $host; }",
        code: "url-host",
        ..BASE
    },
    Case {
        name: "host rewritten",
        kind: Kind::Haproxy,
        rules: "  http-request set-header X-Forwarded-Host %[req.hdr(host)]\n  http-request set-header Host app.internal",
        sent: PLIVO_SMS,
        code: "url-host",
        ..BASE
    },
    // Nothing in the request says what the host was.
    Case {
        name: "host rewritten without a trace",
        rules: "location / { proxy_pass http://UPSTREAM; }",
        code: "no-match",
        fix: Fix::Told("which Twilio cannot have called", "--url https://hooks.example.com"),
        ..BASE
    },
    Case {
        name: "port added",
        rules: "location / { proxy_pass http://UPSTREAM; proxy_set_header Host $host:$server_port; }",
        sent: PAYMENT,
        code: "url-port",
        ..BASE
    },
    Case {
        name: "port added",
        kind: Kind::Haproxy,
        rules: "  http-request set-header Host %[req.hdr(host)]:%[dst_port]",
        sent: PAYMENT,
        code: "url-port",
        ..BASE
    },
    Case {
        name: "path prefix stripped",
        rules: "location /hooks/ { proxy_pass http://UPSTREAM/; proxy_set_header Host $host; }",
        sent: SMS_UNDER_HOOKS,
        code: "url-path-prefix",
        fix: Fix::Flag("--url https://hooks.example.com/hooks"),
        ..BASE
    },
    Case {
        name: "path prefix stripped",
        kind: Kind::Haproxy,
        rules: r"  http-request replace-path /hooks(/.*) \1",
        sent: SMS_UNDER_HOOKS,
        code: "url-path-prefix",
        fix: Fix::Flag("--url https://hooks.example.com/hooks"),
        ..BASE
    },
    Case {
        name: "rare path prefix stripped and host rewritten",
        rules: "location /crm-7/ { proxy_pass http://UPSTREAM/; proxy_set_header X-Forwarded-Host $host;
                proxy_set_header X-Forwarded-Prefix /crm-7; }",
        sent: Sent { target: "/crm-7/sms", ..SMS },
        code: "url-host",
        fix: Fix::Flag("--url https://hooks.example.com/crm-7"),
        ..BASE
    },
    Case {
        name: "path decoded",
        rules: "location / { proxy_pass http://UPSTREAM$uri$is_args$args; proxy_set_header Host $host; }",
        sent: Sent { target: "/in/ann%40example.com?x=%40", ..PAYMENT },
        code: "url-query-encoding",
        fix: Fix::Rules("keep the URL as it was sent", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "query decoded",
        kind: Kind::Haproxy,
        rules: "  http-request set-query %[query,url_dec]",
        sent: PAYMENT,
        code: "url-query-encoding",
        fix: Fix::Rules("keep the URL as it was sent", RIGHT_HAPROXY),
        ..BASE
    },
    Case {
        name: "query sorted",
        kind: Kind::Haproxy,
        rules: "  http-request normalize-uri query-sort-by-name",
        sent: PAYMENT,
        code: "url-query-order",
        fix: Fix::Rules("keep the query's order", RIGHT_HAPROXY),
        ..BASE
    },
    Case {
        name: "query extended",
        rules: "location / { rewrite ^(.*)$ $1?via=nginx break; proxy_pass http://UPSTREAM; proxy_set_header Host $host; }",
        sent: PLIVO_SMS,
        code: "url-query-missing",
        fix: Fix::Rules("keep the query whole", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "query lost",
        rules: "location / { proxy_pass http://UPSTREAM$uri; proxy_set_header Host $host;
                proxy_set_header X-Original-URI $request_uri; }",
        sent: PLIVO_SMS,
        code: "url-query-missing",
        fix: Fix::Rules("keep the query whole", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "slash added",
        rules: "location / { rewrite ^(.*[^/])$ $1/ break; proxy_pass http://UPSTREAM; proxy_set_header Host $host; }",
        code: "url-path-slash",
        fix: Fix::Rules("keep the proxy from changing https://hooks.example.com/sms", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "slash removed",
        kind: Kind::Haproxy,
        rules: r"  http-request replace-path (.*)/$ \1",
        sent: Sent { target: "/sms/", ..PLIVO_SMS },
        code: "url-path-slash",
        fix: Fix::Rules("keep the proxy from changing https://hooks.example.com/sms/", RIGHT_HAPROXY),
        ..BASE
    },
    Case {
        name: "slashes merged",
        kind: Kind::Haproxy,
        rules: "  http-request normalize-uri path-merge-slashes",
        sent: Sent { target: "//sms", ..SMS },
        code: "url-path-slash",
        fix: Fix::Rules("keep the proxy from changing https://hooks.example.com//sms", RIGHT_HAPROXY),
        ..BASE
    },
    Case {
        name: "newline added to the body",
        rules: "location / { proxy_pass http://UPSTREAM; proxy_set_header Host $host;
                proxy_set_body \"$request_body\\n\"; }",
        sent: PUSH,
        code: "body-newline",
        fix: Fix::Rules("byte for byte", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "signature header dropped",
        rules: "location / { proxy_pass http://UPSTREAM; proxy_set_header Host $host;
                proxy_set_header X-Twilio-Signature \"\"; }",
        code: "unsigned",
        fix: Fix::Rules("keep proxies from taking the header off", RIGHT_NGINX),
        ..BASE
    },
    Case {
        name: "signature header dropped",
        kind: Kind::Haproxy,
        rules: "  http-request del-header Stripe-Signature",
        sent: EVENT,
        code: "unsigned",
        fix: Fix::Rules("keep proxies from taking the header off", RIGHT_HAPROXY),
        ..BASE
    },
    Case {
        name: "another provider",
        sent: EVENT,
        expected: Some(&TWILIO),
        code: "scheme-other-provider",
        fix: Fix::Flag("--verify-webhook stripe"),
        ..BASE
    },
    Case {
        name: "secret in quotes",
        kind: Kind::Haproxy,
        rules: RIGHT_HAPROXY,
        sent: PUSH,
        arguments: &["--verify-webhook-secret", "'0123456789abcdef0123456789abcdef'"],
        code: "secret-whitespace",
        fix: Fix::Secret("as the provider shows it", TOKEN),
        ..BASE
    },
];

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |case: &'static Case| {
        let program = case.kind.program();
        let name = format!("{program}::{}", case.name.replace(' ', "_"));
        let tools: &'static [Tool] = match case.kind {
            Kind::Nginx => &[Tool::Program("nginx")],
            Kind::Haproxy => &[Tool::Program("haproxy")],
        };
        tools::trial(&name, &[tools], move || case.run())
    };
    CASES.iter().map(trial).collect()
}

impl Case {
    fn run(&self) -> Result<(), Failed> {
        let mut arguments = self.first_arguments();
        let (status, finding, received) = self.deliver(&arguments, self.rules);
        assert_eq!((status, received), (403, false), "the mistake matters");
        let finding = finding.expect("an explanation");
        assert_eq!(finding["code"], self.code, "{finding}");
        let step = finding["fix"].as_str().unwrap();
        let says = |words: &str| assert!(step.contains(words), "{finding}");
        let mut rules = self.rules;
        match self.fix {
            Fix::Flag(flag) => {
                assert_eq!(finding["flag"], flag, "{finding}");
                says(flag);
                apply(&mut arguments, flag);
            }
            Fix::Rules(words, right) => {
                says(words);
                assert!(finding["flag"].is_null(), "{finding}");
                rules = right;
            }
            Fix::Secret(words, secret) => {
                says(words);
                assert!(finding["flag"].is_null(), "{finding}");
                apply(&mut arguments, &format!("--verify-webhook-secret {secret}"));
            }
            Fix::Told(words, flag) => {
                says(words);
                apply(&mut arguments, flag);
            }
        }
        let (status, _, received) = self.deliver(&arguments, rules);
        assert_eq!((status, received), (200, true), "the fix helps");
        Ok(())
    }

    fn first_arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--verify-webhook", self.expected.unwrap_or(self.sent.provider).id];
        if !self.arguments.contains(&"--verify-webhook-secret") {
            arguments.extend(["--verify-webhook-secret", "env:HOOK_SECRET"]);
        }
        arguments.iter().chain(self.arguments).map(|argument| (*argument).to_owned()).collect()
    }

    /// Sends the delivery through everything: the status, the finding if it is refused, and whether the app has it.
    fn deliver(&self, arguments: &[String], rules: &str) -> (u16, Option<Value>, bool) {
        let app = App::ok();
        let mut command = countersign();
        command.args(["http", &format!("127.0.0.1:{}", app.port)]).args(arguments).env("HOOK_SECRET", self.sent.secret);
        let proxy = Countersign::start(&mut command);
        let front = Front::start(self.kind, rules, proxy.address);
        let status = self.sent.sign(&Options::new()).send_through(&front);
        let record = proxy.record();
        let finding = (record["verdict"] == "refused").then(|| proxy.event("explanation"));
        let received = !app.has_nothing_more();
        println!("{status} {record} {finding:?} {}", front.said());
        (status, finding, received)
    }
}

/// Does what a finding says: a flag that is there already gets the new value.
fn apply(arguments: &mut Vec<String>, flag: &str) {
    let words = shlex::split(flag).unwrap();
    let [name, value] = &words[..] else { panic!("a flag and its value: {flag}") };
    match arguments.iter().position(|argument| argument == name) {
        Some(at) => arguments[at + 1].clone_from(value),
        None => arguments.extend(words),
    }
}
