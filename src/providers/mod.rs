//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

mod alchemy;
mod answers;
mod autodesk;
mod bigcommerce;
mod bitbucket;
mod brex;
mod calendly;
mod castle;
mod circleci;
mod clerk;
mod coinbase_commerce;
mod customerio;
mod discourse;
mod docusign;
mod families;
mod frameio;
mod github;
mod go1;
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
mod pagerduty;
mod pinwheel;
pub mod plivo;
mod provider;
mod razorpay;
mod resend;
mod revolut;
mod shopify;
mod signal_sciences;
mod slack;
mod square;
mod stripe;
mod terraform;
mod tiktok;
mod trendmicro_conformity;
pub mod twilio;
mod typeform;
mod vercel;
mod webex;
mod workos;

pub use self::{
    alchemy::ALCHEMY,
    autodesk::AUTODESK,
    bigcommerce::BIGCOMMERCE,
    bitbucket::BITBUCKET,
    brex::BREX,
    calendly::CALENDLY,
    castle::CASTLE,
    circleci::CIRCLECI,
    clerk::CLERK,
    coinbase_commerce::COINBASE_COMMERCE,
    customerio::CUSTOMERIO,
    discourse::DISCOURSE,
    docusign::DOCUSIGN,
    frameio::FRAMEIO,
    github::GITHUB,
    go1::GO1,
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
    pagerduty::PAGERDUTY,
    pinwheel::PINWHEEL,
    plivo::PLIVO,
    provider::{CustomScheme, Provider, ProviderScheme, SecretInfo, by_id},
    razorpay::RAZORPAY,
    resend::RESEND,
    revolut::REVOLUT,
    shopify::SHOPIFY,
    signal_sciences::SIGNAL_SCIENCES,
    slack::SLACK,
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
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &ALCHEMY,
    &AUTODESK,
    &BIGCOMMERCE,
    &BITBUCKET,
    &BREX,
    &CALENDLY,
    &CASTLE,
    &CIRCLECI,
    &CLERK,
    &COINBASE_COMMERCE,
    &CUSTOMERIO,
    &DISCOURSE,
    &DOCUSIGN,
    &FRAMEIO,
    &GITHUB,
    &GO1,
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
    &PAGERDUTY,
    &PINWHEEL,
    &PLIVO,
    &RAZORPAY,
    &RESEND,
    &REVOLUT,
    &SHOPIFY,
    &SIGNAL_SCIENCES,
    &SLACK,
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
];
