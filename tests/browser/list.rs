//! The list: live, filtered, searched, long.

use std::{fs, path::Path};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::page::{ENTER, Page};
use crate::{
    support::{App, Countersign, TOKEN, closed_port, countersign, signed},
    trial,
    web::Inspected,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("list::fills_while_deliveries_arrive", &[], fills_while_deliveries_arrive),
        trial("list::waits_while_somebody_reads", &[], waits_while_somebody_reads),
        trial("list::filters_and_search_live_in_the_address", &[], filters_and_search_live_in_the_address),
        trial("list::an_app_that_fails_is_marked", &[], an_app_that_fails_is_marked),
        trial("list::a_filter_that_makes_no_sense_is_said", &[], a_filter_that_makes_no_sense_is_said),
        trial("list::goes_on_when_countersign_is_back", &[], goes_on_when_countersign_is_back),
        trial("list::yesterdays_requests_have_their_date", &[], yesterdays_requests_have_their_date),
        trial("list::what_is_gone_after_a_restart_is_not_listed", &[], what_is_gone_after_a_restart_is_not_listed),
        trial("list::ten_thousand_requests_stay_smooth", &[], ten_thousand_requests_stay_smooth),
        trial("list::the_keyboard_is_enough", &[], the_keyboard_is_enough),
    ]
}

fn fills_while_deliveries_arrive() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    let page = Page::open(&inspected.web);
    page.until_text(".empty", "Waiting for the first request");
    page.until_text(".empty code", "https://hooks.example.com");
    page.get("window.isStillTheSamePage = true");
    for number in 1..=5 {
        inspected.deliver(&signed(TOKEN, &format!("/sms/{number}"), "Body=Hi"));
        page.until_text(".row[data-verdict=accepted] .path", &format!("/sms/{number}"));
    }
    inspected.deliver(&unsigned("/forged"));
    page.until_text(".row[data-verdict=refused] .path", "/forged");
    assert_eq!(page.count(".row"), 6);
    assert_eq!(page.get("window.isStillTheSamePage"), true);
    // Newest first.
    assert!(page.text(".row[aria-posinset='1']").contains("/forged"));
    assert!(page.text(".row[aria-posinset='6']").contains("/sms/1"));
    assert_eq!(page.complaints(), [""; 0]);
}

fn waits_while_somebody_reads() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/first", "Body=Hi"));
    let page = Page::open(&inspected.web);
    page.click(".row");
    page.until_text("#detail h3", "signed by Twilio");
    for path in ["/second", "/third"] {
        inspected.deliver(&signed(TOKEN, path, "Body=Hi"));
    }
    page.until_text(".pill", "2 new");
    page.until("document.title.startsWith('(2)')");
    assert_eq!(page.count(".row"), 1);
    page.click(".pill");
    page.until("document.querySelectorAll('.row').length === 3");
    page.until("!document.querySelector('.pill').checkVisibility()");
    assert!(page.text("#detail h2").contains("/first"));
}

fn filters_and_search_live_in_the_address() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    for word in ["apples", "pears"] {
        inspected.deliver(&signed(TOKEN, &format!("/{word}"), &format!("Body=fresh+{word}")));
    }
    inspected.deliver(&unsigned("/forged"));
    let page = Page::open(&inspected.web);
    page.until("document.querySelectorAll('.row').length === 3");

    page.click(".chip[data-verdict=refused]");
    page.until("document.querySelectorAll('.row').length === 1");
    assert!(page.text(".row").contains("/forged"));
    assert_eq!(page.address(), "/inspect/http?verdict=refused");
    page.reload();
    page.until("document.querySelectorAll('.row').length === 1");
    assert_eq!(page.get("document.querySelector('.chip[data-verdict=refused]').ariaPressed"), "true");
    page.click(".chip[data-verdict=refused]");
    page.until("document.querySelectorAll('.row').length === 3");
    assert_eq!(page.address(), "/inspect/http");

    // A word of a body, which no row shows.
    page.fill(".search-input", "fresh pears");
    page.until("document.querySelectorAll('.row').length === 1");
    assert!(page.text(".row").contains("/pears"));
    page.click(".row");
    page.until_text("#detail h2", "/pears");
    let address = page.address();
    assert!(address.starts_with("/inspect/http?q=fresh+pears#"), "{address}");
    page.reload();
    page.until_text("#detail h2", "/pears");
    page.until("document.querySelectorAll('.row').length === 1");
    assert_eq!(page.get("document.querySelector('.search-input').value"), "fresh pears");

    page.fill(".search-input", "no such thing anywhere");
    page.until_text(".empty", "No request matches these filters");
    page.press(".empty", "Clear the filters");
    page.until("document.querySelectorAll('.row').length === 3");
}

