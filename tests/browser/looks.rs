//! Dark and light, small and large, and the status page.

use libtest_mimic::Trial;

use super::{detail::signed_for_a_tunnel, page::Page};
use crate::{
    support::{App, TOKEN, signed},
    trial,
    web::Inspected,
};

const BACKGROUND: &str = "getComputedStyle(document.body).backgroundColor";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("looks::dark_as_the_system_or_as_chosen", &[], dark_as_the_system_or_as_chosen),
        trial("looks::usable_at_400_pixels", &[], usable_at_400_pixels),
        trial("looks::status_shows_figures", &[], status_shows_figures),
    ]
}

fn dark_as_the_system_or_as_chosen() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi&From=%2B15550100"));
    inspected.deliver(&signed_for_a_tunnel());
    let page = Page::start();
    page.prefer("light");
    page.go(&inspected.web, "/");
    page.until("document.querySelectorAll('.row').length === 2");
    let light = page.get(BACKGROUND);
    assert!(luminance(&light) > 0.9, "{light}");
    page.prefer("dark");
    page.until(&format!("{BACKGROUND} !== {light}"));
    let dark = page.get(BACKGROUND);
    assert!(luminance(&dark) < 0.2, "{dark}");
    page.click(".row[data-verdict=accepted]");
    page.until_text("#detail .pairs", "+15550100");
    page.shot("dark");

    // The button wins over the system, and is remembered.
    page.click("[aria-label='Theme: system']");
    page.until(&format!("{BACKGROUND} === {light}"));
    page.reload();
    page.until(&format!("{BACKGROUND} === {light}"));
    page.click("[aria-label='Theme: light']");
    page.until(&format!("{BACKGROUND} === {dark}"));
    page.prefer("light");
    page.reload();
    page.until("document.querySelectorAll('.row').length === 2");
    assert_eq!(page.get(BACKGROUND), dark);
    assert_eq!(page.complaints(), [""; 0]);
}

fn usable_at_400_pixels() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(
        TOKEN,
        "/a/rather/long/path/that/does/not/fit/into/the/window?with=a&long=query",
        "Body=Hi",
    ));
    inspected.deliver(&signed_for_a_tunnel());
    let page = Page::start();
    page.resize(400, 800);
    page.go(&inspected.web, "/");
    page.until("document.querySelectorAll('.row').length === 2");
    fits(&page);
    page.shot("narrow-list");
    page.click(".row[data-verdict=refused]");
    page.until_text(".verification .fix", "--url");
    // The list and the request are two screens.
    assert_eq!(page.get("document.querySelector('.requests').checkVisibility()"), false);
    fits(&page);
    page.shot("narrow-detail");
    page.press(".detail-head", "Back to the list");
    page.until("document.querySelector('.requests').checkVisibility()");
    page.click(".row[data-verdict=accepted]");
    page.until_text("#detail h3", "signed by Twilio");
    page.press(".actions", "Replay with modifications");
    page.until("document.querySelector('dialog.editor')?.open");
    fits(&page);
    page.shot("narrow-editor");
    page.fill("[aria-label='Value of Body']", "Hello");
    page.press(".dialog-foot", "Send");
    page.until("document.querySelectorAll('.side.accepted').length === 2");
    // The answers come into view by themselves, and are said.
    page.until(
        "(() => {
          const { top, bottom } = document.querySelector('.side:last-child').getBoundingClientRect();
          return top >= 0 && bottom <= document.querySelector('.dialog-foot').getBoundingClientRect().top;
        })()",
    );
    page.until_text(".dialog-foot [role=status]", "Replayed: accepted, 200");
    (0..2).for_each(|_| drop(app.received()));
    page.go(&inspected.web, "/status");
    page.until_text(".tiles", "requests since the start");
    fits(&page);
    page.shot("narrow-status");
    assert_eq!(page.complaints(), [""; 0]);
}

fn status_shows_figures() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    for number in 0..20 {
        inspected.deliver(&signed(TOKEN, "/sms", &format!("Body={number}")));
    }
    for _ in 0..5 {
        inspected.deliver(&signed_for_a_tunnel());
    }
    let page = Page::start();
    page.go(&inspected.web, "/");
    page.click(".pages a[href='/status']");
    page.until_text(".tile", "25");
    page.until_text(".tiles", "80");
    page.until_text("#status", "https://hooks.example.com");
    page.until_text("#status", &format!("127.0.0.1:{}", app.port));
    page.until_text("#status", "Twilio");
    page.shot("status");
    // It keeps up without being asked.
    inspected.deliver(&signed(TOKEN, "/sms", "Body=more"));
    page.until_text(".tile", "26");
    assert_eq!(page.complaints(), [""; 0]);
}

/// Nothing of the page lies outside the window.
fn fits(page: &Page) {
    assert_eq!(page.get("document.documentElement.scrollWidth <= innerWidth"), true, "{}", page.address());
}

/// How bright a colour such as `rgb(255, 255, 255)` is, from 0 to 1.
fn luminance(colour: &serde_json::Value) -> f64 {
    let parts =
        colour.as_str().unwrap().split(|char: char| !char.is_ascii_digit()).filter_map(|part| part.parse::<f64>().ok());
    parts.take(3).sum::<f64>() / (3.0 * 255.0)
}
