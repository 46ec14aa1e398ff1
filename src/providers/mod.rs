//! One file per provider: its page for users, and its scheme.
//!
//! [`ALL`] is the registry, sorted by id; help, tables and look-ups derive from it. A program that names single
//! providers ([`TWILIO`], [`GITHUB`]) links only those.

pub mod adyen;
pub mod aftership;
mod alchemy;
mod answers;
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
pub mod dropbox_sign;
mod families;
pub mod figma;
mod frameio;
pub mod gitea;
mod github;
mod go1;
mod gocardless;
pub mod graphcms;
mod header_token;
mod heroku;
mod hostedhooks;
pub mod hubspot;
mod intercom;
mod jira;
mod launch_darkly;
mod lemon_squeezy;
mod line;
mod linear;
pub mod mailchimp;
pub mod mailgun;
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
mod pusher;
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
    adyen::ADYEN,
    aftership::AFTERSHIP,
    alchemy::ALCHEMY,
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
    dropbox_sign::DROPBOX_SIGN,
    figma::FIGMA,
    frameio::FRAMEIO,
    gitea::GITEA,
    github::GITHUB,
    go1::GO1,
    gocardless::GOCARDLESS,
    graphcms::GRAPHCMS,
    heroku::HEROKU,
    hostedhooks::HOSTEDHOOKS,
    hubspot::HUBSPOT,
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
    openai::OPENAI,
    orb::ORB,
    orbit::ORBIT,
    pagerduty::PAGERDUTY,
    pinwheel::PINWHEEL,
    plivo::PLIVO,
    provider::{Confidence, CustomScheme, Provider, ProviderScheme, SecretInfo, Status, TimeWindow, by_id},
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
    &ADYEN,
    &AFTERSHIP,
    &ALCHEMY,
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
    &DROPBOX_SIGN,
    &FIGMA,
    &FRAMEIO,
    &GITEA,
    &GITHUB,
    &GO1,
    &GOCARDLESS,
    &GRAPHCMS,
    &HEROKU,
    &HOSTEDHOOKS,
    &HUBSPOT,
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
