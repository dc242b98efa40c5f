// The fake upstream by itself: what the client tests rest on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventsOf, post, user } from './ask.mjs';
import { startFakeUpstream } from './server.mjs';

let upstream;
before(async () => {
  upstream = await startFakeUpstream();
});
after(() => upstream.close());

const ask = (text, more = {}, options = {}) => post(upstream.url, { messages: [user(text)], ...more }, options);
const answer = async (text, more) => (await ask(text, more)).json();
const stream = async (text, more) => eventsOf(await (await ask(text, { stream: true, ...more })).text());

test('repeats the text', async () => {
  const message = await answer('hello');
  assert.equal(message.content[0].text, 'You said: hello');
  assert.equal(message.stop_reason, 'end_turn');
});

test('streams the text and the arguments of a call', async () => {
  const events = await stream('call read_file {"path":"a b.txt"}');
  assert.equal(events[0].type, 'message_start');
  assert.equal(events.at(-1).type, 'message_stop');
  const json = events.map((event) => event.delta?.partial_json ?? '').join('');
  assert.deepEqual(JSON.parse(json), { path: 'a b.txt' });
});

test('calls several tools at once, with ids of their own', async () => {
  const { content, stop_reason: reason } = await answer('call a {"x":1}\ncall b {"y":2}');
  assert.deepEqual(
    content.map((block) => block.name ?? block.type),
    ['text', 'a', 'b'],
  );
  assert.notEqual(content[1].id, content[2].id);
  assert.equal(reason, 'tool_use');
});

test('repeats tool results', async () => {
  const { content } = await answer('call a {}\ncall b {}');
  const [, a, b] = content;
  const results = [
    { type: 'tool_result', tool_use_id: a.id, content: 'forty-two' },
    { type: 'tool_result', tool_use_id: b.id, content: [{ type: 'text', text: 'no' }], is_error: true },
  ];
  const tools = ['a', 'b'].map((name) => ({ name, input_schema: { type: 'object' } }));
  const messages = [user('go'), { role: 'assistant', content }, user(results)];
  const message = await (await post(upstream.url, { tools, messages })).json();
  assert.equal(message.content[0].text, 'The tool said: forty-two; The tool failed: no');
});

test('thinks where the request lets it, and shows it on demand', async () => {
  const texts = async (thinking) =>
    (await answer('think deeply\nsay hi', { thinking })).content.map((block) => block.thinking ?? block.text);
  assert.deepEqual(await texts({ type: 'adaptive', display: 'summarized' }), ['deeply', 'hi']);
  assert.deepEqual(await texts({ type: 'adaptive' }), ['', 'hi']);
  assert.deepEqual(await texts({ type: 'disabled' }), ['hi']);
});

test('streams thinking with its signature', async () => {
  const events = await stream('think a b\nsay hi', { thinking: { type: 'adaptive', display: 'summarized' } });
  const deltas = events.filter((event) => event.index === 0 && event.delta).map(({ delta }) => delta.type);
  assert.deepEqual(deltas, ['thinking_delta', 'thinking_delta', 'signature_delta']);
});

test('takes its own thinking back unless something before it changed', async () => {
  const { content } = await answer('think hard\nsay hi', { system: 'Be kind.' });
  const messages = [user('think hard\nsay hi'), { role: 'assistant', content }, user('and?')];
  assert.equal((await post(upstream.url, { system: 'Be kind.', messages })).status, 200);
  const edited = await post(upstream.url, { system: 'Be brief.', messages });
  assert.equal(edited.status, 400);
  assert.match((await edited.json()).error.message, /Invalid `signature`/);
});

test('answers in the asked form', async () => {
  const schema = {
    type: 'object',
    properties: {
      note: { type: 'string' },
      tags: { type: 'array', items: { enum: ['x', 'y'] } },
      n: { type: 'integer' },
    },
    required: ['n', 'note'],
    additionalProperties: false,
  };
  const { content } = await answer('hello', { output_config: { format: { type: 'json_schema', schema } } });
  assert.equal(content[0].text, '{"n":7,"note":"hello","tags":["x"]}');
});

test('calls the tool that it must call', async () => {
  const tools = [{ name: 'note', input_schema: { type: 'object', properties: { text: { type: 'string' } } } }];
  const { content } = await answer('hello', { tools, tool_choice: { type: 'any' } });
  assert.deepEqual([content[0].name, content[0].input], ['note', { text: 'hello' }]);
});

test('says what it saw', async () => {
  const png = 'iVBORw0KGgo=';
  const content = [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    { type: 'document', title: 'a.txt', source: { type: 'text', media_type: 'text/plain', data: 'note' } },
    { type: 'text', text: 'look' },
  ];
  const message = await answer(content);
  assert.equal(message.content[0].text, 'You said: look [image/png 8 bytes] [text/plain "a.txt" "note"]');
});

test('fails when told to', async () => {
  const response = await ask('fail 429');
  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '7');
  const { error, request_id: id } = await response.json();
  assert.equal(error.type, 'rate_limit_error');
  assert.equal(id, response.headers.get('request-id'));
});

test('fails as often as told to', async () => {
  assert.equal((await ask('flaky 1 529 here')).status, 529);
  assert.equal((await ask('flaky 1 529 here')).status, 200);
});

test('breaks a stream', async () => {
  const events = await stream('say hi\nbreak overloaded_error');
  assert.deepEqual(events.at(-1).error, { type: 'overloaded_error', message: 'overloaded' });
  await assert.rejects(async () => (await ask('say hi\ncut', { stream: true })).text());
});

test('counts tokens', async () => {
  const path = '/v1/messages/count_tokens';
  const response = await post(upstream.url, { max_tokens: null, messages: [user('one two')] }, { path });
  assert.ok((await response.json()).input_tokens >= 2);
});

test('lists the models in pages', async () => {
  const ids = [];
  let page;
  do {
    const after = page ? `?after_id=${page.last_id}` : '';
    page = await (await fetch(`${upstream.url}/v1/models${after}`)).json();
    ids.push(...page.data.map(({ id }) => id));
  } while (page.has_more);
  assert.ok(ids.length > page.data.length);
  assert.equal(new Set(ids).size, ids.length);
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
