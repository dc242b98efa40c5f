// Errors come as the classes that the SDK has for them, with the status, type, code and param of OpenAI's dialect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import {
  client,
  clientOf,
  errorOf,
  kGateway,
  kGuarded,
  kModel,
  kStrict,
  upstreamRequest,
  upstreamRequests,
  user,
} from './gateway.mjs';

const ask = (request, options) => errorOf(client.chat.completions.create({ model: kModel, ...request }, options));
const fail = (script, more = {}) => ask({ messages: [user(`fail ${script}`)], ...more });

const kTooLong = 'prompt is too long: 1200000 tokens > 1000000 maximum';
const kNoCredit = 'Your credit balance is too low to access the Anthropic API.';

// [the upstream's answer, the class, status, type, code, param]
const kUpstreamErrors = [
  ['400', OpenAI.BadRequestError, 400, 'invalid_request_error', null, 'max_tokens'],
  ['400 stop_sequences.0: too short', OpenAI.BadRequestError, 400, 'invalid_request_error', null, 'stop'],
  ['400 messages.3.content: too much', OpenAI.BadRequestError, 400, 'invalid_request_error', null, 'messages'],
  ['400 something else', OpenAI.BadRequestError, 400, 'invalid_request_error', null, null],
  [`400 ${kTooLong}`, OpenAI.BadRequestError, 400, 'invalid_request_error', 'context_length_exceeded', 'messages'],
  [`400 ${kNoCredit}`, OpenAI.RateLimitError, 429, 'insufficient_quota', 'insufficient_quota', null],
  // The key is the gateway's own: its client can do nothing about it.
  ['401', OpenAI.InternalServerError, 500, 'server_error', 'upstream_authentication_failed', null],
  ['402', OpenAI.RateLimitError, 429, 'insufficient_quota', 'insufficient_quota', null],
  ['403', OpenAI.PermissionDeniedError, 403, 'permission_error', 'permission_denied', null],
  ['404', OpenAI.NotFoundError, 404, 'invalid_request_error', 'model_not_found', 'model'],
  ['404 no such file', OpenAI.NotFoundError, 404, 'invalid_request_error', 'not_found', null],
  ['409', OpenAI.ConflictError, 409, 'invalid_request_error', 'conflict', null],
  ['413', OpenAI.APIError, 413, 'invalid_request_error', 'request_too_large', null],
  ['422', OpenAI.UnprocessableEntityError, 422, 'invalid_request_error', null, 'messages'],
  ['429', OpenAI.RateLimitError, 429, 'rate_limit_error', 'rate_limit_exceeded', null],
  ['500', OpenAI.InternalServerError, 500, 'server_error', 'upstream_error', null],
  ['503', OpenAI.InternalServerError, 503, 'server_error', 'upstream_unavailable', null],
  ['504', OpenAI.InternalServerError, 504, 'server_error', 'upstream_timeout', null],
  ['529', OpenAI.InternalServerError, 503, 'server_error', 'overloaded', null],
];

for (const [script, kind, status, type, code, param] of kUpstreamErrors) {
  for (const stream of [false, true]) {
    test(`${script} from the upstream${stream ? ', asked for a stream' : ''}`, async () => {
      const error = await fail(script, { stream });
      assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
      const { status: gotStatus, type: gotType, code: gotCode, param: gotParam } = error;
      assert.deepEqual([gotStatus, gotType, gotCode, gotParam], [status, type, code, param]);
      assert.ok(error.error.message.length > 0);
      assert.ok(error.requestID, 'an id to ask about');
    });
  }
}

test('the message of the upstream arrives', async () => {
  const error = await fail('400 tools.0: one of a kind');
  assert.equal(error.error.message, 'tools.0: one of a kind');
  assert.equal(error.param, 'tools');
});

test('a rate limit says how long to wait', async () => {
  const error = await fail('429');
  assert.equal(error.headers.get('retry-after'), '7');
});

test('no credit is not worth a retry', async () => {
  const error = await fail('402');
  assert.equal(error.headers.get('x-should-retry'), 'false');
});

test('what the upstream says is not worth a retry is not tried again', async () => {
  const marker = 'no-retry-marker';
  await fail(`529 ${marker}`);
  await upstreamRequest(marker);
});

test('an upstream that is overloaded once is asked again', async () => {
  const script = 'flaky 1 529 flaky-marker';
  const answer = await client.chat.completions.create({ model: kModel, messages: [user(script)] });
  assert.equal(answer.choices[0].message.content, 'Here at last.');
  assert.equal((await upstreamRequests('flaky-marker')).length, 2);
});

