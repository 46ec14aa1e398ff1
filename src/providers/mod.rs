//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod aftership;
pub mod airship;
mod alchemy;
mod answers;
mod asana;
mod autodesk;
mod bigcommerce;
mod bitbucket;
pub mod r#box;
mod brex;
mod buildkite;
mod calendly;
mod castle;
pub mod chargify;
mod circleci;
mod clearbit;
mod clerk;
mod coinbase_commerce;
mod customerio;
mod discourse;
mod docusign;
mod dropbox;
mod facebook_graph_api;
mod facebook_messenger;
mod families;
mod frameio;
mod github;
pub mod gitlab;
mod go1;
mod gocardless;
mod header_token;
mod heroku;
mod hostedhooks;
mod hub;
mod instagram;
mod intercom;
mod jira;
mod launch_darkly;
mod lemon_squeezy;
mod line;
mod meta;
mod microsoft_teams;
mod modern_treasury;
mod mongodb;
mod mux;
mod notion;
pub mod okta;
mod openai;
mod orb;
mod orbit;
mod pagerduty;
mod pinwheel;
pub mod plivo;
mod provider;
mod query;
mod razorpay;
pub mod recurly;
mod resend;
mod revolut;
mod sanity;
mod sentry;
mod shopify;
mod signal_sciences;
mod slack;
mod sonatype;
mod square;
mod strava;
mod stripe;
mod tailored;
pub mod telegram;
mod terraform;
mod tiktok;
pub mod trello;
mod trendmicro_conformity;
pub mod twilio;
pub mod twitter;
mod typeform;
mod vercel;
pub mod vmware;
mod webex;
mod whatsapp;
mod woocommerce;
mod workos;
mod worldline;
pub mod xero;
mod zendesk;
pub mod zoom;

pub use self::{
    aftership::AFTERSHIP,
    airship::AIRSHIP,
    alchemy::ALCHEMY,
    answers::OfferedSecret,
    asana::ASANA,
    autodesk::AUTODESK,
    bigcommerce::BIGCOMMERCE,
    bitbucket::BITBUCKET,
    r#box::BOX,
    brex::BREX,
    buildkite::BUILDKITE,
    calendly::CALENDLY,
    castle::CASTLE,
    chargify::CHARGIFY,
    circleci::CIRCLECI,
    clearbit::CLEARBIT,
    clerk::CLERK,
    coinbase_commerce::COINBASE_COMMERCE,
    customerio::CUSTOMERIO,
    discourse::DISCOURSE,
    docusign::DOCUSIGN,
    dropbox::DROPBOX,
    facebook_graph_api::FACEBOOK_GRAPH_API,
    facebook_messenger::FACEBOOK_MESSENGER,
    frameio::FRAMEIO,
    github::GITHUB,
    gitlab::GITLAB,
    go1::GO1,
    gocardless::GOCARDLESS,
    heroku::HEROKU,
    hostedhooks::HOSTEDHOOKS,
    instagram::INSTAGRAM,
    intercom::INTERCOM,
    jira::JIRA,
    launch_darkly::LAUNCH_DARKLY,
    lemon_squeezy::LEMON_SQUEEZY,
    line::LINE,
    microsoft_teams::MICROSOFT_TEAMS,
    modern_treasury::MODERN_TREASURY,
    mongodb::MONGODB,
    mux::MUX,
    notion::NOTION,
    okta::OKTA,
    openai::OPENAI,
    orb::ORB,
    orbit::ORBIT,
    pagerduty::PAGERDUTY,
    pinwheel::PINWHEEL,
    plivo::PLIVO,
    provider::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, by_id},
    razorpay::RAZORPAY,
    recurly::RECURLY,
    resend::RESEND,
    revolut::REVOLUT,
    sanity::SANITY,
    sentry::SENTRY,
    shopify::SHOPIFY,
    signal_sciences::SIGNAL_SCIENCES,
    slack::SLACK,
    sonatype::SONATYPE,
    square::SQUARE,
    strava::STRAVA,
    stripe::STRIPE,
    telegram::TELEGRAM,
    terraform::TERRAFORM,
    tiktok::TIKTOK,
    trello::TRELLO,
    trendmicro_conformity::TRENDMICRO_CONFORMITY,
    twilio::TWILIO,
    twitter::TWITTER,
    typeform::TYPEFORM,
    vercel::VERCEL,
    vmware::VMWARE,
    webex::WEBEX,
    whatsapp::WHATSAPP,
    woocommerce::WOOCOMMERCE,
    workos::WORKOS,
    worldline::WORLDLINE,
    xero::XERO,
    zendesk::ZENDESK,
    zoom::ZOOM,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &AFTERSHIP,
    &AIRSHIP,
    &ALCHEMY,
    &ASANA,
    &AUTODESK,
    &BIGCOMMERCE,
    &BITBUCKET,
    &BOX,
    &BREX,
    &BUILDKITE,
    &CALENDLY,
    &CASTLE,
    &CHARGIFY,
    &CIRCLECI,
    &CLEARBIT,
    &CLERK,
    &COINBASE_COMMERCE,
    &CUSTOMERIO,
    &DISCOURSE,
    &DOCUSIGN,
    &DROPBOX,
    &FACEBOOK_GRAPH_API,
    &FACEBOOK_MESSENGER,
    &FRAMEIO,
    &GITHUB,
    &GITLAB,
    &GO1,
    &GOCARDLESS,
    &HEROKU,
    &HOSTEDHOOKS,
    &INSTAGRAM,
    &INTERCOM,
    &JIRA,
    &LAUNCH_DARKLY,
    &LEMON_SQUEEZY,
    &LINE,
    &MICROSOFT_TEAMS,
    &MODERN_TREASURY,
    &MONGODB,
    &MUX,
    &NOTION,
    &OKTA,
    &OPENAI,
    &ORB,
    &ORBIT,
    &PAGERDUTY,
    &PINWHEEL,
    &PLIVO,
    &RAZORPAY,
    &RECURLY,
    &RESEND,
    &REVOLUT,
    &SANITY,
    &SENTRY,
    &SHOPIFY,
    &SIGNAL_SCIENCES,
    &SLACK,
    &SONATYPE,
    &SQUARE,
    &STRAVA,
    &STRIPE,
    &TELEGRAM,
    &TERRAFORM,
    &TIKTOK,
    &TRELLO,
    &TRENDMICRO_CONFORMITY,
    &TWILIO,
    &TWITTER,
    &TYPEFORM,
    &VERCEL,
    &VMWARE,
    &WEBEX,
    &WHATSAPP,
    &WOOCOMMERCE,
    &WORKOS,
    &WORLDLINE,
    &XERO,
    &ZENDESK,
    &ZOOM,
];
