// What an application written with the AI SDK does, for the models of either provider.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APICallError, generateText, isStepCount, Output, streamText, tool } from 'ai';
import { z } from 'zod';

import { closedEarly, kModel, kPdf, kPng, upstreamRequest, upstreamRequests } from '../under_test.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;

const kRecipe = z.object({ name: z.string(), steps: z.array(z.string()), hard: z.boolean() });

// The tools of an agent, and what they were called with.
function toolbox() {
  const seen = [];
  const runnable = (name) =>
    tool({
      description: `The tool ${name}`,
      inputSchema: z.object({ path: z.string() }),
      execute: ({ path }) => {
        seen.push([name, path]);
        return `${name} saw ${path}`;
      },
    });
  return { seen, tools: { read_file: runnable('read_file'), list_files: runnable('list_files') } };
}

const kTwoCalls = 'call read_file {"path":"a.txt"}\ncall list_files {"path":"b"}';
const kTwoSeen = [
  ['read_file', 'a.txt'],
  ['list_files', 'b'],
];
const kTwoSaid = 'The tool said: read_file saw a.txt; The tool said: list_files saw b';

const common = (marker) => ({ maxRetries: 0, instructions: `Be kind. ${marker}` });

// `modelOf(id)` makes a model; `name` keeps the markers of the providers apart.
export function testModels(name, modelOf) {
  const model = modelOf(kModel);

  test('a question gets an answer', async () => {
    const marker = `${name}-text-marker`;
    const { text, finishReason, usage } = await generateText({ ...common(marker), model, prompt: 'hello' });
    assert.equal(text, 'You said: hello');
    assert.equal(finishReason, 'stop');
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [16, 7]);
    assert.match(JSON.stringify((await upstreamRequest(marker)).body.system), /Be kind/);
  });

  test('an answer is streamed', async () => {
    const result = streamText({ ...common('x'), model, prompt: 'hello there you' });
    const pieces = [];
    for await (const piece of result.textStream) pieces.push(piece);
    assert.ok(pieces.length > 1);
    assert.equal(pieces.join(''), 'You said: hello there you');
    assert.equal(await result.finishReason, 'stop');
    assert.equal((await result.usage).outputTokens, 7);
  });

  test('a loop of tools comes to its end', async () => {
    const marker = `${name}-loop-marker`;
    const { seen, tools } = toolbox();
    const { text, steps } = await generateText({
      ...common(marker),
      model,
      tools,
      stopWhen: isStepCount(5),
      prompt: kTwoCalls,
    });
    assert.equal(text, kTwoSaid);
    assert.deepEqual(seen, kTwoSeen);
    assert.deepEqual(
      steps.map(({ finishReason }) => finishReason),
      ['tool-calls', 'stop'],
    );
    assert.equal((await upstreamRequests(marker)).length, 2);
  });

  test('a loop of tools is streamed', async () => {
    const { seen, tools } = toolbox();
    const result = streamText({ ...common('x'), model, tools, stopWhen: isStepCount(5), prompt: kTwoCalls });
    const types = new Set();
    let text = '';
    for await (const part of result.stream) {
      types.add(part.type);
      if (part.type === 'text-delta') text += part.text;
    }
    assert.equal(text, `Let me look. ${kTwoSaid}`);
    assert.deepEqual(seen, kTwoSeen);
    for (const type of ['tool-input-delta', 'tool-call', 'tool-result', 'finish']) assert.ok(types.has(type), type);
  });

  test('a tool that fails is told to the model', async () => {
    const broken = tool({
      inputSchema: z.object({ path: z.string() }),
      execute: () => {
        throw new Error('no such file');
      },
    });
    const { text } = await generateText({
      ...common('x'),
      model,
      tools: { read_file: broken },
      stopWhen: isStepCount(2),
      prompt: 'call read_file {"path":"a"}',
    });
    assert.match(text, /no such file/);
  });

  test('a tool can be forced', async () => {
    const marker = `${name}-forced-marker`;
    const { tools } = toolbox();
    const { toolCalls } = await generateText({
      ...common(marker),
      model,
      tools: { list_files: tools.list_files },
      toolChoice: 'required',
      prompt: 'b',
    });
    assert.deepEqual(
      toolCalls.map((call) => [call.toolName, call.input]),
      [['list_files', { path: 'b' }]],
    );
  });

  test('structured output fits its schema', async () => {
    const output = Output.object({ schema: kRecipe });
    const result = await generateText({ ...common('x'), model, output, prompt: 'soup' });
    assert.deepEqual(result.output, { name: 'soup', steps: ['soup'], hard: true });
  });

  test('structured output is streamed', async () => {
    const output = Output.object({ schema: kRecipe });
    const result = streamText({ ...common('x'), model, output, prompt: 'soup' });
    let partials = 0;
    for await (const _ of result.partialOutputStream) partials += 1;
    assert.ok(partials > 1);
    assert.deepEqual(await result.output, { name: 'soup', steps: ['soup'], hard: true });
  });

  test('structured output comes after tools', async () => {
    const { seen, tools } = toolbox();
    const { output } = await generateText({
      ...common('x'),
      model,
      tools,
      stopWhen: isStepCount(3),
      output: Output.object({ schema: z.object({ found: z.string() }) }),
      prompt: 'call read_file {"path":"a.txt"}',
    });
    assert.deepEqual(seen, [['read_file', 'a.txt']]);
    assert.deepEqual(output, { found: 'The tool said: read_file saw a.txt' });
  });

  test('pictures and documents are seen', async () => {
    const content = [
      { type: 'text', text: 'look' },
      { type: 'file', mediaType: 'image/png', data: Buffer.from(kPng, 'base64') },
      { type: 'file', mediaType: 'application/pdf', data: Buffer.from(kPdf, 'base64'), filename: 'a.pdf' },
    ];
    const { text } = await generateText({ ...common('x'), model, messages: [{ role: 'user', content }] });
    assert.match(text, /^You said: look \[image\/png 67 bytes\] \[application\/pdf "a\.pdf" \d+ bytes\]$/);
  });

  test('reasoning makes the round trip with a tool call', async () => {
    const { seen, tools } = toolbox();
    const { text, steps } = await generateText({
      ...common('x'),
      model,
      tools,
      stopWhen: isStepCount(3),
      prompt: 'think it over\ncall read_file {"path":"a.txt"}',
    });
    assert.deepEqual(seen, [['read_file', 'a.txt']]);
    assert.equal(steps.length, 2);
    assert.equal(text, 'The tool said: read_file saw a.txt');
  });

  for (const [status, expected] of [
    [400, 400],
    [429, 429],
    [529, name === 'native' ? 529 : 503],
  ]) {
    test(`${status} from the upstream is an error`, async () => {
      await assert.rejects(generateText({ ...common('x'), model, prompt: `fail ${status}` }), (error) => {
        assert.ok(APICallError.isInstance(error), `${error}`);
        assert.equal(error.statusCode, expected);
        if (status === 429) assert.equal(error.responseHeaders['retry-after'], '7');
        return true;
      });
    });
  }

  test('an error in a stream that has begun is an error of the stream', async () => {
    const errors = [];
    const result = streamText({ ...common('x'), model, prompt: 'say so far\nbreak overloaded_error', onError() {} });
    let text = '';
    for await (const part of result.stream) {
      if (part.type === 'text-delta') text += part.text;
      if (part.type === 'error') errors.push(part.error);
    }
    assert.equal(text, 'so far');
    assert.equal(errors.length, 1);
  });

  test('an abort closes the upstream connection', async () => {
    const marker = `${name}-abort-marker`;
    const controller = new AbortController();
    const result = streamText({
      ...common(marker),
      model,
      prompt: 'count 500',
      abortSignal: controller.signal,
      onError() {},
    });
    for await (const part of result.stream) if (part.type === 'text-delta') controller.abort();
    await closedEarly(marker);
  });
}
