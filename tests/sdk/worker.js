// Answers the tests' questions with Twilio's and Plivo's SDKs for Node: a line of JSON in, a line of JSON out.
//
// A request is read as an app would read it: forms by Node's own `querystring`, as Express does by default.

'use strict';

const crypto = require('node:crypto');
const http = require('node:http');
const querystring = require('node:querystring');
const readline = require('node:readline');
const plivo = require('./.tools/node/node_modules/plivo');
const twilio = require('./.tools/node/node_modules/twilio');

const body = (request) => Buffer.from(request.body, 'base64');

// The parameters of a form; none for any other body.
const form = (request) => (request.is_form ? { ...querystring.parse(body(request).toString()) } : {});

// What Express hands to the middleware; `rawBody` is set by its body parser where there is a body.
function express(request) {
  const headers = { 'x-twilio-signature': request.signature };
  const raw = body(request);
  return {
    headers,
    header: (name) => headers[name.toLowerCase()],
    originalUrl: request.url.replace(/^[^/]*\/\/[^/?]*/, ''),
    body: form(request),
    rawBody: raw.length > 0 ? raw : undefined,
  };
}

// Sends a request as a provider would: nothing is added to its headers.
function send(request) {
  return new Promise((resolve, reject) => {
    const { port, method, target } = request;
    const outgoing = http.request({ host: '127.0.0.1', port, method, path: target, setHost: false, timeout: 30_000 });
    const names = new Set(request.headers.map(([name]) => name));
    for (const name of names) {
      const values = request.headers.filter(([other]) => other === name).map(([, value]) => value);
      outgoing.setHeader(name, values.length > 1 ? values : values[0]);
    }
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const chunks = [];
      response.on('error', reject);
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.end(body(request));
  });
}

// The second opinion: the providers' documentation put into code without their SDKs, on bytes.

// A text of one character per byte, so that sorting and joining work on bytes.
const bytes = (buffer) => Buffer.from(buffer).toString('latin1');

function pairs(raw) {
  const decode = (side) =>
    side.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return raw
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => [pair, ...pair.split('=')])
    .map(([pair, name]) => [decode(name), decode(pair.slice(name.length + 1))])
    .sort(([a, b], [c, d]) => (a === c ? compare(b, d) : compare(a, c)));
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const documents = {
  twilio(request) {
    const params = request.is_form ? pairs(bytes(body(request))) : [];
    const distinct = params.filter(
      ([name, value], index) => index === 0 || name !== params[index - 1][0] || value !== params[index - 1][1],
    );
    return bytes(request.url) + distinct.flat().join('');
  },
  'plivo-v3'(request) {
    const [, location, rawQuery] = /^([^?]*)\??(.*)$/s.exec(bytes(request.url));
    const query = pairs(rawQuery).map(([name, value]) => `${name}=${value}`).join('&');
    const params = request.is_form && request.method !== 'GET' ? pairs(bytes(body(request))).flat().join('') : '';
    const hasForm = request.is_form && request.method !== 'GET' && pairs(bytes(body(request))).length > 0;
    const mark = query !== '' || hasForm ? '?' : '';
    const dot = query !== '' && hasForm ? '.' : '';
    return `${location}${mark}${query}${dot}${params}.${bytes(request.nonce)}`;
  },
  'plivo-v2': (request) => bytes(request.url).split('?')[0] + bytes(request.nonce),
};

function signByHand(request) {
  const algorithm = request.scheme === 'twilio' && !/HMAC_SHA256/i.test(request.settings ?? '') ? 'sha1' : 'sha256';
  const text = documents[request.scheme](request);
  return crypto.createHmac(algorithm, request.token).update(text, 'latin1').digest('base64');
}

const calls = {
  verify: {
    twilio: (r) => twilio.validateIncomingRequest(express(r), r.token, { url: r.url }),
    'plivo-v3': (r) =>
      plivo.validateV3Signature(r.method, r.url, r.nonce, r.token, r.signature, r.method === 'GET' ? {} : form(r)),
    'plivo-v2': (r) => plivo.validateSignature(r.url, r.nonce, r.signature, r.token),
  },
  // Plivo's SDK for Node has a validator only.
  sign: { twilio: (r) => twilio.getExpectedTwilioSignature(r.token, r.url, form(r)) },
  'sign-by-hand': { twilio: signByHand, 'plivo-v3': signByHand, 'plivo-v2': signByHand },
};

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      const call = request.call === 'send' ? send : calls[request.call][request.scheme];
      answer = { answer: await call(request) };
    } catch (error) {
      answer = { error: `${error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
