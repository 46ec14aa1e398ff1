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
pub mod bird;
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
#[cfg(feature = "ed25519")]
mod discord;
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
pub(crate) mod guess;
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
pub mod monday;
mod mongodb;
mod mux;
pub mod netlify;
mod notion;
pub mod okta;
mod openai;
mod orb;
mod orbit;
pub mod paddle;
mod pagerduty;
#[cfg(feature = "x509")]
pub mod paypal;
mod pinwheel;
#[cfg(feature = "ecdsa")]
pub mod plaid;
pub mod plivo;
mod provider;
#[cfg(any(feature = "ecdsa", feature = "ed25519", feature = "rsa"))]
mod public_key;
mod pusher;
mod query;
mod razorpay;
pub mod recurly;
mod resend;
mod revolut;
mod sanity;
#[cfg(feature = "ecdsa")]
mod sendgrid;
mod sentry;
mod shopify;
mod signal_sciences;
pub mod signalwire;
pub mod sinch;
mod slack;
#[cfg(feature = "x509")]
pub mod sns;
mod sonatype;
mod square;
mod standard_webhooks;
mod strava;
mod stripe;
mod svix;
mod tailored;
pub mod telegram;
#[cfg(feature = "ed25519")]
mod telnyx;
mod terraform;
mod tiktok;
pub mod trello;
mod trendmicro_conformity;
pub mod twilio;
pub mod twitter;
mod typeform;
mod vercel;
pub mod vmware;
pub mod vonage;
mod webex;
mod whatsapp;
#[cfg(feature = "rsa")]
mod wise;
mod woocommerce;
mod workos;
mod worldline;
pub mod xero;
mod zendesk;
pub mod zoom;

#[cfg(feature = "ed25519")]
pub use self::discord::DISCORD;
#[cfg(feature = "x509")]
pub use self::paypal::PAYPAL;
#[cfg(feature = "ecdsa")]
pub use self::plaid::PLAID;
#[cfg(feature = "ecdsa")]
pub use self::sendgrid::SENDGRID;
#[cfg(feature = "x509")]
pub use self::sns::SNS;
#[cfg(feature = "ed25519")]
pub use self::telnyx::TELNYX;
#[cfg(feature = "rsa")]
pub use self::wise::WISE;
pub use self::{
    adyen::ADYEN,
    aftership::AFTERSHIP,
    airship::AIRSHIP,
    alchemy::ALCHEMY,
    answers::OfferedSecret,
    asana::ASANA,
    autodesk::AUTODESK,
    bigcommerce::BIGCOMMERCE,
    bird::BIRD,
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
    guess::guess,
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
    monday::MONDAY,
    mongodb::MONGODB,
    mux::MUX,
    netlify::NETLIFY,
    notion::NOTION,
    okta::OKTA,
    openai::OPENAI,
    orb::ORB,
    orbit::ORBIT,
    paddle::PADDLE,
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
    standard_webhooks::STANDARD_WEBHOOKS,
    strava::STRAVA,
    stripe::STRIPE,
    svix::SVIX,
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
    vonage::VONAGE,
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
    &ADYEN,
    &AFTERSHIP,
    &AIRSHIP,
    &ALCHEMY,
    &ASANA,
    &AUTODESK,
    &BIGCOMMERCE,
    &BIRD,
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
    #[cfg(feature = "ed25519")]
    &DISCORD,
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
    &MONDAY,
    &MONGODB,
    &MUX,
    &NETLIFY,
    &NOTION,
    &OKTA,
    &OPENAI,
    &ORB,
    &ORBIT,
    &PADDLE,
    &PAGERDUTY,
    #[cfg(feature = "x509")]
    &PAYPAL,
    &PINWHEEL,
    #[cfg(feature = "ecdsa")]
    &PLAID,
    &PLIVO,
    &PUSHER,
    &RAZORPAY,
    &RECURLY,
    &RESEND,
    &REVOLUT,
    &SANITY,
    #[cfg(feature = "ecdsa")]
    &SENDGRID,
    &SENTRY,
    &SHOPIFY,
    &SIGNAL_SCIENCES,
    &SIGNALWIRE,
    &SINCH,
    &SLACK,
    #[cfg(feature = "x509")]
    &SNS,
    &SONATYPE,
    &SQUARE,
    &STANDARD_WEBHOOKS,
    &STRAVA,
    &STRIPE,
    &SVIX,
    &TELEGRAM,
    #[cfg(feature = "ed25519")]
    &TELNYX,
    &TERRAFORM,
    &TIKTOK,
    &TRELLO,
    &TRENDMICRO_CONFORMITY,
    &TWILIO,
    &TWITTER,
    &TYPEFORM,
    &VERCEL,
    &VMWARE,
    &VONAGE,
    &WEBEX,
    &WHATSAPP,
    #[cfg(feature = "rsa")]
    &WISE,
    &WOOCOMMERCE,
    &WORKOS,
    &WORLDLINE,
    &XERO,
    &ZENDESK,
    &ZOOM,
];
