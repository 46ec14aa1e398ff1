//! Plivo's answer URL in plain hyper.
//!
//! ```text
//! cargo run --example hyper           # or another port: cargo run --example hyper -- 8080
//! curl -i http://127.0.0.1:3000/answer -H 'X-Plivo-Signature-V3: iq2H4INJvN+hqUCjr3xcSfmkUbtIRgOf4Td9HU6+r8E=' -H 'X-Plivo-Signature-V3-Nonce: 05429567804466091622' -d From=15550100 -d CallStatus=ringing
//! curl -i http://127.0.0.1:3000/answer -H 'X-Plivo-Signature-V3: iq2H4INJvN+hqUCjr3xcSfmkUbtIRgOf4Td9HU6+r8E=' -H 'X-Plivo-Signature-V3-Nonce: 05429567804466091622' -d From=15550199 -d CallStatus=ringing
//! ```
//!
//! The first is answered with 200, the second with 403.

use std::convert::Infallible;

use bytes::Bytes;
use countersign::{
    PublicUrl, VerifyWebhookLayer,
    middleware::{BufferedBody, ResponseBody},
};
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tower::{Service, ServiceBuilder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).map_or(Ok(3000), |port| port.parse::<u16>())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // In production both come from the configuration: the auth token, and the URL that Plivo's console has.
    let service = TowerToHyperService::new(app("12345", PublicUrl::fixed("http://127.0.0.1:3000")?));
    loop {
        let (stream, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let connection =
                http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("a connection failed: {error}");
            }
        });
    }
}

fn app<B: Body + Send>(
    auth_token: &str,
    public_url: PublicUrl,
) -> impl Service<Request<B>, Response = Response<ResponseBody<Full<Bytes>>>, Error = Infallible, Future: Send> + Clone
{
    ServiceBuilder::new().layer(VerifyWebhookLayer::plivo(auth_token).public_url(public_url)).service_fn(answer)
}

/// Runs for genuine calls only; the body is the one that was verified.
async fn answer(request: Request<BufferedBody>) -> Result<Response<Full<Bytes>>, Infallible> {
    println!("a call: {}", String::from_utf8_lossy(&request.into_body().into_bytes()));
    let mut response = Response::new(Full::from("<Response><Speak>Hello</Speak></Response>\n"));
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/xml"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use tower::ServiceExt;

    use super::*;

    async fn send(body: &'static str) -> StatusCode {
        let app = app("12345", PublicUrl::fixed("http://127.0.0.1:3000").expect("a URL"));
        let request = Request::post("/answer")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-plivo-signature-v3", "iq2H4INJvN+hqUCjr3xcSfmkUbtIRgOf4Td9HU6+r8E=")
            .header("x-plivo-signature-v3-nonce", "05429567804466091622")
            .body(Full::<Bytes>::from(body));
        app.oneshot(request.expect("a request")).await.expect("a response").status()
    }

    #[tokio::test]
    async fn a_genuine_call_is_answered() {
        assert_eq!(send("From=15550100&CallStatus=ringing").await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_forged_one_is_refused() {
        assert_eq!(send("From=15550199&CallStatus=ringing").await, StatusCode::FORBIDDEN);
    }
}
