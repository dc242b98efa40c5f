// The fake upstream by itself: what the client tests rest on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startFakeUpstream } from './fake_upstream.mjs';

let upstream;
before(async () => {
  upstream = await startFakeUpstream();
});
after(() => upstream.close());

const ask = (text, more = {}, options = {}) =>
  fetch(`${upstream.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2026-10-21' },
    body: JSON.stringify({ model: 'claude-x', messages: [{ role: 'user', content: text }], ...more }),
    ...options,
  });

const eventsOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));

test('repeats the text', async () => {
  const message = await (await ask('hello')).json();
  assert.equal(message.content[0].text, 'You said: hello');
  assert.equal(message.stop_reason, 'end_turn');
});

test('streams the text and the arguments of a call', async () => {
  const events = eventsOf(await (await ask('call read_file {"path":"a b.txt"}', { stream: true })).text());
  assert.equal(events[0].type, 'message_start');
  assert.equal(events.at(-1).type, 'message_stop');
  const json = events.map((event) => event.delta?.partial_json ?? '').join('');
  assert.deepEqual(JSON.parse(json), { path: 'a b.txt' });
});

test('repeats a tool result', async () => {
  const content = [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'forty-two' }];
  const message = await (await ask('', { messages: [{ role: 'user', content }] })).json();
  assert.equal(message.content[0].text, 'The tool said: forty-two');
});

test('fails when told to', async () => {
  const response = await ask('fail 429');
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '7');
  assert.equal((await response.json()).error.type, 'rate_limit_error');
});

test('notes when the caller closes the connection', async () => {
  const controller = new AbortController();
  const response = await ask('count 500 noted', { stream: true }, { signal: controller.signal });
  await response.body.getReader().read();
  const closedAt = Date.now();
  controller.abort();
  let entry;
  do {
    const log = await (await fetch(`${upstream.url}/__log`)).json();
    entry = log.find((one) => JSON.stringify(one.body).includes('noted'));
  } while (entry.closedEarlyAt === null && Date.now() < closedAt + 2000);
  assert.ok(entry.closedEarlyAt >= closedAt && entry.closedEarlyAt < closedAt + 500);
});
