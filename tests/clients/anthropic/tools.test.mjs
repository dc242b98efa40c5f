// Tools: the round trip by hand, and the tool runner of the SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';

import { ask, client, kInputSchema, kModel, textIn, tool, upstreamRequests, user } from './gateway.mjs';

const kTools = [tool('read_file'), tool('list_files')];
const kTwoCalls = 'call read_file {"path":"a \\"b\\" ü.txt"}\ncall list_files {"path":"b"}';
const kTwoInputs = [
  ['read_file', { path: 'a "b" ü.txt' }],
  ['list_files', { path: 'b' }],
];
const kThinking = { type: 'adaptive', display: 'summarized' };

for (const stream of [false, true]) {
  test(`calls in parallel make the round trip${stream ? ', streamed' : ''}`, async () => {
    const base = { model: kModel, max_tokens: 1000, tools: kTools, thinking: kThinking };
    const send = (messages) =>
      stream
        ? client.messages.stream({ ...base, messages }).finalMessage()
        : client.messages.create({ ...base, messages });
    const question = user(`think it over\n${kTwoCalls}`);
    const first = await send([question]);
    assert.equal(first.stop_reason, 'tool_use');
    const calls = first.content.filter(({ type }) => type === 'tool_use');
    assert.deepEqual(
      calls.map(({ name, input }) => [name, input]),
      kTwoInputs,
    );
    const results = calls.map(({ id, name }) => ({ type: 'tool_result', tool_use_id: id, content: `from ${name}` }));
    // The upstream takes a thinking block back only if neither it nor anything before it changed.
    const second = await send([question, { role: 'assistant', content: first.content }, user(results)]);
    assert.equal(textIn(second), 'The tool said: from read_file; The tool said: from list_files');
  });
}

test('a result that is an error arrives as one', async () => {
  const question = user('call read_file {"path":"a"}');
  const { content } = await ask({ tools: kTools, messages: [question] });
  const { id } = content.find(({ type }) => type === 'tool_use');
  const result = { type: 'tool_result', tool_use_id: id, is_error: true, content: [{ type: 'text', text: 'no file' }] };
  const answer = await ask({
    tools: kTools,
    messages: [question, { role: 'assistant', content }, user([result, { type: 'text', text: 'go on' }])],
  });
  assert.equal(textIn(answer), 'The tool failed: no file');
});

test('a forced tool is called', async () => {
  const answer = await ask({ tools: kTools, tool_choice: { type: 'tool', name: 'list_files' }, messages: [user('x')] });
  assert.deepEqual([answer.content[0].name, answer.content[0].input], ['list_files', { path: 'x' }]);
});

test('a search of the web arrives with its blocks', async () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 1 };
  const { content } = await ask({ tools: [search], messages: [user('search cats')] });
  assert.deepEqual(
    content.map(({ type }) => type),
    ['server_tool_use', 'web_search_tool_result', 'text', 'text'],
  );
  assert.equal(content[3].citations[0].url, 'https://example.com/a');
});

for (const stream of [false, true]) {
  test(`the tool runner of the SDK runs the tools${stream ? ' of a stream' : ''}`, async () => {
    const marker = `tool-runner-marker-${stream}`;
    const seen = [];
    const runnable = (name) =>
      betaTool({
        name,
        description: `The tool ${name}`,
        inputSchema: kInputSchema,
        run: (input) => {
          seen.push([name, input]);
          return `${name} saw ${input.path}`;
        },
      });
    const message = await client.beta.messages.toolRunner({
      model: kModel,
      max_tokens: 1000,
      stream,
      messages: [user(`${kTwoCalls}\n${marker}`)],
      tools: [runnable('read_file'), runnable('list_files')],
    });
    assert.equal(textIn(message), 'The tool said: read_file saw a "b" ü.txt; The tool said: list_files saw b');
    assert.deepEqual(seen, kTwoInputs);

    // The runner first asks for a thread, and goes on without one only if the details of the refusal reach it.
    const [first, ...others] = await upstreamRequests(marker);
    assert.deepEqual(first.body.thread, { type: 'create' });
    assert.match(first.headers['anthropic-beta'], /message-threads/);
    assert.equal(others.length, 2);
    assert.ok(others.every(({ body }) => !body.thread));
  });
}
