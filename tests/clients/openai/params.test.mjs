// Parameters: what reaches the upstream, what is refused, and what is named in the warnings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, clientOf, errorOf, kModel, kStrict, tool, upstreamRequest, user, warningsOf } from './gateway.mjs';

const kSamplingModel = 'claude-haiku-4-5';

test('sampling goes to a model that takes it, in the version that has it', async () => {
  const marker = 'sampling-marker';
  const messages = [user(marker)];
  assert.deepEqual(await warningsOf({ model: kSamplingModel, temperature: 0.5, messages }), []);
  const { body, headers } = await upstreamRequest(marker);
  assert.equal(body.temperature, 0.5);
  assert.equal(headers['anthropic-version'], '2023-06-01');
});

test('sampling is dropped for a model that has none', async () => {
  const marker = 'no-sampling-marker';
  const request = { model: kModel, temperature: 0.2, top_p: 0.9, messages: [user(marker)] };
  assert.deepEqual(await warningsOf(request), ['temperature:dropped', 'top_p:dropped']);
  const { body, headers } = await upstreamRequest(marker);
  assert.ok(!('temperature' in body) && !('top_p' in body));
  assert.equal(headers['anthropic-version'], '2026-10-21');
});

test('what cannot be honoured is named', async () => {
  const warnings = await warningsOf({
    model: kModel,
    seed: 7,
    logit_bias: { 50256: -100 },
    frequency_penalty: 0.5,
    store: true,
    max_tokens: 500_000,
    messages: [{ ...user('hello'), name: 'ada' }],
  });
  const expected = ['frequency_penalty', 'logit_bias', 'name', 'seed', 'store'].map((key) => `${key}:ignored`);
  assert.deepEqual(warnings, [...expected, 'max_tokens:clamped'].sort());
});

test('the most tokens are those of the model, and come as a stream', async () => {
  const marker = 'default-tokens-marker';
  await client.chat.completions.create({ model: kModel, messages: [user(marker)] });
  const { body } = await upstreamRequest(marker);
  assert.equal(body.max_tokens, 128_000);
  assert.equal(body.stream, true);
});

test('the user is passed on unless it is an address', async () => {
  const messages = [user('user-marker')];
  await client.chat.completions.create({ model: kModel, safety_identifier: 'u-123', messages });
  assert.deepEqual((await upstreamRequest('user-marker')).body.metadata, { user_id: 'u-123' });
  assert.deepEqual(await warningsOf({ model: kModel, user: 'ada@example.com', messages: [user('hello')] }), [
    'user:dropped',
  ]);
});

// [what, parameters, code, param]
const kRefused = [
  ['several choices', { n: 2 }, 'unsupported_value', 'n'],
  ['log probabilities', { logprobs: true }, 'unsupported_parameter', 'logprobs'],
  ['audio', { modalities: ['text', 'audio'] }, 'unsupported_value', 'modalities'],
  ['a temperature out of range', { temperature: 3 }, 'invalid_value', 'temperature'],
  ['no tokens', { max_completion_tokens: 0 }, 'invalid_value', 'max_completion_tokens'],
  ['a custom tool', { tools: [{ type: 'custom', custom: { name: 'a' } }] }, 'unsupported_value', 'tools[0].type'],
  [
    'a choice of no tool',
    { tools: [tool('a')], tool_choice: { type: 'function', function: { name: 'b' } } },
    'invalid_value',
    'tool_choice',
  ],
];

for (const [what, parameters, code, param] of kRefused) {
  test(`${what} is refused`, async () => {
    const request = { model: kModel, messages: [user('hello')], ...parameters };
    const error = await errorOf(client.chat.completions.create(request));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.code, error.param], [code, param]);
  });
}

test('strict mode refuses what would be changed', async () => {
  const request = { model: kModel, seed: 7, temperature: 0.5, messages: [user('hello')] };
  const error = await errorOf(clientOf(kStrict).chat.completions.create(request));
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.deepEqual([error.code, error.param], ['unsupported_parameter', 'seed']);
});

test('a system message in the middle stays where it belongs', async () => {
  const marker = 'mid-system-marker';
  const messages = [
    { role: 'system', content: 'Be kind.' },
    user(`first ${marker}`),
    { role: 'assistant', content: 'an answer' },
    { role: 'system', content: 'Be brief.' },
    user('second'),
  ];
  await client.chat.completions.create({ model: kModel, messages });
  const { body } = await upstreamRequest(marker);
  assert.equal(body.system, 'Be kind.');
  assert.deepEqual(
    body.messages.map(({ role }) => role),
    ['user', 'assistant', 'user', 'system'],
  );
  assert.equal(body.messages[3].content, 'Be brief.');
});

test('a system message in the middle moves to the top where the model has no place for it', async () => {
  const marker = 'hoisted-system-marker';
  const messages = [
    user(`first ${marker}`),
    { role: 'assistant', content: 'a' },
    { role: 'system', content: 'Be brief.' },
    user('b'),
  ];
  assert.deepEqual(await warningsOf({ model: kSamplingModel, messages }), ['messages:system_hoisted']);
  assert.equal((await upstreamRequest(marker)).body.system, 'Be brief.');
});

test('a request of its own for Claude goes through', async () => {
  const marker = 'extension-marker';
  await client.chat.completions.create({
    model: kModel,
    messages: [user(marker)],
    anthropic: { metadata: { user_id: 'u-1' } },
    anthropic_beta: ['some-beta-2026-01-01'],
  });
  const { body, headers } = await upstreamRequest(marker);
  assert.deepEqual(body.metadata, { user_id: 'u-1' });
  assert.equal(headers['anthropic-beta'], 'some-beta-2026-01-01');
});
