//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod aftership;
mod alchemy;
mod answers;
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
mod families;
mod frameio;
mod github;
mod go1;
mod gocardless;
mod header_token;
mod heroku;
mod hostedhooks;
mod intercom;
mod jira;
mod launch_darkly;
mod lemon_squeezy;
mod line;
mod microsoft_teams;
mod modern_treasury;
mod mongodb;
mod mux;
mod openai;
mod orb;
mod orbit;
mod pagerduty;
mod pinwheel;
pub mod plivo;
mod provider;
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
mod stripe;
mod tailored;
mod terraform;
mod tiktok;
mod trendmicro_conformity;
pub mod twilio;
mod typeform;
mod vercel;
mod webex;
mod workos;
mod zendesk;

pub use self::{
    aftership::AFTERSHIP,
    alchemy::ALCHEMY,
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
    frameio::FRAMEIO,
    github::GITHUB,
    go1::GO1,
    gocardless::GOCARDLESS,
    heroku::HEROKU,
    hostedhooks::HOSTEDHOOKS,
    intercom::INTERCOM,
    jira::JIRA,
    launch_darkly::LAUNCH_DARKLY,
    lemon_squeezy::LEMON_SQUEEZY,
    line::LINE,
    microsoft_teams::MICROSOFT_TEAMS,
    modern_treasury::MODERN_TREASURY,
    mongodb::MONGODB,
    mux::MUX,
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
    stripe::STRIPE,
    terraform::TERRAFORM,
    tiktok::TIKTOK,
    trendmicro_conformity::TRENDMICRO_CONFORMITY,
    twilio::TWILIO,
    typeform::TYPEFORM,
    vercel::VERCEL,
    webex::WEBEX,
    workos::WORKOS,
    zendesk::ZENDESK,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &AFTERSHIP,
    &ALCHEMY,
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
    &FRAMEIO,
    &GITHUB,
    &GO1,
    &GOCARDLESS,
    &HEROKU,
    &HOSTEDHOOKS,
    &INTERCOM,
    &JIRA,
    &LAUNCH_DARKLY,
    &LEMON_SQUEEZY,
    &LINE,
    &MICROSOFT_TEAMS,
    &MODERN_TREASURY,
    &MONGODB,
    &MUX,
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
    &STRIPE,
    &TERRAFORM,
    &TIKTOK,
    &TRENDMICRO_CONFORMITY,
    &TWILIO,
    &TYPEFORM,
    &VERCEL,
    &WEBEX,
    &WORKOS,
    &ZENDESK,
];