fn an_app_that_fails_is_marked() {
    let inspected = Inspected::twilio(closed_port(), &[]);
    assert_eq!(inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi")).status(), 502);
    let page = Page::open(&inspected.web);
    page.until("document.querySelector('.row .mark.bad')?.title.includes('could not be reached')");
    page.until("document.querySelector('.row').ariaLabel.includes('could not be reached')");
    page.click(".row");
    page.until_text("#detail .notice.bad", "could not be reached");
}

fn a_filter_that_makes_no_sense_is_said() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi"));
    let page = Page::open(&inspected.web);
    page.until("document.querySelectorAll('.row').length === 1");
    page.press(".toolbar", "Filters");
    page.fill(".filter-panel [placeholder^='404']", "2");
    page.until_text(".empty", "write 404, 4xx, 200-299 or none");
    // What was found before is no answer to it.
    assert_eq!(page.count(".row"), 0);
    page.fill(".filter-panel [placeholder^='404']", "2xx");
    page.until("document.querySelectorAll('.row').length === 1");
}

fn goes_on_when_countersign_is_back() {
    let app = App::ok();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("back-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let store = folder.join("captures.db").to_str().unwrap().to_owned();
    let inspected = Inspected::twilio(app.port, &["--store", &store]);
    for path in ["/first", "/second"] {
        inspected.deliver(&signed(TOKEN, path, "Body=Hi"));
    }
    let page = Page::open(&inspected.web);
    page.click(".row[aria-posinset='1']");
    page.until_text("#detail h3", "signed by Twilio");
    let authority = inspected.web.authority.clone();
    drop(inspected);
    page.until("document.querySelector('.live').dataset.state !== 'live'");
    page.click(".row[aria-posinset='2']");
    page.until_text("#detail", "countersign does not answer");

    let again = start_again(&authority, &app, &store);
    page.until_text("#detail h2", "/first");
    page.until_text("#detail h3", "signed by Twilio");
    page.until("document.querySelector('.live').dataset.state === 'live'");
    assert_eq!(page.count(".row"), 2);
    drop((page, again));
    fs::remove_dir_all(&folder).unwrap();
}

fn yesterdays_requests_have_their_date() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi"));
    let page = Page::open(&inspected.web);
    let time = page.text(".row .time");
    assert!(time.starts_with(|char: char| char.is_ascii_digit()), "{time}");
    page.get(
        "(() => {
          const Today = Date;
          window.Date = class extends Today {
            constructor(...given) {
              if (given.length) super(...given);
              else super(Today.now() + 86_400_000);
            }
          };
        })()",
    );
    page.until("/^[A-Z][a-z]{2} /.test(document.querySelector('.row .time').innerText)");
}

fn what_is_gone_after_a_restart_is_not_listed() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &["--store", "memory"]);
    inspected.deliver(&signed(TOKEN, "/sms", "Body=Hi"));
    let page = Page::open(&inspected.web);
    page.until("document.querySelectorAll('.row').length === 1");
    let authority = inspected.web.authority.clone();
    drop(inspected);
    page.until("document.querySelector('.live').dataset.state !== 'live'");
    let _again = start_again(&authority, &app, "memory");
    page.until_text(".empty", "Waiting for the first request");
    assert_eq!(page.count(".row"), 0);
}

/// Countersign, whose inspector is where another one's was.
fn start_again(authority: &str, app: &App, store: &str) -> Countersign {
    let mut command = countersign();
    command.args(["http", &app.port.to_string(), "--store", store, "--web-addr", authority]);
    Countersign::start(command.env_remove("COUNTERSIGN_WEB_ADDR"))
}

fn ten_thousand_requests_stay_smooth() {
    const REQUESTS: usize = 10_000;
    const PART: usize = 2_500;
    let app = App::ok();
    // A store in memory holds fewer.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ten-thousand-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let store = folder.join("captures.db");
    let mut command = countersign();
    let inspected = Inspected::start(command.args(["http", &app.port.to_string(), "--store"]).arg(&store));
    for part in 0..REQUESTS / PART {
        let entries: Vec<_> = (part * PART..(part + 1) * PART).map(entry).collect();
        let answer = inspected.web.post("/api/requests/http/import", &json!({ "log": { "entries": entries } }));
        assert_eq!(answer.status(), 200, "{}", String::from_utf8_lossy(&answer.body()));
    }
    let page = Page::open(&inspected.web);
    page.until_text(".row", "/number/9999");
    page.get("window.most = 0");
    // Looks at each step how many rows there are, down to the last.
    page.until(
        "(() => {
          window.most = Math.max(window.most, document.querySelectorAll('.row').length);
          const list = document.querySelector('#list');
          list.scrollTop = list.scrollHeight;
          return document.querySelector('.row[aria-posinset=\"10000\"]');
        })() !== null",
    );
    page.until_text(".row[aria-posinset='10000']", "/number/0");
    let most = page.get("window.most").as_u64().unwrap();
    assert!((10..100).contains(&most), "{most} rows at once");
    page.until_text(".list-foot", "10,000 requests");

    let long = frame(&page);
    // The same browser on the same machine with a list that is short.
    page.go(&inspected.web, "/inspect/http?path=/number/99");
    page.until_text(".row[aria-posinset='1']", "/number/9999");
    let short = frame(&page);
    assert!(long < 3.0 * short, "half of the frames take longer than {long} ms, with a short list {short} ms");

    page.go(&inspected.web, "/");
    page.until_text(".row[aria-posinset='1']", "/number/9999");

    page.click(".row[aria-posinset='3']");
    page.until_text("#detail h2", "/number/9997");
    assert_eq!(page.complaints(), [""; 0]);
    drop((page, inspected));
    fs::remove_dir_all(&folder).unwrap();
}

