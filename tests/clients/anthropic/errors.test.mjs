// Errors in Anthropic's own shape, as the classes that the SDK has for them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';

import {
  ask,
  client,
  clientOf,
  closedEarly,
  errorOf,
  kGuarded,
  kModel,
  kOnlyUpstream,
  textIn,
  until,
  upstreamRequests,
  user,
} from './gateway.mjs';

// [the upstream's answer, the class, type]
const kErrors = [
  [400, Anthropic.BadRequestError, 'invalid_request_error'],
  [401, Anthropic.AuthenticationError, 'authentication_error'],
  [402, Anthropic.PaymentRequiredError, 'billing_error'],
  [403, Anthropic.PermissionDeniedError, 'permission_error'],
  [404, Anthropic.NotFoundError, 'not_found_error'],
  [413, Anthropic.ContentTooLargeError, 'request_too_large'],
  [429, Anthropic.RateLimitError, 'rate_limit_error'],
  [500, Anthropic.InternalServerError, 'api_error'],
  [529, Anthropic.OverloadedError, 'overloaded_error'],
];

for (const [status, kind, type] of kErrors) {
  for (const stream of [false, true]) {
    test(`${status} from the upstream${stream ? ', asked for a stream' : ''}`, async () => {
      const error = await errorOf(ask({ stream, messages: [user(`fail ${status}`)] }), kind);
      assert.deepEqual([error.status, error.type], [status, type]);
      assert.match(error.requestID, /^req_fake_/);
      assert.equal(error.error.request_id, error.requestID);
    });
  }
}

test('a rate limit says how long to wait', async () => {
  const error = await errorOf(ask({ messages: [user('fail 429')] }));
  assert.equal(error.headers.get('retry-after'), '7');
});

test('an upstream that is overloaded once is asked again', async () => {
  const patient = client.withOptions({ maxRetries: 2 });
  const messages = [user('flaky 1 529 native')];
  assert.equal(textIn(await patient.messages.create({ model: kModel, max_tokens: 10, messages })), 'Here at last.');
});

test('an error in a stream that has begun is an error of the stream', async () => {
  let text = '';
  const reading = (async () => {
    for await (const event of await ask({ stream: true, messages: [user('say so far\nbreak overloaded_error')] })) {
      text += event.delta?.text ?? '';
    }
  })();
  const error = await errorOf(reading);
  assert.equal(error.type, 'overloaded_error');
  assert.equal(text, 'so far');
});

test('a stream that the upstream cuts is no answer', async () => {
  const stream = client.messages.stream({ model: kModel, max_tokens: 10, messages: [user('say so far\ncut')] });
  let text = '';
  stream.on('text', (delta) => {
    text += delta;
  });
  await errorOf(stream.finalMessage(), Error);
  assert.equal(text, 'so far');
});

test('a client that gives up is told so by its SDK', async () => {
  const asking = ask({ messages: [user('silent native-timeout-marker')] }, { timeout: 300 });
  await errorOf(asking, Anthropic.APIConnectionTimeoutError);
  await closedEarly('native-timeout-marker');
});

test('an abort closes the upstream connection', async () => {
  const marker = 'native-abort-marker';
  const stream = client.messages.stream({ model: kModel, max_tokens: 10, messages: [user(`count 500 ${marker}`)] });
  stream.once('text', () => stream.abort());
  await errorOf(stream.done(), Anthropic.APIUserAbortError);
  await closedEarly(marker);
});

test('an abort before the answer closes the upstream connection', async () => {
  const marker = 'native-silent-marker';
  const controller = new AbortController();
  const messages = [user(`silent ${marker}`)];
  const asking = errorOf(ask({ messages }, { signal: controller.signal }), Anthropic.APIUserAbortError);
  await until(async () => (await upstreamRequests(marker)).length, 'the request');
  controller.abort();
  await asking;
  await closedEarly(marker);
});

test('a wrong token of the gateway is an authentication error', { skip: kOnlyUpstream }, async () => {
  const request = { model: kModel, max_tokens: 10, messages: [user('native-guarded-marker')] };
  const error = await errorOf(
    clientOf(kGuarded, 'wrong-token').messages.create(request),
    Anthropic.AuthenticationError,
  );
  assert.equal(error.type, 'authentication_error');
  assert.equal((await upstreamRequests('native-guarded-marker')).length, 0);
  const answer = await clientOf(kGuarded, 'right-token').messages.create(request);
  assert.equal(textIn(answer), 'You said: native-guarded-marker');
});

test('the token of the gateway may come as x-api-key', { skip: kOnlyUpstream }, async () => {
  const headers = { 'content-type': 'application/json', 'x-api-key': 'right-token' };
  const body = JSON.stringify({ model: kModel, max_tokens: 10, messages: [user('hello')] });
  const response = await fetch(`${kGuarded}/v1/messages`, { method: 'POST', headers, body });
  assert.equal(response.status, 200);
});

test('an upstream that does not begin in time is a gateway timeout', { skip: kOnlyUpstream }, async () => {
  const request = { model: kModel, max_tokens: 10, messages: [user('silent native-gateway-timeout')] };
  const asking = clientOf(kGuarded, 'right-token').messages.create(request);
  const error = await errorOf(asking, Anthropic.GatewayTimeoutError);
  assert.equal(error.error.type, 'error');
  assert.ok(error.type);
});
