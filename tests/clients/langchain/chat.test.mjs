// What an application written with LangChain does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

import { closedEarly, kGateway, kModel, kPng, upstreamRequest, upstreamRequests } from '../under_test.mjs';

const modelWith = (more = {}) =>
  new ChatOpenAI({
    model: kModel,
    apiKey: 'sk-test',
    maxRetries: 0,
    configuration: { baseURL: `${kGateway}/v1` },
    ...more,
  });

const model = modelWith();

const runnable = (name) =>
  tool(({ path }) => `${name} saw ${path}`, {
    name,
    description: `The tool ${name}`,
    schema: z.object({ path: z.string() }),
  });
const kTools = { read_file: runnable('read_file'), list_files: runnable('list_files') };
const kTwoCalls = 'call read_file {"path":"a.txt"}\ncall list_files {"path":"b"}';

test('a question gets an answer', async () => {
  const marker = 'langchain-invoke-marker';
  const answer = await model.invoke([new SystemMessage(`Be kind. ${marker}`), new HumanMessage('hello')]);
  assert.equal(answer.content, 'You said: hello');
  assert.deepEqual([answer.usage_metadata.input_tokens, answer.usage_metadata.output_tokens], [16, 7]);
  assert.equal(answer.response_metadata.finish_reason, 'stop');
  assert.equal((await upstreamRequest(marker)).body.system, `Be kind. ${marker}`);
});

test('an answer is streamed', async () => {
  const pieces = [];
  let all;
  for await (const chunk of await model.stream('hello there you')) {
    if (chunk.content) pieces.push(chunk.content);
    all = all ? all.concat(chunk) : chunk;
  }
  assert.ok(pieces.length > 1);
  assert.equal(all.content, 'You said: hello there you');
  assert.equal(all.usage_metadata.output_tokens, 7);
});

test('bound tools make the round trip', async () => {
  const marker = 'langchain-tools-marker';
  const agent = model.bindTools(Object.values(kTools));
  const messages = [new HumanMessage(`${kTwoCalls}\n${marker}`)];
  const asked = await agent.invoke(messages);
  assert.deepEqual(
    asked.tool_calls.map(({ name, args }) => [name, args]),
    [
      ['read_file', { path: 'a.txt' }],
      ['list_files', { path: 'b' }],
    ],
  );
  messages.push(asked);
  for (const call of asked.tool_calls) {
    const result = await kTools[call.name].invoke(call);
    assert.ok(result instanceof ToolMessage);
    messages.push(result);
  }
  const answer = await agent.invoke(messages);
  assert.equal(answer.content, 'The tool said: read_file saw a.txt; The tool said: list_files saw b');
  assert.equal((await upstreamRequests(marker)).length, 2);
});

test('calls of bound tools are streamed', async () => {
  const agent = model.bindTools(Object.values(kTools));
  let all;
  for await (const chunk of await agent.stream(kTwoCalls)) all = all ? all.concat(chunk) : chunk;
  assert.deepEqual(
    all.tool_calls.map(({ name, args }) => [name, args.path]),
    [
      ['read_file', 'a.txt'],
      ['list_files', 'b'],
    ],
  );
});

for (const method of ['jsonSchema', 'functionCalling']) {
  test(`structured output fits its schema: ${method}`, async () => {
    const schema = z.object({ title: z.string(), stars: z.number().int() });
    const structured = model.withStructuredOutput(schema, { name: 'extract', method });
    assert.deepEqual(await structured.invoke('soup'), { title: 'soup', stars: 7 });
  });
}

test('a picture is seen', async () => {
  const content = [
    { type: 'text', text: 'look' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${kPng}` } },
  ];
  const answer = await model.invoke([new HumanMessage({ content })]);
  assert.equal(answer.content, 'You said: look [image/png 67 bytes]');
});

test('several questions at once get their own answers', async () => {
  const answers = await model.batch(['one', 'two', 'three']);
  assert.deepEqual(
    answers.map(({ content }) => content),
    ['You said: one', 'You said: two', 'You said: three'],
  );
});

for (const [status, expected] of [
  [400, 400],
  [429, 429],
  [529, 503],
]) {
  test(`${status} from the upstream is an error`, async () => {
    await assert.rejects(model.invoke(`fail ${status}`), { status: expected });
  });
}

test('an abort closes the upstream connection', async () => {
  const marker = 'langchain-abort-marker';
  const controller = new AbortController();
  await assert.rejects(async () => {
    for await (const chunk of await model.stream(`count 500 ${marker}`, { signal: controller.signal })) {
      if (chunk.content) controller.abort();
    }
  });
  await closedEarly(marker);
});