fn the_keyboard_is_enough() {
    let app = App::ok();
    let inspected = Inspected::twilio(app.port, &[]);
    for number in 1..=3 {
        inspected.deliver(&signed(TOKEN, &format!("/sms/{number}"), "Body=Hi"));
        app.received();
    }
    let page = Page::open(&inspected.web);
    page.until("document.querySelectorAll('.row').length === 3");
    // From nowhere to the first, then on.
    page.keys(['j', 'j']);
    page.until_text(".row[aria-selected=true]", "/sms/2");
    let active = page.get(
        "document.getElementById(document.querySelector('#list').getAttribute('aria-activedescendant')).innerText",
    );
    assert!(active.as_str().unwrap().contains("/sms/2"));
    page.keys(['k']);
    page.until_text(".row[aria-selected=true]", "/sms/3");
    page.keys(['j', ENTER]);
    page.until_text("#detail h3", "signed by Twilio");
    page.until_text("#detail h2", "/sms/2");
    page.keys(['j']);
    page.until_text("#detail h2", "/sms/1");
    page.until_text("#detail h3", "signed by Twilio");
    page.keys(['r']);
    page.until_text(".toast", "Replayed: accepted, 200");
    assert!(app.received().message.start.contains("/sms/1"));

    page.keys(['e']);
    page.until("document.querySelector('dialog.editor')?.open");
    // In a field keys are letters; Escape closes.
    page.click("[aria-label='Value of Body']");
    page.keys("jjr".chars());
    page.until("document.querySelector(\"[aria-label='Value of Body']\").value.includes('jjr')");
    page.keys([super::page::ESCAPE]);
    page.until("!document.querySelector('dialog')");
    page.keys([super::page::ESCAPE]);
    page.until("!document.body.classList.contains('has-detail')");
    // A command opens what is selected, and is carried out once it is there.
    page.keys(['e']);
    page.until("document.querySelector('dialog.editor')?.open");
    page.keys([super::page::ESCAPE]);
    page.until("!document.querySelector('dialog')");
    // The link over the bar goes to the list, and leaves open what is.
    page.get("document.querySelector('.skip').focus()");
    page.keys([ENTER]);
    page.until("document.activeElement.id === 'list'");
    page.until("document.body.classList.contains('has-detail') && location.hash.length === 17");
    page.keys([super::page::ESCAPE]);
    page.until("!document.body.classList.contains('has-detail')");
    page.keys(['/']);
    page.keys("sms/2".chars());
    page.until("document.querySelectorAll('.row').length === 1");
    page.keys([super::page::ESCAPE]);
    page.until("document.querySelectorAll('.row').length > 1");
    page.keys([super::page::ESCAPE, '?']);
    page.until_text("dialog", "Replay with modifications");
    assert!(app.has_nothing_more());
}

/// How long half of the frames take at most, in milliseconds, while somebody flicks through the list.
fn frame(page: &Page) -> f64 {
    page.get(
        "(() => {
          const list = document.querySelector('#list'), took = [];
          let last = performance.now();
          requestAnimationFrame(function step() {
            took.push(performance.now() - last);
            last = performance.now();
            list.scrollTop = (took.length * 1000) % (list.scrollHeight - list.clientHeight);
            if (took.length < 60) requestAnimationFrame(step);
            else window.took = took.sort((a, b) => a - b)[30];
          });
        })()",
    );
    page.until("window.took").as_f64().unwrap()
}

/// A delivery whose signature is not one.
pub(crate) fn unsigned(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: hooks.example.com\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nContent-Length: 7\r\n\r\nBody=Hi"
    )
}

fn entry(number: usize) -> Value {
    let (minutes, seconds, millis) = (number / 60_000, number / 1000 % 60, number % 1000);
    json!({
        "startedDateTime": format!("2026-01-02T03:{minutes:02}:{seconds:02}.{millis:03}Z"),
        "request": {
            "method": "POST",
            "url": format!("https://hooks.example.com/number/{number}"),
            "httpVersion": "HTTP/1.1",
            "headers": [{ "name": "Content-Type", "value": "application/json" }],
            "postData": { "mimeType": "application/json", "text": format!("{{\"number\":{number}}}") },
        },
    })
}
