// The native API is handed on byte by byte, in both directions.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { kGateway, kModel, kOnlyUpstream, upstreamRequest } from './gateway.mjs';

const kHeaders = { 'content-type': 'application/json', 'x-api-key': 'sk-test' };

const post = (body, { headers = {}, path = '/v1/messages' } = {}) =>
  fetch(kGateway + path, { method: 'POST', headers: { ...kHeaders, ...headers }, body });

const kVersion = { 'anthropic-version': '2026-10-21' };

// Spaces, an order and escapes that no encoder would write.
const bodyWith = (marker, more = '') =>
  `{ "messages" : [ {"content":"say \\u00fc \\/ ${marker}","role":"user"} ],\n\t"max_tokens":1e2 ,${more}"model":"${kModel}" }`;

test('a request arrives as it was sent', async () => {
  const body = bodyWith('bytes-request-marker');
  const response = await post(body, { headers: kVersion });
  const answer = await response.text();
  const { raw, sent } = await upstreamRequest('bytes-request-marker');
  assert.equal(raw, body);
  assert.equal(answer, sent);
});

test('a stream comes back as it was sent', async () => {
  const response = await post(bodyWith('bytes-stream-marker', '"stream":true,'), { headers: kVersion });
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const answer = await response.text();
  const { sent } = await upstreamRequest('bytes-stream-marker');
  assert.match(sent, /^event: message_start\n/);
  assert.equal(answer, sent);
});

test('an error comes back as it was sent', async () => {
  const marker = 'bytes-error-marker';
  const response = await post(bodyWith(marker, '"temperature":1.5,'), { headers: kVersion });
  assert.equal(response.status, 400);
  assert.equal(await response.text(), (await upstreamRequest(marker)).sent);
});

test('counting tokens is handed on', async () => {
  const body = `{"model" : "${kModel}", "messages":[{"role":"user","content":"bytes-count-marker"}]}`;
  const response = await post(body, { headers: kVersion, path: '/v1/messages/count_tokens' });
  const answer = await response.text();
  const { raw, sent } = await upstreamRequest('bytes-count-marker');
  assert.deepEqual([raw, answer], [body, sent]);
});

test('versions, betas and the query are handed on', async () => {
  const headers = { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'one-2026-01-01,two-2026-02-02' };
  const response = await post(bodyWith('beta-marker', '"temperature":1,'), { headers, path: '/v1/messages?beta=true' });
  assert.equal(response.status, 200);
  const entry = await upstreamRequest('beta-marker');
  assert.equal(entry.headers['anthropic-version'], headers['anthropic-version']);
  assert.equal(entry.headers['anthropic-beta'], headers['anthropic-beta']);
  assert.equal(entry.url, '/v1/messages?beta=true');
});

test('what the upstream says about limits and the request comes back', async () => {
  const response = await post(bodyWith('native-headers-marker'), { headers: kVersion });
  assert.match(response.headers.get('request-id'), /^req_fake_/);
  assert.equal(response.headers.get('anthropic-ratelimit-requests-remaining'), '49');
});

test('a request without a version gets the newest', { skip: kOnlyUpstream }, async () => {
  const response = await post(bodyWith('no-version-marker'));
  assert.equal(response.status, 200);
  assert.equal((await upstreamRequest('no-version-marker')).headers['anthropic-version'], '2026-10-21');
});

test('the key of the client stays here, the key of the gateway goes on', { skip: kOnlyUpstream }, async () => {
  await post(bodyWith('native-key-marker'), { headers: { ...kVersion, authorization: 'Bearer sk-other' } });
  const { headers } = await upstreamRequest('native-key-marker');
  assert.equal(headers['x-api-key'], 'test-key');
  assert.ok(!JSON.stringify(headers).includes('sk-'));
});
