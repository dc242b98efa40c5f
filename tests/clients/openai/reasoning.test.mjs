// Reasoning: how much of it is asked for, and what of it comes back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, collect, errorOf, kModel, tool, upstreamRequest, user, warningsOf } from './gateway.mjs';

// [model, effort, what the upstream is sent, warnings]
const kEfforts = [
  ['claude-opus-5-5', 'none', { output_config: { effort: 'low' } }, ['reasoning_effort:adjusted']],
  ['claude-opus-5-5', 'xhigh', { output_config: { effort: 'xhigh' } }, []],
  ['claude-haiku-5-5', 'none', { thinking: { type: 'disabled' } }, []],
  ['claude-haiku-5-5', 'minimal', { output_config: { effort: 'low' } }, []],
  ['claude-sonnet-5-5', 'none', { thinking: { type: 'between_tools' } }, []],
  ['claude-opus-4-8', 'high', { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }, []],
  ['claude-opus-4-8', 'none', {}, []],
  [
    'claude-sonnet-4-6',
    'xhigh',
    { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
    ['reasoning_effort:adjusted'],
  ],
  ['claude-haiku-4-5', 'medium', { thinking: { type: 'enabled', budget_tokens: 8192 } }, []],
  ['claude-haiku-4-5', 'none', {}, []],
];

for (const [model, effort, sent, warnings] of kEfforts) {
  test(`${effort} on ${model}`, async () => {
    const marker = `effort-${effort}-${model}-marker`;
    const request = { model, reasoning_effort: effort, messages: [user(marker)] };
    assert.deepEqual(await warningsOf(request), warnings);
    const { thinking, output_config: output } = (await upstreamRequest(marker)).body;
    assert.deepEqual({ ...(thinking && { thinking }), ...(output && { output_config: output }) }, sent);
  });
}

test('an unknown effort is refused', async () => {
  const request = { model: kModel, reasoning_effort: 'extreme', messages: [user('hello')] };
  const error = await errorOf(client.chat.completions.create(request));
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.deepEqual([error.code, error.param], ['invalid_value', 'reasoning_effort']);
});

const kShown = { model: kModel, include_reasoning: true, reasoning_effort: 'high' };

test('reasoning is shown when asked for, and counted', async () => {
  const answer = await client.chat.completions.create({ ...kShown, messages: [user('think step by step\nsay done')] });
  const [{ message }] = answer.choices;
  assert.equal(message.content, 'done');
  assert.equal(message.reasoning_content, 'step by step');
  assert.equal(answer.usage.completion_tokens_details.reasoning_tokens, 5);
});

test('reasoning is shown in a stream', async () => {
  const messages = [user('think step by step\nsay done')];
  const all = await collect(await client.chat.completions.create({ ...kShown, stream: true, messages }));
  assert.equal(all.reasoning, 'step by step');
  assert.equal(all.content, 'done');
});

test('reasoning is not shown unless asked for', async () => {
  const answer = await client.chat.completions.create({ model: kModel, messages: [user('think hard\nsay done')] });
  assert.equal(answer.choices[0].message.content, 'done');
  assert.ok(!answer.choices[0].message.reasoning_content);
});

for (const stream of [false, true]) {
  test(`thinking blocks make the round trip with a tool call${stream ? ', streamed' : ''}`, async () => {
    const marker = `thinking-blocks-marker-${stream}`;
    const base = { ...kShown, include_thinking_blocks: true, tools: [tool('read_file')] };
    const question = user(`think it over\ncall read_file {"path":"${marker}"}`);
    let message;
    if (stream) {
      message = { role: 'assistant', content: '', thinking_blocks: [], tool_calls: [] };
      for await (const { choices } of await client.chat.completions.create({ ...base, stream, messages: [question] })) {
        const { delta } = choices[0];
        message.content += delta.content ?? '';
        message.thinking_blocks.push(...(delta.thinking_blocks ?? []));
        for (const part of delta.tool_calls ?? []) {
          const call = (message.tool_calls[part.index] ??= { ...part, function: { ...part.function, arguments: '' } });
          call.function.arguments += part.function.arguments;
        }
      }
    } else {
      ({ message } = (await client.chat.completions.create({ ...base, messages: [question] })).choices[0]);
    }
    assert.equal(message.thinking_blocks.length, 1);
    // The upstream takes a thinking block back only if neither it nor anything before it changed.
    const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'forty-two' };
    const second = await client.chat.completions.create({ ...base, messages: [question, message, result] });
    assert.equal(second.choices[0].message.content, 'The tool said: forty-two');
  });
}
