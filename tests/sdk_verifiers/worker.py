"""Answers the tests' questions with the verifiers of the providers' SDKs for Python: a line of JSON in, one out.

A question names a verifier below and holds a delivery. The answer is whether the SDK accepts it; SDKs that refuse by
raising an error do so here too, and the error is the answer. Each SDK is imported when it is first asked for.
"""

import base64
import email
import email.policy
import json
import sys
from types import SimpleNamespace


def adyen(d):
    from Adyen.util import is_valid_hmac_notification

    return is_valid_hmac_notification(json.loads(d.text), d.secret)


def adyen_payload(d):
    from Adyen.util import is_valid_hmac_payload

    return is_valid_hmac_payload(d.headers["hmacsignature"], d.secret, d.body)


def box(d):
    from box_sdk_gen.managers.webhooks import WebhooksManager

    return WebhooksManager.validate_message(d.text, d.headers, d.secret)


def castle(d):
    from castle.webhooks.verify import WebhooksVerify

    webhook = SimpleNamespace(data=d.body, headers={"X-Castle-Signature": d.headers["x-castle-signature"]})
    WebhooksVerify.call(webhook, SimpleNamespace(api_secret=d.secret))
    return True


def dropbox_sign(d):
    from dropbox_sign import EventCallbackHelper, EventCallbackRequest

    head = f"Content-Type: {d.headers['content-type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + d.body, policy=email.policy.HTTP)
    fields = {part.get_param("name", header="content-disposition"): part for part in form.iter_parts()}
    event = EventCallbackRequest.init(json.loads(fields["json"].get_payload(decode=True)))
    return EventCallbackHelper.is_valid(d.secret, event)


def hubspot(d):
    from hubspot.utils.signature import Signature

    return Signature.is_valid(
        signature=d.headers["x-hubspot-signature-v3"],
        client_secret=d.secret,
        request_body=d.text,
        http_uri=d.url,
        http_method=d.method,
        signature_version="v3",
        timestamp=d.headers["x-hubspot-request-timestamp"],
    )


def slack(d):
    from slack_sdk.signature import SignatureVerifier

    return SignatureVerifier(d.secret).is_valid_request(d.body, d.headers)


def square(d):
    from square.utils.webhooks_helper import verify_signature

    return verify_signature(
        request_body=d.text,
        signature_header=d.headers["x-square-hmacsha256-signature"],
        signature_key=d.secret,
        notification_url=d.url,
    )


def standard_webhooks(d):
    from standardwebhooks.webhooks import Webhook

    Webhook(d.secret).verify(d.body, d.headers)
    return True


VERIFIERS = {
    "adyen": adyen,
    "adyen-payload": adyen_payload,
    "box": box,
    "castle": castle,
    "dropbox_sign": dropbox_sign,
    "hubspot": hubspot,
    "slack": slack,
    "square": square,
    "standard_webhooks": standard_webhooks,
}

# Standard output is for answers.
answers, sys.stdout = sys.stdout, sys.stderr
for line in sys.stdin.buffer:
    question = json.loads(line)
    try:
        delivery = SimpleNamespace(**question)
        delivery.body = base64.b64decode(question["body"])
        delivery.text = delivery.body.decode()
        answer = {"answer": VERIFIERS[question["verifier"]](delivery)}
    except Exception as error:  # whatever an SDK raises, an app would answer it with an error
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), file=answers, flush=True)
