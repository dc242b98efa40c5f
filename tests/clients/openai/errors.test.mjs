// Errors come as the classes that the SDK has for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, kGateway, kModel, upstreamRequests, user } from './gateway.mjs';

// The error of a request that must fail.
async function errorOf(request) {
  try {
    await client.chat.completions.create(request);
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, `${error}`);
    return error;
  }
  return assert.fail('the request did not fail');
}

const fail = (status, more = {}) => errorOf({ model: kModel, messages: [user(`fail ${status}`)], ...more });

test('a model of another company is not found', async () => {
  const error = await errorOf({ model: 'gpt-4o', messages: [user('unknown-model-marker')] });
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.equal(error.param, 'model');
  assert.equal((await upstreamRequests('unknown-model-marker')).length, 0);
});

test('a model that the upstream does not know is not found', async () => {
  const error = await fail(404);
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
});

test('a key that the upstream refuses is an authentication failure', async () => {
  const error = await fail(401);
  // The key is the gateway's own here, so a gateway may say that the fault is on its side.
  const expected =
    error.status === 401
      ? { type: 'invalid_request_error', code: 'invalid_api_key' }
      : { type: 'server_error', code: 'upstream_authentication_failed' };
  assert.ok([401, 500].includes(error.status));
  assert.deepEqual({ type: error.type, code: error.code }, expected);
  assert.ok(error.message.length > 0);
});

for (const stream of [false, true]) {
  test(`a rate limit comes with its waiting time${stream ? ', before a stream too' : ''}`, async () => {
    const error = await fail(429, { stream });
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.status, 429);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.equal(error.type, 'rate_limit_error');
    assert.equal(error.code, 'rate_limit_exceeded');
  });
}

test('a request that the upstream refuses names the parameter', async () => {
  const error = await fail(400);
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.type, 'invalid_request_error');
  assert.equal(error.param, 'max_tokens');
});

test('a malformed request is refused at the gateway', async () => {
  const error = await errorOf({ model: kModel, messages: [{ role: 'wizard', content: 'malformed-marker' }] });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.type, 'invalid_request_error');
  assert.match(error.param, /^messages\[0\]/);
  assert.equal((await upstreamRequests('malformed-marker')).length, 0);
});

test('missing messages are named', async () => {
  const error = await errorOf({ model: kModel });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.code, 'missing_required_parameter');
  assert.equal(error.param, 'messages');
});

test('a body that is no JSON is refused', async () => {
  const response = await fetch(`${kGateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"model": ',
  });
  assert.equal(response.status, 400);
  assert.equal((await response.json()).error.code, 'invalid_json');
});
