// The Responses API: answers, conversations, structured output, reasoning, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import {
  client,
  errorOf,
  kModel,
  kParameters,
  kPdf,
  kPng,
  responseTool,
  upstreamRequest,
  upstreamRequests,
  user,
} from './gateway.mjs';

const create = (request, options) => client.responses.create({ model: kModel, ...request }, options);

test('a text gets an answer', async () => {
  const response = await create({ input: 'hello', metadata: { trace: 't-1' } });
  assert.equal(response.object, 'response');
  assert.match(response.id, /^resp_/);
  assert.equal(response.status, 'completed');
  assert.equal(response.model, kModel);
  assert.equal(response.output_text, 'You said: hello');
  assert.ok(Math.abs(response.created_at - Date.now() / 1000) < 60);
  const [message, ...others] = response.output;
  assert.equal(others.length, 0);
  assert.match(message.id, /^msg_/);
  assert.deepEqual([message.type, message.role, message.status], ['message', 'assistant', 'completed']);
  assert.deepEqual(message.content, [{ type: 'output_text', text: 'You said: hello', annotations: [], logprobs: [] }]);
  const { usage } = response;
  assert.deepEqual([usage.input_tokens, usage.output_tokens, usage.total_tokens], [16, 7, 23]);
  assert.deepEqual(usage.input_tokens_details, { cached_tokens: 3, cache_write_tokens: 2 });
  assert.deepEqual(response.metadata, { trace: 't-1' });
  assert.deepEqual([response.error, response.incomplete_details, response.store], [null, null, false]);
});

test('a conversation arrives translated', async () => {
  const marker = 'responses-history-marker';
  await create({
    instructions: 'Be kind.',
    max_output_tokens: 321,
    input: [
      { role: 'developer', content: 'Be brief.' },
      user(`first ${marker}`),
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'an answer', annotations: [] }] },
      user([{ type: 'input_text', text: 'second' }]),
    ],
  });
  const { body } = await upstreamRequest(marker);
  assert.equal(body.system, 'Be kind.\nBe brief.');
  assert.equal(body.max_tokens, 321);
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
});

test('an answer goes back as it came', async () => {
  const marker = 'responses-replay-marker';
  const first = await create({ input: marker });
  const second = await create({ input: [user(marker), ...first.output, user('and then?')] });
  assert.equal(second.output_text, 'You said: and then?');
});

test('calls in parallel make the round trip', async () => {
  const marker = 'responses-tools-marker';
  const tools = [responseTool('read_file'), responseTool('list_files')];
  const question = user(`call read_file {"path":"a.txt"}\ncall list_files {"path":"b"}\n${marker}`);
  const first = await create({ tools, input: [question] });
  const calls = first.output.filter(({ type }) => type === 'function_call');
  assert.deepEqual(
    calls.map(({ name, arguments: json, status }) => [name, JSON.parse(json).path, status]),
    [
      ['read_file', 'a.txt', 'completed'],
      ['list_files', 'b', 'completed'],
    ],
  );
  assert.ok(calls.every(({ id, call_id }) => id.startsWith('fc_') && call_id));
  const results = calls.map(({ call_id }, i) => ({ type: 'function_call_output', call_id, output: `result ${i}` }));
  const second = await create({ tools, input: [question, ...first.output, ...results.reverse()] });
  assert.equal(second.output_text, 'The tool said: result 1; The tool said: result 0');
  const { body } = (await upstreamRequests(marker)).at(-1);
  assert.deepEqual(body.tools[0], { name: 'read_file', description: 'The tool read_file', input_schema: kParameters });
});

test('a denied tool never reaches the client', async () => {
  const tools = [responseTool('delete_everything')];
  const response = await create({ tools, input: 'call delete_everything {"path":"/"}' });
  assert.ok(response.output.every(({ type }) => type !== 'function_call'));
  assert.match(response.output_text, /delete_everything/);
});

test('the choice of a tool arrives', async () => {
  const marker = 'responses-choice-marker';
  const tools = [responseTool('read_file'), responseTool('list_files')];
  await create({
    tools,
    tool_choice: { type: 'function', name: 'list_files' },
    parallel_tool_calls: false,
    input: marker,
  });
  const { tool_choice: choice } = (await upstreamRequest(marker)).body;
  assert.deepEqual(choice, { type: 'tool', name: 'list_files', disable_parallel_tool_use: true });
});

test('an answer is parsed into the schema', async () => {
  const Note = z.object({ text: z.string().max(99), stars: z.number().int().min(1) });
  const response = await client.responses.parse({
    model: kModel,
    input: 'a note',
    text: { format: zodTextFormat(Note, 'note') },
  });
  assert.deepEqual(response.output_parsed, { text: 'a note', stars: 7 });
});