test('limits of the upstream come in the headers of OpenAI', async () => {
  const { response } = await client.chat.completions
    .create({ model: kModel, messages: [user('limits')] })
    .withResponse();
  assert.equal(response.headers.get('x-ratelimit-limit-requests'), '50');
  assert.equal(response.headers.get('x-ratelimit-remaining-requests'), '49');
  assert.equal(response.headers.get('x-ratelimit-remaining-tokens'), '79000');
  assert.match(response.headers.get('x-ratelimit-reset-requests'), /^(2\d|30)s$/);
  assert.equal(response.headers.get('anthropic-ratelimit-input-tokens-limit'), '40000');
  assert.match(response.headers.get('x-request-id'), /^req_fake_/);
});

for (const [type, code] of [
  ['overloaded_error', 'overloaded'],
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['api_error', 'upstream_error'],
]) {
  test(`${type} in a stream that has begun is an error of the stream`, async () => {
    const stream = await client.chat.completions.create({
      model: kModel,
      stream: true,
      messages: [user(`say so far\nbreak ${type}`)],
    });
    let content = '';
    const reading = (async () => {
      for await (const chunk of stream) content += chunk.choices[0]?.delta.content ?? '';
    })();
    const error = await errorOf(reading);
    assert.equal(content, 'so far');
    assert.equal(error.code, code);
  });
}

test('a stream that the upstream cuts is an error, not an answer', async () => {
  const stream = await client.chat.completions.create({
    model: kModel,
    stream: true,
    messages: [user('say so far\ncut')],
  });
  const finishes = [];
  const reading = (async () => {
    for await (const chunk of stream) finishes.push(chunk.choices[0]?.finish_reason ?? null);
  })();
  const error = await errorOf(reading);
  assert.equal(error.code, 'stream_truncated');
  assert.ok(finishes.every((reason) => reason === null));
});

test('a model of another company is not found', async () => {
  const error = await ask({ model: 'gpt-4o', messages: [user('unknown-model-marker')] });
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.equal(error.param, 'model');
  assert.equal((await upstreamRequests('unknown-model-marker')).length, 0);
});

test('a model that the upstream does not know is not found', async () => {
  const error = await ask({ model: 'claude-gone', max_tokens: 10, messages: [user('hello')] });
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
  assert.equal(error.param, 'model');
});

test('a wrong key of the gateway is an authentication error', async () => {
  const request = { model: kModel, messages: [user('guarded-marker')] };
  const error = await errorOf(clientOf(kGuarded, 'wrong-token').chat.completions.create(request));
  assert.ok(error instanceof OpenAI.AuthenticationError);
  assert.equal(error.status, 401);
  assert.equal(error.type, 'invalid_request_error');
  assert.equal(error.code, 'invalid_api_key');
  assert.equal((await upstreamRequests('guarded-marker')).length, 0);
  const answer = await clientOf(kGuarded, 'right-token').chat.completions.create(request);
  assert.equal(answer.choices[0].message.content, 'You said: guarded-marker');
});

test('the token of the gateway does not reach the upstream', async () => {
  const request = { model: kModel, messages: [user('token-marker')] };
  await clientOf(kGuarded, 'right-token').chat.completions.create(request);
  const { headers } = await upstreamRequest('token-marker');
  assert.ok(!JSON.stringify(headers).includes('right-token'));
  assert.equal(headers['x-api-key'], 'test-key');
});

test('nobody behind the gateway is a bad gateway', async () => {
  const error = await errorOf(clientOf(kStrict).chat.completions.create({ model: kModel, messages: [user('hello')] }));
  assert.ok(error instanceof OpenAI.InternalServerError);
  assert.equal(error.status, 502);
  assert.equal(error.type, 'server_error');
  assert.equal(error.code, 'upstream_connection_error');
});

test('an upstream that does not begin in time is a gateway timeout', async () => {
  const marker = 'gateway-timeout-marker';
  const guarded = clientOf(kGuarded, 'right-token');
  const error = await errorOf(guarded.chat.completions.create({ model: kModel, messages: [user(`silent ${marker}`)] }));
  assert.ok(error instanceof OpenAI.InternalServerError);
  assert.equal(error.status, 504);
  assert.equal(error.code, 'upstream_timeout');
});

test('a client that gives up is told so by its SDK', async () => {
  const marker = 'client-timeout-marker';
  const request = { model: kModel, messages: [user(`silent ${marker}`)] };
  await errorOf(client.chat.completions.create(request, { timeout: 300 }), OpenAI.APIConnectionTimeoutError);
});

test('a malformed request is refused at the gateway', async () => {
  const error = await ask({ messages: [{ role: 'wizard', content: 'malformed-marker' }] });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.type, 'invalid_request_error');
  assert.match(error.param, /^messages\[0\]/);
  assert.equal((await upstreamRequests('malformed-marker')).length, 0);
});

test('missing messages are named', async () => {
  const error = await ask({});
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
