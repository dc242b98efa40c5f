// The Responses API, streamed: the order of events and what the SDK's helper makes of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, closedEarly, errorOf, kModel, responseTool } from './gateway.mjs';

const stream = (request) => client.responses.create({ model: kModel, stream: true, ...request });

async function eventsOf(request) {
  const events = [];
  for await (const event of await stream(request)) events.push(event);
  return events;
}

// The types of the events, each run of deltas as one.
const typesOf = (events) =>
  events.map(({ type }) => type).filter((type, i, all) => !(type.endsWith('.delta') && type === all[i - 1]));

const kBegin = ['response.created', 'response.in_progress'];
const kText = [
  'response.output_item.added',
  'response.content_part.added',
  'response.output_text.delta',
  'response.output_text.done',
  'response.content_part.done',
  'response.output_item.done',
];
const kCall = [
  'response.output_item.added',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'response.output_item.done',
];
const kReasoning = [
  'response.output_item.added',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_text.delta',
  'response.reasoning_summary_text.done',
  'response.reasoning_summary_part.done',
  'response.output_item.done',
];

test('a text comes in pieces, then whole', async () => {
  const events = await eventsOf({ input: 'hello there you' });
  assert.deepEqual(typesOf(events), [...kBegin, ...kText, 'response.completed']);
  assert.deepEqual(
    events.map(({ sequence_number: number }) => number),
    events.map((_, i) => i),
  );
  const text = 'You said: hello there you';
  const deltas = events.filter(({ type }) => type === 'response.output_text.delta').map(({ delta }) => delta);
  assert.ok(deltas.length > 1);
  assert.equal(deltas.join(''), text);
  const { response } = events.at(-1);
  assert.equal(response.status, 'completed');
  assert.equal(response.output[0].content[0].text, text);
  assert.deepEqual([response.usage.input_tokens, response.usage.output_tokens], [16, 7]);
  assert.equal(response.id, events[0].response.id);
  assert.deepEqual([events[0].response.status, events[0].response.output], ['in_progress', []]);
});

test('calls come in pieces, each at its place', async () => {
  const tools = [responseTool('read_file'), responseTool('list_files')];
  const events = await eventsOf({ tools, input: 'call read_file {"path":"ü.txt"}\ncall list_files {"path":""}' });
  assert.deepEqual(typesOf(events), [...kBegin, ...kText, ...kCall, ...kCall, 'response.completed']);
  const done = events.filter(({ type }) => type === 'response.function_call_arguments.done');
  assert.deepEqual(
    done.map(({ output_index: index, arguments: json }) => [index, json]),
    [
      [1, '{"path":"ü.txt"}'],
      [2, '{"path":""}'],
    ],
  );
  const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
  assert.deepEqual(events.at(-1).response.output, items);
});

test('reasoning comes before the text', async () => {
  const reasoning = { effort: 'high', summary: 'auto' };
  const include = ['reasoning.encrypted_content'];
  const events = await eventsOf({ reasoning, include, input: 'think step by step\nsay done' });
  assert.deepEqual(typesOf(events), [...kBegin, ...kReasoning, ...kText, 'response.completed']);
  const { item } = events.find(({ type }) => type === 'response.output_item.done');
  assert.deepEqual(item.summary, [{ type: 'summary_text', text: 'step by step' }]);
  assert.ok(item.encrypted_content);
});

test('a refusal comes as one', async () => {
  const events = await eventsOf({ input: 'stop refusal' });
  const types = typesOf(events);
  assert.ok(types.includes('response.refusal.delta') && types.includes('response.refusal.done'));
  assert.equal(types.at(-1), 'response.incomplete');
  assert.equal(events.at(-1).response.incomplete_details.reason, 'content_filter');
});

test('a denied tool never reaches the client', async () => {
  const events = await eventsOf({
    tools: [responseTool('delete_everything')],
    input: 'call delete_everything {"path":"/"}',
  });
  assert.ok(events.every(({ type }) => !type.includes('function_call')));
  assert.ok(events.at(-1).response.output.every(({ type }) => type !== 'function_call'));
});

test('the stream helper of the SDK finds its events', async () => {
  const tools = [responseTool('read_file')];
  const helper = client.responses.stream({ model: kModel, tools, input: 'say hi\ncall read_file {"path":"a"}' });
  let snapshot = '';
  helper.on('response.output_text.delta', (event) => {
    snapshot = event.snapshot;
  });
  const final = await helper.finalResponse();
  assert.equal(snapshot, 'hi');
  assert.equal(final.output_text, 'hi');
  assert.equal(final.output[1].arguments, '{"path":"a"}');
});

for (const [type, code] of [
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['overloaded_error', 'server_error'],
]) {
  test(`${type} in a stream that has begun fails the response`, async () => {
    const events = await eventsOf({ input: `say so far\nbreak ${type}` });
    const { type: last, response } = events.at(-1);
    assert.equal(last, 'response.failed');
    assert.equal(response.status, 'failed');
    assert.equal(response.error.code, code);
  });
}

test('a stream that the upstream cuts fails the response', async () => {
  const events = await eventsOf({ input: 'say so far\ncut' });
  assert.equal(events.at(-1).type, 'response.failed');
});

test('an error before the stream is an error of HTTP', async () => {
  const error = await errorOf(stream({ input: 'fail 429' }), OpenAI.RateLimitError);
  assert.equal(error.headers.get('retry-after'), '7');
});

test('an abort closes the upstream connection', async () => {
  const marker = 'responses-abort-marker';
  for await (const event of await stream({ input: `count 500 ${marker}` })) {
    if (event.type === 'response.output_text.delta') break;
  }
  await closedEarly(marker);
});
