// Tool calls: allowed ones make the round trip, others never reach the client.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { client, collect, kModel, tool, upstreamRequests, user } from './gateway.mjs';

const kTools = [tool('read_file'), tool('delete_everything')];

test('an allowed tool makes the round trip', async () => {
  const marker = 'round-trip-marker';
  const question = user(`call read_file {"path":"notes.txt"} ${marker}`);
  const first = await client.chat.completions.create({ model: kModel, tools: kTools, messages: [question] });
  const [choice] = first.choices;
  assert.equal(choice.finish_reason, 'tool_calls');
  assert.equal(choice.message.tool_calls.length, 1);
  const [call] = choice.message.tool_calls;
  assert.equal(call.type, 'function');
  assert.equal(call.function.name, 'read_file');
  assert.deepEqual(JSON.parse(call.function.arguments), { path: 'notes.txt' });

  const result = { role: 'tool', tool_call_id: call.id, content: 'forty-two' };
  const second = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    messages: [question, choice.message, result],
  });
  assert.equal(second.choices[0].message.content, 'The tool said: forty-two');
  assert.equal(second.choices[0].finish_reason, 'stop');

  const [asked, answered] = await upstreamRequests(marker);
  assert.equal(asked.body.tools[0].name, 'read_file');
  assert.equal(asked.body.tools[0].input_schema.type, 'object');
  const [, use, back] = answered.body.messages;
  const block = use.content.find((part) => part.type === 'tool_use');
  assert.deepEqual(block.input, { path: 'notes.txt' });
  assert.equal(back.role, 'user');
  assert.equal(back.content[0].type, 'tool_result');
  assert.equal(back.content[0].tool_use_id, block.id);
});

test('an allowed tool makes the round trip in a stream', async () => {
  const question = user('call read_file {"path":"a \\"b\\" ü.txt","lines":[1,2,3]}');
  const stream = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    stream: true,
    messages: [question],
  });
  const all = await collect(stream);
  assert.deepEqual(all.finishReasons, ['tool_calls']);
  assert.equal(all.content, 'Let me look. ');
  assert.equal(all.toolCalls.length, 1);
  const [call] = all.toolCalls;
  assert.equal(call.name, 'read_file');
  assert.deepEqual(JSON.parse(call.arguments), { path: 'a "b" ü.txt', lines: [1, 2, 3] });

  const asked = { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } };
  const final = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    stream: true,
    messages: [
      question,
      { role: 'assistant', content: all.content, tool_calls: [asked] },
      { role: 'tool', tool_call_id: call.id, content: 'three lines' },
    ],
  });
  assert.equal((await collect(final)).content, 'The tool said: three lines');
});

test('a tool without arguments gets an empty object', async () => {
  const stream = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    stream: true,
    messages: [user('call read_file {}')],
  });
  assert.equal((await collect(stream)).toolCalls[0].arguments, '{}');
});

test('a denied tool never reaches the client', async () => {
  const answer = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    messages: [user('call delete_everything {"path":"/"}')],
  });
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, 'stop');
  assert.ok(!choice.message.tool_calls?.length);
  assert.match(choice.message.content, /delete_everything/, 'the answer says which tool was denied');
});

test('a denied tool never reaches the client of a stream', async () => {
  const stream = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    stream: true,
    messages: [user('call delete_everything {"path":"/"}')],
  });
  const all = await collect(stream);
  assert.deepEqual(all.finishReasons, ['stop']);
  assert.equal(all.toolCalls.length, 0);
  assert.match(all.content, /delete_everything/);
});
