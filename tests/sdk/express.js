// An app as the providers' tutorials write it: Express, with the official SDKs' own validation in front of its handlers.
//
// The first line is its port; each request that reaches a handler is another. It ends with its standard input.

'use strict';

const express = require('./.tools/node/node_modules/express');
const plivo = require('./.tools/node/node_modules/plivo');
const twilio = require('./.tools/node/node_modules/twilio');

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const token = process.env.TWILIO_AUTH_TOKEN;

const app = express();
app.use(express.urlencoded({ extended: false }));
// The SDK hashes the bytes of what is no form.
app.use(express.json({ verify: (request, response, bytes) => (request.rawBody = bytes) }));

const handler = (request, response) => {
  say({ reached: request.path, body: request.body, isGenuine: request.get('x-genuine') === '1' });
  response.type('text/xml').send('<Response/>');
};

app.post('/twilio', twilio.webhook(), handler);
app.post('/twilio-behind-a-proxy', twilio.webhook({ protocol: 'https', host: 'hooks.example.com' }), handler);
app.post('/plivo', (request, response, next) => {
  const url = `${request.protocol}://${request.get('host')}${request.originalUrl}`;
  const [signature, nonce] = ['x-plivo-signature-v3', 'x-plivo-signature-v3-nonce'].map((name) => request.get(name) ?? '');
  const isGenuine = plivo.validateV3Signature('POST', url, nonce, token, signature, { ...request.body });
  return isGenuine ? next() : response.status(403).end();
}, handler);

const server = app.listen(0, '127.0.0.1', () => say({ port: server.address().port }));

// Media Streams: the handshake is signed as any other request.
server.on('upgrade', (request, socket) => {
  const url = `ws://${request.headers.host}${request.url}`;
  if (!twilio.validateRequest(token, request.headers['x-twilio-signature'] ?? '', url, {})) {
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    return;
  }
  say({ reached: request.url, isGenuine: request.headers['x-genuine'] === '1' });
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
});
process.stdin.on('end', () => process.exit(0)).resume();
