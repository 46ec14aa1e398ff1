//! The page in a browser, as a person has it: looks, clicks, types.

use std::{
    fs,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    wd::TimeoutConfiguration,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};

use super::driver::{Driver, Vendor};
use crate::{support::DEADLINE, web::Web};

/// Enter and Escape, as WebDriver writes them.
pub(crate) const ENTER: char = '\u{e007}';
pub(crate) const ESCAPE: char = '\u{e00c}';

/// A window of 1280 by 800 pixels.
pub(crate) struct Page {
    client: Client,
    runtime: Runtime,
    profile: PathBuf,
    _driver: Driver,
}

impl Page {
    /// Opens an inspector's list and waits until the live stream runs.
    pub(crate) fn open(web: &Web) -> Self {
        let page = Self::start();
        page.go(web, "/");
        page.until("document.querySelector('.live')?.dataset.state === 'live'");
        page
    }

    pub(crate) fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let profile = target().join(format!("tmp/browser-{}-{number}", std::process::id()));
        let driver = Driver::start();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities(&profile));
            let client = timeout(3 * DEADLINE, builder.connect(&driver.url)).await.expect("a browser in time").unwrap();
            let script = Some(3 * DEADLINE);
            client.update_timeouts(TimeoutConfiguration::new(script, script, None)).await.unwrap();
            client
        });
        let page = Self { client, runtime, profile, _driver: driver };
        page.resize(1280, 800);
        page
    }

    pub(crate) fn go(&self, web: &Web, path: &str) {
        self.run(async |client| client.goto(&format!("http://{}{path}", web.authority)).await);
    }

    pub(crate) fn reload(&self) {
        self.run(async |client| client.refresh().await);
    }

    /// Path, query and hash.
    pub(crate) fn address(&self) -> String {
        self.get("location.pathname + location.search + location.hash").as_str().unwrap().to_owned()
    }

    /// The value of a JavaScript expression.
    pub(crate) fn get(&self, expression: &str) -> Value {
        self.run(async |client| client.execute(&format!("return ({expression});"), vec![]).await)
    }

    /// Waits until an expression is true (or something), and returns what it is.
    pub(crate) fn until(&self, expression: &str) -> Value {
        let script = format!(
            "const [limit, done] = arguments; const end = performance.now() + limit;
            (function look() {{
              let value = null;
              try {{ value = {expression}; }} catch (error) {{ value = null; }}
              if (value) done(value);
              else if (performance.now() > end) done(null);
              else setTimeout(look, 20);
            }})();"
        );
        let limit = json!(2 * DEADLINE.as_millis() as u64);
        let value = self.run(async |client| client.execute_async(&script, vec![limit]).await);
        if value.is_null() {
            self.shot("failed");
            panic!("never came true: {expression}\n{}\n{}", self.address(), self.get("document.body.innerText"));
        }
        value
    }

    /// Waits until an element shows this text, or a part of it.
    pub(crate) fn until_text(&self, css: &str, text: &str) {
        let (css, text) = (json!(css), json!(text));
        self.until(&format!("[...document.querySelectorAll({css})].some((it) => it.innerText.includes({text}))"));
    }

    /// The text of the first such element.
    pub(crate) fn text(&self, css: &str) -> String {
        self.until(&format!("document.querySelector({})?.innerText", json!(css))).as_str().unwrap().to_owned()
    }

    /// How many there are.
    pub(crate) fn count(&self, css: &str) -> u64 {
        self.get(&format!("document.querySelectorAll({}).length", json!(css))).as_u64().unwrap()
    }

    /// Clicks as a mouse does: what is hidden or covered cannot be clicked.
    pub(crate) fn click(&self, css: &str) {
        self.element(css, async |element| element.click().await);
    }

    /// Clicks the first button with this text or label inside `css`.
    pub(crate) fn press(&self, css: &str, label: &str) {
        let path = format!(
            "//*[{}]//button[normalize-space()='{label}' or @aria-label='{label}' or .//*[@class='label' and normalize-space()='{label}']]",
            css.strip_prefix('.').map_or_else(
                || format!("self::{css}"),
                |class| format!("contains(concat(' ', @class, ' '), ' {class} ')"),
            )
        );
        self.run(async |client| {
            client.wait().at_most(2 * DEADLINE).for_element(Locator::XPath(&path)).await?.click().await
        });
    }

    /// Replaces what is in a field.
    pub(crate) fn fill(&self, css: &str, text: &str) {
        self.element(css, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        });
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub(crate) fn keys(&self, keys: impl IntoIterator<Item = char>) {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys {
            actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
        }
        self.run(async |client| client.perform_actions(actions).await);
    }

    /// The size of what the page sees.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// What the system prefers, `light` or `dark`.
    pub(crate) fn prefer(&self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// What the browser complained of: scripts that failed, what the content security policy kept out.
    pub(crate) fn complaints(&self) -> Vec<String> {
        let log = self.run(async |client| client.issue_cmd(Vendor::console()).await);
        let severe = log.as_array().unwrap().iter().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].as_str().unwrap().to_owned()).collect()
    }

    /// A picture of the window in `target/screenshots`.
    pub(crate) fn shot(&self, name: &str) {
        let png = self.run(async |client| client.screenshot().await);
        let folder = target().join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(format!("{name}.png")), png).unwrap();
    }

    fn element(&self, css: &str, act: impl AsyncFnOnce(Element) -> Result<(), CmdError>) {
        self.run(async |client| {
            let found = client.wait().at_most(2 * DEADLINE).every(Duration::from_millis(20));
            act(found.for_element(Locator::Css(css)).await?).await
        });
    }

    fn devtools(&self, command: &str, parameters: Value) {
        self.run(async |client| client.issue_cmd(Vendor::devtools(command, parameters)).await);
    }

    fn run<T>(&self, act: impl AsyncFnOnce(&Client) -> Result<T, CmdError>) -> T {
        self.runtime.block_on(async { timeout(4 * DEADLINE, act(&self.client)).await.expect("in time").unwrap() })
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // Closes the browser; chromedriver itself is killed.
        let _ = self.runtime.block_on(async { timeout(DEADLINE, self.client.clone().close()).await });
        let _ = fs::remove_dir_all(&self.profile);
    }
}

fn capabilities(profile: &std::path::Path) -> serde_json::Map<String, Value> {
    let profile = format!("--user-data-dir={}", profile.display());
    let arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", &profile];
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL" },
        "unhandledPromptBehavior": "ignore",
    });
    let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
    capabilities
}

fn target() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned()
}
