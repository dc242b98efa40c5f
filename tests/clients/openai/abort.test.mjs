// A client that leaves ends the work upstream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, closedEarly, errorOf, kModel, until, upstreamRequests, user } from './gateway.mjs';

const kMostMs = 500;

test('an abort in a stream closes the upstream connection', async () => {
  const marker = 'abort-stream-marker';
  const controller = new AbortController();
  const stream = await client.chat.completions.create(
    { model: kModel, stream: true, messages: [user(`count 500 ${marker}`)] },
    { signal: controller.signal },
  );
  let pieces = 0;
  let abortedAt = 0;
  for await (const chunk of stream) {
    if (!chunk.choices[0]?.delta.content) continue;
    pieces += 1;
    if (pieces === 3) {
      abortedAt = Date.now();
      controller.abort();
    }
  }
  const closed = await closedEarly(marker);
  assert.ok(closed - abortedAt <= kMostMs, `closed after ${closed - abortedAt} ms`);
});

test('leaving the loop over a stream closes the upstream connection', async () => {
  const marker = 'abort-break-marker';
  const stream = await client.chat.completions.create({
    model: kModel,
    stream: true,
    messages: [user(`count 500 ${marker}`)],
  });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  await closedEarly(marker);
});

test('an abort before the answer closes the upstream connection', async () => {
  const marker = 'abort-silent-marker';
  const controller = new AbortController();
  const asking = errorOf(
    client.chat.completions.create(
      { model: kModel, messages: [user(`silent ${marker}`)] },
      { signal: controller.signal },
    ),
    OpenAI.APIUserAbortError,
  );
  await until(async () => (await upstreamRequests(marker)).length, 'the request');
  const abortedAt = Date.now();
  controller.abort();
  await asking;
  const closed = await closedEarly(marker);
  assert.ok(closed - abortedAt <= kMostMs, `closed after ${closed - abortedAt} ms`);
});

test('the gateway answers the next request after an abort', async () => {
  const answer = await client.chat.completions.create({ model: kModel, messages: [user('still there')] });
  assert.equal(answer.choices[0].message.content, 'You said: still there');
});
