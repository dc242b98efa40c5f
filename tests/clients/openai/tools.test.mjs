// Tool calls: allowed ones make the round trip, others never reach the client.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { client, collect, kModel, kParameters, tool, upstreamRequest, upstreamRequests, user } from './gateway.mjs';

const kTools = [tool('read_file'), tool('list_files'), tool('delete_everything')];

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
    tools: [tool('read_file', { parameters: { type: 'object', properties: {} } })],
    stream: true,
    messages: [user('call read_file {}')],
  });
  assert.equal((await collect(stream)).toolCalls[0].arguments, '{}');
});

const kTwoCalls = 'call read_file {"path":"a.txt"}\ncall list_files {"path":"b"}\ncall read_file {"path":"c.txt"}';
const kTwoNames = ['read_file', 'list_files', 'read_file'];
const resultOf = ({ id }, content) => ({ role: 'tool', tool_call_id: id, content });

test('calls in parallel make the round trip, their results in any order', async () => {
  const marker = 'parallel-marker';
  const base = { model: kModel, tools: kTools };
  const question = user(`${kTwoCalls}\n${marker}`);
  const first = await client.chat.completions.create({ ...base, messages: [question] });
  const [{ message, finish_reason: reason }] = first.choices;
  assert.equal(reason, 'tool_calls');
  assert.deepEqual(
    message.tool_calls.map((call) => call.function.name),
    kTwoNames,
  );
  assert.deepEqual(
    message.tool_calls.map((call) => JSON.parse(call.function.arguments).path),
    ['a.txt', 'b', 'c.txt'],
  );
  assert.equal(new Set(message.tool_calls.map(({ id }) => id)).size, 3);

  const [a, b, c] = message.tool_calls;
  const results = [resultOf(c, 'three'), user('quickly'), resultOf(a, 'one'), resultOf(b, 'two')];
  const second = await client.chat.completions.create({ ...base, messages: [question, message, ...results] });
  assert.equal(second.choices[0].message.content, 'The tool said: three; The tool said: one; The tool said: two');
  const { body } = (await upstreamRequests(marker)).at(-1);
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
  const types = body.messages[2].content.map(({ type }) => type);
  assert.deepEqual(types, ['tool_result', 'tool_result', 'tool_result', 'text']);
});

test('calls in parallel arrive in a stream, counted from 0', async () => {
  const stream = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    stream: true,
    messages: [user(kTwoCalls)],
  });
  const { toolCalls, finishReasons } = await collect(stream);
  assert.deepEqual(
    toolCalls.map(({ name }) => name),
    kTwoNames,
  );
  assert.deepEqual(
    toolCalls.map((call) => JSON.parse(call.arguments).path),
    ['a.txt', 'b', 'c.txt'],
  );
  assert.deepEqual(finishReasons, ['tool_calls']);
});

for (const stream of [false, true]) {
  test(`the tool runner of the SDK runs the tools${stream ? ' of a stream' : ''}`, async () => {
    const seen = [];
    const runner = client.chat.completions.runTools({
      model: kModel,
      stream,
      messages: [user('call read_file {"path":"a.txt"}\ncall list_files {"path":"b"}')],
      tools: ['read_file', 'list_files'].map((name) => ({
        type: 'function',
        function: {
          name,
          description: `The tool ${name}`,
          parameters: kParameters,
          parse: JSON.parse,
          function: ({ path }) => {
            seen.push([name, path]);
            return `${name} saw ${path}`;
          },
        },
      })),
    });
    assert.equal(await runner.finalContent(), 'The tool said: read_file saw a.txt; The tool said: list_files saw b');
    assert.deepEqual(seen, [
      ['read_file', 'a.txt'],
      ['list_files', 'b'],
    ]);
  });
}

// [what, parameters, what the upstream is sent]
const kChoices = [
  ['auto', { tool_choice: 'auto' }, { type: 'auto' }],
  ['none', { tool_choice: 'none' }, { type: 'none' }],
  ['required', { tool_choice: 'required' }, { type: 'any' }],
  [
    'named',
    { tool_choice: { type: 'function', function: { name: 'read_file' } } },
    { type: 'tool', name: 'read_file' },
  ],
  ['one at a time', { parallel_tool_calls: false }, { type: 'auto', disable_parallel_tool_use: true }],
];

for (const [what, parameters, sent] of kChoices) {
  test(`the choice of tools arrives: ${what}`, async () => {
    const marker = `choice-marker-${what}`;
    await client.chat.completions.create({ model: kModel, tools: kTools, messages: [user(marker)], ...parameters });
    assert.deepEqual((await upstreamRequest(marker)).body.tool_choice, sent);
  });
}

test('a forced choice gives way on a model that has none', async () => {
  const marker = 'downgraded-choice-marker';
  const { response } = await client.chat.completions
    .create({ model: 'claude-sonnet-5-5', tools: kTools, tool_choice: 'required', messages: [user(marker)] })
    .withResponse();
  assert.equal(response.headers.get('x-claif-warnings'), 'tool_choice:downgraded');
  assert.deepEqual((await upstreamRequest(marker)).body.tool_choice, { type: 'auto' });
});

test('a call that was cut short stays usable as history', async () => {
  const call = { id: 'call.1', type: 'function', function: { name: 'read_file', arguments: '{"path":"a' } };
  const { data, response } = await client.chat.completions
    .create({
      model: kModel,
      tools: kTools,
      messages: [user('go'), { role: 'assistant', content: '', tool_calls: [call] }, resultOf(call, 'no such call')],
    })
    .withResponse();
  assert.equal(data.choices[0].message.content, 'The tool said: no such call');
  assert.equal(response.headers.get('x-claif-warnings'), 'arguments:wrapped,tool_call_id:sanitized');
});

test('an answer that was cut short says so, with its calls', async () => {
  const answer = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    messages: [user('call read_file {"path":"a"}\nstop max_tokens')],
  });
  assert.equal(answer.choices[0].finish_reason, 'length');
});

test('a refusal takes its calls back', async () => {
  const answer = await client.chat.completions.create({
    model: kModel,
    tools: kTools,
    messages: [user('call read_file {"path":"a"}\nstop refusal')],
  });
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, 'content_filter');
  assert.equal(choice.message.refusal, 'I cannot help with that.');
  assert.ok(!choice.message.tool_calls?.length);
});

test('a search of the web comes with its sources', async () => {
  const marker = 'search-marker';
  const answer = await client.chat.completions.create({
    model: kModel,
    web_search_options: { search_context_size: 'low' },
    messages: [user(`search ${marker}`)],
  });
  const { content, annotations, tool_calls: calls } = answer.choices[0].message;
  assert.equal(content, 'It says: found it');
  const url_citation = { start_index: 9, end_index: 17, url: 'https://example.com/a', title: 'A page' };
  assert.deepEqual(annotations, [{ type: 'url_citation', url_citation }]);
  assert.ok(!calls?.length);
  const [search] = (await upstreamRequest(marker)).body.tools;
  assert.deepEqual(search, { type: 'web_search_20250305', name: 'web_search', max_uses: 1 });
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
