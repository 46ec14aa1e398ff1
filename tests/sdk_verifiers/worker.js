// Answers the tests' questions with the verifiers of the providers' SDKs for Node: a line of JSON in, a line of JSON out.
//
// A question names a verifier below and holds a delivery. The answer is whether the SDK accepts it; SDKs that refuse by
// raising an error do so here too, and the error is the answer.

'use strict';

const { Console } = require('node:console');
const { createSecretKey } = require('node:crypto');
const { createRequire } = require('node:module');
const path = require('node:path');
const querystring = require('node:querystring');
const readline = require('node:readline');
const { pathToFileURL } = require('node:url');

// Standard output is for answers; some SDKs write to it.
globalThis.console = new Console(process.stderr);

const packages = path.join(__dirname, '.tools/node/');
const sdk = createRequire(packages);
// A file of a package: of one that is there as ECMAScript modules alone, or beside the front door.
const file = (name) => path.join(packages, 'node_modules', name);
const load = (name) => import(pathToFileURL(file(name)));

// SDKs that parse the event return it, or raise an error.
const accepts = async (outcome) => {
  await outcome;
  return true;
};

const standardWebhooks = (d, secret) => accepts(new (sdk('standardwebhooks').Webhook)(secret).verify(d.text, d.headers));

// The package's front door wants the whole of Sinch's SDK beside it.
const sinch = () => require(file('@sinch/sdk-client/dist/utils/authorization.helper.js'));

