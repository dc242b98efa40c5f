// A client that leaves ends the work upstream.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { client, kModel, upstreamRequests, user } from './gateway.mjs';

const kMostMs = 500;

// The time at which the connection of the one request with `marker` was closed.
async function closedAt(marker, deadline) {
  for (;;) {
    const [entry] = await upstreamRequests(marker);
    if (entry?.closedEarlyAt) return entry.closedEarlyAt;
    assert.ok(Date.now() < deadline, 'the upstream connection stays open');
    await pause(10);
  }
}

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
  const closed = await closedAt(marker, abortedAt + 3000);
  assert.ok(closed - abortedAt <= kMostMs, `closed after ${closed - abortedAt} ms`);
});

test('the gateway answers the next request after an abort', async () => {
  const answer = await client.chat.completions.create({ model: kModel, messages: [user('still there')] });
  assert.equal(answer.choices[0].message.content, 'You said: still there');
});