test('pictures and files are seen', async () => {
  const response = await create({
    input: [
      user([
        { type: 'input_text', text: 'look' },
        { type: 'input_image', image_url: `data:image/png;base64,${kPng}`, detail: 'auto' },
        { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${kPdf}` },
        { type: 'input_file', file_url: 'https://example.com/b.pdf' },
      ]),
    ],
  });
  const bytes = Buffer.from(kPdf, 'base64').length;
  assert.equal(
    response.output_text,
    `You said: look [image/png 67 bytes] [application/pdf "a.pdf" ${bytes} bytes] [document at https://example.com/b.pdf]`,
  );
});

test('reasoning is summed up, carried and taken back', async () => {
  const marker = 'responses-reasoning-marker';
  const base = {
    tools: [responseTool('read_file')],
    reasoning: { effort: 'high', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    store: false,
  };
  const question = user(`think step by step\ncall read_file {"path":"${marker}"}`);
  const first = await create({ ...base, input: [question] });
  const [reasoning] = first.output;
  assert.equal(reasoning.type, 'reasoning');
  assert.match(reasoning.id, /^rs_/);
  assert.deepEqual(reasoning.summary, [{ type: 'summary_text', text: 'step by step' }]);
  assert.equal(first.usage.output_tokens_details.reasoning_tokens, 5);
  const { call_id } = first.output.find(({ type }) => type === 'function_call');
  const result = { type: 'function_call_output', call_id, output: 'forty-two' };
  const second = await create({ ...base, input: [question, ...first.output, result] });
  assert.equal(second.output_text, 'The tool said: forty-two');
  const [, answer] = (await upstreamRequests(marker)).at(-1).body.messages;
  assert.equal(answer.content[0].type, 'thinking', 'the thinking went back upstream');
});

test('a search of the web comes with its sources', async () => {
  const response = await create({ tools: [{ type: 'web_search' }], input: 'search cats' });
  assert.deepEqual(
    response.output.map(({ type }) => type),
    ['web_search_call', 'message'],
  );
  assert.match(response.output[0].id, /^ws_/);
  assert.equal(response.output[0].action.query, 'cats');
  assert.equal(response.output_text, 'It says: found it');
  const [{ type, url }] = response.output[1].content[0].annotations;
  assert.deepEqual([type, url], ['url_citation', 'https://example.com/a']);
});

test('an answer that was cut short says so', async () => {
  const response = await create({ input: 'say half\nstop max_tokens' });
  assert.equal(response.status, 'incomplete');
  assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
  assert.equal(response.output[0].status, 'incomplete');
});

test('a refusal says so, and takes its calls back', async () => {
  const tools = [responseTool('read_file')];
  const response = await create({ tools, input: 'call read_file {"path":"a"}\nstop refusal' });
  assert.deepEqual([response.status, response.incomplete_details.reason], ['incomplete', 'content_filter']);
  assert.ok(response.output.every(({ type }) => type !== 'function_call'));
  const parts = response.output.at(-1).content.map(({ type }) => type);
  assert.equal(parts.at(-1), 'refusal');
});

// [what, parameters, the class, status, code, param]
const kErrors = [
  ['no input', {}, OpenAI.BadRequestError, 400, 'missing_required_parameter', 'input'],
  ['an empty input', { input: '' }, OpenAI.BadRequestError, 400, 'invalid_value', 'input'],
  [
    'work in the background',
    { input: 'a', background: true },
    OpenAI.BadRequestError,
    400,
    'unsupported_value',
    'background',
  ],
  [
    'a conversation',
    { input: 'a', conversation: 'conv_1' },
    OpenAI.BadRequestError,
    400,
    'unsupported_parameter',
    'conversation',
  ],
  [
    'a response before that is not there',
    { input: 'a', previous_response_id: 'resp_1' },
    OpenAI.BadRequestError,
    400,
    'previous_response_not_found',
    'previous_response_id',
  ],
  [
    'a reference to an item',
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    OpenAI.BadRequestError,
    400,
    'unsupported_value',
    'input[0].type',
  ],
  ['another company', { model: 'gpt-5', input: 'a' }, OpenAI.NotFoundError, 404, 'model_not_found', 'model'],
  [
    'a tool of the shell',
    { input: 'a', tools: [{ type: 'local_shell' }] },
    OpenAI.BadRequestError,
    400,
    'unsupported_value',
    'tools[0].type',
  ],
  ['an upstream that limits', { input: 'fail 429' }, OpenAI.RateLimitError, 429, 'rate_limit_exceeded', null],
  ['an upstream that is overloaded', { input: 'fail 529' }, OpenAI.InternalServerError, 503, 'overloaded', null],
  ['an upstream that refuses', { input: 'fail 400 tools.0: bad' }, OpenAI.BadRequestError, 400, null, 'tools'],
];

for (const [what, parameters, kind, status, code, param] of kErrors) {
  test(`${what} is an error`, async () => {
    const error = await errorOf(create(parameters));
    assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
    assert.deepEqual([error.status, error.code, error.param], [status, code, param]);
  });
}