const verifiers = {
  bigcommerce: (d) => standardWebhooks(d, Buffer.from(d.secret).toString('base64')),

  'bird-jwt': (d) => {
    const key = createSecretKey(Buffer.from(d.secret));
    const { verify } = sdk('messagebird/lib/webhook-signature-jwt');
    return accepts(verify(d.url, d.body, d.headers['messagebird-signature-jwt'], key));
  },

  braintree(d) {
    const braintree = sdk('braintree');
    const [publicKey, privateKey] = d.secret.split(':');
    const environment = braintree.Environment.Sandbox;
    const gateway = new braintree.BraintreeGateway({ environment, merchantId: 'm', publicKey, privateKey });
    const form = querystring.parse(d.text);
    return accepts(gateway.webhookNotification.parse(form.bt_signature, form.bt_payload));
  },

  brex: (d) => standardWebhooks(d, d.secret),

  clerk(d) {
    const request = new Request(d.url, { method: d.method, headers: d.headers, body: d.body });
    return accepts(sdk('@clerk/backend/webhooks').verifyWebhook(request, { signingSecret: d.secret }));
  },

  coinbase_commerce: (d) =>
    sdk('coinbase-commerce-node').Webhook.verifySigHeader(d.text, d.headers['x-cc-webhook-signature'], d.secret),

  contentful: (d) =>
    sdk('@contentful/node-apps-toolkit').verifyRequest(d.secret, {
      method: d.method,
      path: d.target,
      headers: d.headers,
      body: d.text,
    }),

  discord: (d) =>
    sdk('discord-interactions').verifyKey(
      d.body,
      d.headers['x-signature-ed25519'],
      d.headers['x-signature-timestamp'],
      d.secret,
    ),

  async github(d) {
    const { verify } = await load('@octokit/webhooks-methods/dist-node/index.js');
    return verify(d.secret, d.text, d.headers['x-hub-signature-256']);
  },

  gitlab: (d) => standardWebhooks(d, d.secret),

  gocardless: (d) => accepts(sdk('gocardless-nodejs').parse(d.text, d.secret, d.headers['webhook-signature'])),

  graphcms: (d) =>
    sdk('@hygraph/utils').verifyWebhookSignature({
      rawPayload: d.text,
      signature: d.headers['gcms-signature'],
      secret: d.secret,
    }),

  line: (d) => sdk('@line/bot-sdk').validateSignature(d.body, d.secret, d.headers['x-line-signature']),

  async linear(d) {
    const { LinearWebhookClient } = await load('@linear/sdk/dist/webhooks/index.mjs');
    return new LinearWebhookClient(d.secret).verify(d.body, d.headers['linear-signature']);
  },

  modern_treasury(d) {
    const ModernTreasury = sdk('modern-treasury');
    const client = new ModernTreasury({ apiKey: 'k', organizationID: 'o', webhookKey: d.secret });
    return client.webhooks.validateSignature(d.text, d.headers);
  },

  mux(d) {
    const Mux = sdk('@mux/mux-node');
    const client = new Mux({ tokenId: 'i', tokenSecret: 's', webhookSecret: d.secret });
    return accepts(client.webhooks.verifySignature(d.text, d.headers));
  },

  notion: (d) =>
    sdk('@notionhq/client').verifyWebhookSignature({
      body: d.text,
      signature: d.headers['x-notion-signature'],
      verificationToken: d.secret,
    }),

  openai(d) {
    const OpenAI = sdk('openai');
    const client = new OpenAI({ apiKey: 'k', webhookSecret: d.secret });
    return accepts(client.webhooks.verifySignature(d.text, d.headers));
  },

  orb(d) {
    const Orb = sdk('orb-billing');
    const client = new Orb({ apiKey: 'k', webhookSecret: d.secret });
    return accepts(client.webhooks.verifySignature(d.text, d.headers));
  },

  paddle(d) {
    const { Paddle } = sdk('@paddle/paddle-node-sdk');
    return new Paddle('k').webhooks.isSignatureValid(d.text, d.secret, d.headers['paddle-signature']);
  },

  pusher(d) {
    const Pusher = sdk('pusher');
    const [key, secret] = [d.headers['x-pusher-key'], d.secret];
    return new Pusher({ appId: '1', key, secret }).webhook({ headers: d.headers, rawBody: d.text }).isValid();
  },

  razorpay: (d) => sdk('razorpay').validateWebhookSignature(d.text, d.headers['x-razorpay-signature'], d.secret),

  resend(d) {
    const { Resend } = sdk('resend');
    const headers = {
      id: d.headers['svix-id'],
      timestamp: d.headers['svix-timestamp'],
      signature: d.headers['svix-signature'],
    };
    return accepts(new Resend('re_k').webhooks.verify({ payload: d.text, headers, webhookSecret: d.secret }));
  },

  sanity: (d) => sdk('@sanity/webhook').isValidSignature(d.text, d.headers['sanity-webhook-signature'], d.secret),

  sendgrid(d) {
    const { EventWebhook, EventWebhookHeader } = sdk('@sendgrid/eventwebhook');
    const events = new EventWebhook();
    return events.verifySignature(
      events.convertPublicKeyToECDSA(d.secret),
      d.body,
      d.headers[EventWebhookHeader.SIGNATURE().toLowerCase()],
      d.headers[EventWebhookHeader.TIMESTAMP().toLowerCase()],
    );
  },

  async shopify(d) {
    sdk('@shopify/shopify-api/adapters/node');
    const { shopifyApi, LogSeverity } = sdk('@shopify/shopify-api');
    const shopify = shopifyApi({
      apiKey: 'k',
      apiSecretKey: d.secret,
      apiVersion: '2026-01',
      hostName: 'hooks.example.com',
      isEmbeddedApp: false,
      logger: { level: LogSeverity.Error },
    });
    const rawRequest = { method: d.method, url: d.target, headers: d.headers };
    const outcome = await shopify.webhooks.validate({ rawBody: d.text, rawRequest, rawResponse: {} });
    return outcome.valid;
  },

  sinch: (d) => sinch().validateWebhookSignature(d.secret, d.headers, d.text),

  'sinch-application': (d) => {
    const [key, secret] = d.secret.split(':');
    return sinch().validateAuthenticationHeader(key, secret, d.headers, d.text, d.path, d.method);
  },

  'sinch-numbers': (d) => sinch().validateSignatureHeader(d.secret, d.headers, d.text),

  standard_webhooks: (d) => standardWebhooks(d, d.secret),

  stripe(d) {
    const { webhooks } = new (sdk('stripe'))('sk_test_k');
    return accepts(webhooks.constructEvent(d.body, d.headers['stripe-signature'], d.secret));
  },

  svix: (d) => accepts(new (sdk('svix').Webhook)(d.secret).verify(d.text, d.headers)),

  vonage: (d) => sdk('@vonage/jwt').verifySignature(d.headers.authorization.replace('Bearer ', ''), d.secret),

  workos(d) {
    const { WorkOS } = sdk('@workos-inc/node');
    const { webhooks } = new WorkOS('sk_test_k');
    const sigHeader = d.headers['workos-signature'];
    return webhooks.verifyHeader({ payload: d.text, sigHeader, secret: d.secret });
  },

  worldline(d) {
    const { webhooks } = sdk('onlinepayments-sdk-nodejs');
    const store = { getSecretKey: async () => d.secret };
    return accepts(webhooks.init(store).validate(d.body, d.headers));
  },

  async zoom(d) {
    const { AwsLambdaReceiver } = sdk('@zoom/rivet/meetings');
    const receiver = new AwsLambdaReceiver({ webhooksSecretToken: d.secret });
    receiver.init({ eventEmitter: { emit: async () => {} } });
    const response = await receiver.start()({ headers: d.headers, body: d.text, isBase64Encoded: false }, {});
    return response.statusCode === 200;
  },
};

function delivery(question) {
  const body = Buffer.from(question.body, 'base64');
  const target = question.url.replace(/^[^/]*\/\/[^/?]*/, '');
  return { ...question, body, text: body.toString(), target, path: target.split('?')[0] };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    let answer;
    try {
      answer = { answer: await verifiers[question.verifier](delivery(question)) };
    } catch (error) {
      answer = { error: `${error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

main();
