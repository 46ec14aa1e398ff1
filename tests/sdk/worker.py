"""Answers the tests' questions with Twilio's and Plivo's SDKs for Python: a line of JSON in, a line of JSON out.

A request is read as an app would read it: forms by the standard library, other bodies as text.
"""

import base64
import hashlib
import hmac
import http.client
import json
import logging
import sys
from urllib.parse import parse_qs, unquote_to_bytes

import plivo.utils
from plivo.utils import signature_v3
from twilio.request_validator import RequestValidator, get_signature_algorithm

logging.disable(logging.CRITICAL)  # twilio warns of unsupported algorithms; the verdict says it


class Form(dict):
    """A form with several values for a name, with the method that Flask's and Django's forms have."""

    def getlist(self, name):
        return self[name]


def form(case):
    """The parameters of a form, None for any other body."""
    if not case["is_form"]:
        return None
    return Form(parse_qs(body(case).decode("utf-8", "replace"), keep_blank_values=True))


def body(case):
    return base64.b64decode(case["body"])


def verify_twilio(case):
    params = form(case)
    if params is None:
        params = body(case).decode("utf-8", "replace")
    validator = RequestValidator(case["token"])
    return validator.validate(
        case["url"], params, case["signature"], get_signature_algorithm(case.get("settings"))
    )


def sign_twilio(case):
    algorithm = get_signature_algorithm(case.get("settings"))
    return RequestValidator(case["token"]).compute_signature(case["url"], form(case) or {}, algorithm)


def verify_plivo_v3(case):
    params = {} if case["method"] == "GET" else form(case) or {}
    arguments = (case["method"], case["url"], case["nonce"], case["token"], case["signature"])
    return plivo.utils.validate_v3_signature(*arguments, params)


def sign_plivo_v3(case):
    # The SDK exports no signer. These are the functions of which its validator is made.
    if case["method"] == "GET":
        base = signature_v3.construct_get_url(case["url"], {})
    else:
        base = signature_v3.construct_post_url(case["url"], form(case) or {})
    nonce = case["nonce"].encode()
    signature = signature_v3.get_signature_v3(case["token"].encode(), base.decode(), nonce)
    return signature.decode()


def verify_plivo_v2(case):
    return plivo.utils.validate_signature(case["url"], case["nonce"], case["signature"], case["token"])


def send(case):
    """Sends a request as a provider would: nothing is added to its headers."""
    connection = http.client.HTTPConnection("127.0.0.1", case["port"], timeout=30)
    connection.putrequest(case["method"], case["target"], skip_host=True, skip_accept_encoding=True)
    for name, value in case["headers"]:
        connection.putheader(name, value.encode())
    connection.endheaders(body(case))
    response = connection.getresponse()
    answer = {"status": response.status, "body": response.read().decode()}
    connection.close()
    return answer


# The second opinion: the providers' documentation put into code without their SDKs, on bytes.


def pairs(raw):
    """The decoded parameters of a form or a query, as bytes."""
    decode = lambda side: unquote_to_bytes(side.replace(b"+", b" "))
    for pair in filter(None, raw.split(b"&")):
        name, _, value = pair.partition(b"=")
        yield decode(name), decode(value)


def document_twilio(case):
    params = sorted(set(pairs(body(case)))) if case["is_form"] else []
    return case["url"].encode() + b"".join(name + value for name, value in params)


def document_plivo_v3(case):
    location, _, query = case["url"].encode().partition(b"?")
    query = b"&".join(name + b"=" + value for name, value in sorted(pairs(query)))
    params = []
    if case["is_form"] and case["method"] != "GET":
        params = [name + value for name, value in sorted(pairs(body(case)))]
    mark = b"?" if query or params else b""
    dot = b"." if query and params else b""
    return location + mark + query + dot + b"".join(params) + b"." + case["nonce"].encode()


def document_plivo_v2(case):
    return case["url"].partition("?")[0].encode() + case["nonce"].encode()


def by_hand(document):
    def sign(case):
        settings = (case.get("settings") or "").upper()
        sha1 = document is document_twilio and "HMAC_SHA256" not in settings
        mac = hmac.new(case["token"].encode(), document(case), hashlib.sha1 if sha1 else hashlib.sha256)
        return base64.b64encode(mac.digest()).decode()

    return sign


CALLS = {
    ("verify", "twilio"): verify_twilio,
    ("verify", "plivo-v3"): verify_plivo_v3,
    ("verify", "plivo-v2"): verify_plivo_v2,
    ("sign", "twilio"): sign_twilio,
    ("sign", "plivo-v3"): sign_plivo_v3,
    ("sign-by-hand", "twilio"): by_hand(document_twilio),
    ("sign-by-hand", "plivo-v3"): by_hand(document_plivo_v3),
    ("sign-by-hand", "plivo-v2"): by_hand(document_plivo_v2),
}

for line in sys.stdin.buffer:
    case = json.loads(line)
    try:
        call = send if case["call"] == "send" else CALLS[case["call"], case["scheme"]]
        answer = {"answer": call(case)}
    except Exception as error:  # whatever an SDK raises, an app would answer it with an error
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
