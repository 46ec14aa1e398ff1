//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.
//!
//! Providers that sign with a private key of their own need a feature (`ed25519`, `ecdsa`, `rsa`, `x509`); without it
//! they are not there.

pub mod adyen;
pub mod aftership;
pub mod airship;
mod alchemy;
mod answers;
mod asana;
mod autodesk;
mod bigcommerce;
mod bitbucket;
mod body_time;
pub mod bolt;
pub mod r#box;
pub mod braintree;
mod brex;
mod buildkite;
mod calendly;
mod castle;
pub mod chargify;
mod circleci;
mod clearbit;
mod clerk;
pub mod coinbase;
mod coinbase_commerce;
pub mod contentful;
mod customerio;
mod discourse;
mod docusign;
mod dropbox;
pub mod dropbox_sign;
mod facebook_graph_api;
mod facebook_messenger;
mod families;
pub mod figma;
mod frameio;
pub mod gitea;
mod github;
pub mod gitlab;
mod go1;
mod gocardless;
pub mod graphcms;
mod header_token;
mod heroku;
mod hostedhooks;
mod hub;
pub mod hubspot;
mod instagram;
mod intercom;
mod jira;
mod launch_darkly;
mod lemon_squeezy;
mod line;
mod linear;
pub mod mailchimp;
pub mod mailgun;
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
mod pusher;
mod query;
mod razorpay;
pub mod recurly;
mod resend;
mod revolut;
mod sanity;
mod sentry;
mod shopify;
mod signal_sciences;
pub mod signalwire;
pub mod sinch;
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
    adyen::ADYEN,
    aftership::AFTERSHIP,
    airship::AIRSHIP,
    alchemy::ALCHEMY,
    asana::ASANA,
    autodesk::AUTODESK,
    bigcommerce::BIGCOMMERCE,
    bitbucket::BITBUCKET,
    bolt::BOLT,
    r#box::BOX,
    braintree::BRAINTREE,
    brex::BREX,
    buildkite::BUILDKITE,
    calendly::CALENDLY,
    castle::CASTLE,
    chargify::CHARGIFY,
    circleci::CIRCLECI,
    clearbit::CLEARBIT,
    clerk::CLERK,
    coinbase::COINBASE,
    coinbase_commerce::COINBASE_COMMERCE,
    contentful::CONTENTFUL,
    customerio::CUSTOMERIO,
    discourse::DISCOURSE,
    docusign::DOCUSIGN,
    dropbox::DROPBOX,
    dropbox_sign::DROPBOX_SIGN,
    facebook_graph_api::FACEBOOK_GRAPH_API,
    facebook_messenger::FACEBOOK_MESSENGER,
    figma::FIGMA,
    frameio::FRAMEIO,
    gitea::GITEA,
    github::GITHUB,
    gitlab::GITLAB,
    go1::GO1,
    gocardless::GOCARDLESS,
    graphcms::GRAPHCMS,
    heroku::HEROKU,
    hostedhooks::HOSTEDHOOKS,
    hubspot::HUBSPOT,
    instagram::INSTAGRAM,
    intercom::INTERCOM,
    jira::JIRA,
    launch_darkly::LAUNCH_DARKLY,
    lemon_squeezy::LEMON_SQUEEZY,
    line::LINE,
    linear::LINEAR,
    mailchimp::MAILCHIMP,
    mailgun::MAILGUN,
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
    pusher::PUSHER,
    razorpay::RAZORPAY,
    recurly::RECURLY,
    resend::RESEND,
    revolut::REVOLUT,
    sanity::SANITY,
    sentry::SENTRY,
    shopify::SHOPIFY,
    signal_sciences::SIGNAL_SCIENCES,
    signalwire::SIGNALWIRE,
    sinch::SINCH,
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
    provider::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, by_id},
    answers::OfferedSecret,
};

/// Every provider, sorted by id.
pub static ALL: &[&Provider] = &[
    &ADYEN,
    &AFTERSHIP,
    &AIRSHIP,
    &ALCHEMY,
    &ASANA,
    &AUTODESK,
    &BIGCOMMERCE,
    &BITBUCKET,
    &BOLT,
    &BOX,
    &BRAINTREE,
    &BREX,
    &BUILDKITE,
    &CALENDLY,
    &CASTLE,
    &CHARGIFY,
    &CIRCLECI,
    &CLEARBIT,
    &CLERK,
    &COINBASE,
    &COINBASE_COMMERCE,
    &CONTENTFUL,
    &CUSTOMERIO,
    &DISCOURSE,
    &DOCUSIGN,
    &DROPBOX,
    &DROPBOX_SIGN,
    &FACEBOOK_GRAPH_API,
    &FACEBOOK_MESSENGER,
    &FIGMA,
    &FRAMEIO,
    &GITEA,
    &GITHUB,
    &GITLAB,
    &GO1,
    &GOCARDLESS,
    &GRAPHCMS,
    &HEROKU,
    &HOSTEDHOOKS,
    &HUBSPOT,
    &INSTAGRAM,
    &INTERCOM,
    &JIRA,
    &LAUNCH_DARKLY,
    &LEMON_SQUEEZY,
    &LINE,
    &LINEAR,
    &MAILCHIMP,
    &MAILGUN,
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
    &PUSHER,
    &RAZORPAY,
    &RECURLY,
    &RESEND,
    &REVOLUT,
    &SANITY,
    &SENTRY,
    &SHOPIFY,
    &SIGNAL_SCIENCES,
    &SIGNALWIRE,
    &SINCH,
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
