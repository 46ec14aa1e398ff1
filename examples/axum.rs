//! Twilio's SMS webhook in axum.
//!
//! ```text
//! cargo run --example axum            # or another port: cargo run --example axum -- 8080
//! curl -i http://127.0.0.1:3000/sms -H 'X-Twilio-Signature: 6dOAny0wRNOBh9E8NZdWmwmitOk=' -d From=%2B15550100 -d Body=Hello
//! curl -i http://127.0.0.1:3000/sms -H 'X-Twilio-Signature: 6dOAny0wRNOBh9E8NZdWmwmitOk=' -d From=%2B15550100 -d Body=Forged
//! ```
//!
//! The first is answered with 200, the second with 403.

use axum::{Extension, Form, Router, routing::post};
use countersign::{PublicUrl, Verified, VerifyWebhookLayer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // In production both come from the configuration: the auth token, and the URL that Twilio's console has.
    axum::serve(listener, app("12345", PublicUrl::fixed("http://127.0.0.1:3000")?)).await?;
    Ok(())
}

fn app(auth_token: &str, public_url: PublicUrl) -> Router {
    Router::new().route("/sms", post(sms)).layer(VerifyWebhookLayer::twilio(auth_token).public_url(public_url))
}

#[derive(serde::Deserialize)]
struct Sms {
    #[serde(rename = "From")]
    from: String,
    #[serde(rename = "Body")]
    body: String,
}

/// Runs for genuine messages only.
async fn sms(Extension(verified): Extension<Verified>, Form(sms): Form<Sms>) -> String {
    format!("{} from {}, by way of {}\n", sms.body, sms.from, verified.provider())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, StatusCode},
    };
    use tower::ServiceExt;

    use super::*;

    async fn send(body: &'static str) -> (StatusCode, String) {
        let app = app("12345", PublicUrl::fixed("http://127.0.0.1:3000").expect("a URL"));
        let request = Request::post("/sms")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", "6dOAny0wRNOBh9E8NZdWmwmitOk=")
            .body(Body::from(body));
        let response = app.oneshot(request.expect("a request")).await.expect("a response");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 10).await.expect("a body");
        (parts.status, String::from_utf8(body.to_vec()).expect("a text"))
    }

    #[tokio::test]
    async fn a_genuine_message_is_answered() {
        let answer = send("From=%2B15550100&Body=Hello").await;
        assert_eq!(answer, (StatusCode::OK, "Hello from +15550100, by way of twilio\n".to_owned()));
    }

    #[tokio::test]
    async fn a_forged_one_is_refused() {
        assert_eq!(send("From=%2B15550100&Body=Forged").await.0, StatusCode::FORBIDDEN);
    }
}
