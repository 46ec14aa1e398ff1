// An app behind the proxy: answers every request, and writes what it got as a line of JSON.
//
// The first line is its port. It ends with its standard input.

'use strict';

const http = require('node:http');

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    say({
      method: request.method,
      target: Buffer.from(request.url, 'latin1').toString('base64'),
      // Names and values as they stood in the request, one after the other.
      headers: request.rawHeaders,
      body: Buffer.concat(chunks).toString('base64'),
    });
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end('<Response><Message>Hi</Message></Response>');
  });
});

server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
process.stdin.on('end', () => process.exit(0)).resume();
