// Answers in one piece and streamed, and the history that reaches the upstream.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { client, collect, kModel, upstreamRequests, user } from './gateway.mjs';

const kUsage = { prompt_tokens: 16, completion_tokens: 7, total_tokens: 23 };
const counts = (usage) => Object.fromEntries(Object.keys(kUsage).map((key) => [key, usage[key]]));

test('a question gets an answer', async () => {
  const answer = await client.chat.completions.create({ model: kModel, messages: [user('hello')] });
  assert.equal(answer.object, 'chat.completion');
  assert.equal(answer.model, kModel);
  assert.ok(answer.id.length > 0);
  assert.ok(Math.abs(answer.created - Date.now() / 1000) < 60);
  assert.equal(answer.choices.length, 1);
  const [choice] = answer.choices;
  assert.equal(choice.message.role, 'assistant');
  assert.equal(choice.message.content, 'You said: hello');
  assert.equal(choice.message.refusal, null);
  assert.equal(choice.finish_reason, 'stop');
  assert.deepEqual(counts(answer.usage), kUsage);
  assert.equal(answer.usage.prompt_tokens_details.cached_tokens, 3);
});

test('text survives every script and every escape', async () => {
  const text = 'ümläut 漢字 🙂 "quoted" \\ back\tslash </script> \u2028 end';
  const answer = await client.chat.completions.create({ model: kModel, messages: [user(text)] });
  assert.equal(answer.choices[0].message.content, `You said: ${text}`);
});

test('the history arrives translated', async () => {
  const marker = 'history-marker';
  await client.chat.completions.create({
    model: kModel,
    max_completion_tokens: 321,
    stop: ['END'],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: 'Be kind.' },
      user(`first ${marker}`),
      { role: 'assistant', content: 'an answer' },
      user([{ type: 'text', text: 'second' }]),
    ],
  });
  const [{ body }, ...others] = await upstreamRequests(marker);
  assert.equal(others.length, 0);
  assert.equal(body.system, 'Be brief.\nBe kind.');
  assert.deepEqual(
    body.messages.map((message) => message.role),
    ['user', 'assistant', 'user'],
  );
  assert.equal(body.max_tokens, 321);
  assert.deepEqual(body.stop_sequences, ['END']);
  const text = JSON.stringify(body.messages);
  for (const part of [`first ${marker}`, 'an answer', 'second']) assert.ok(text.includes(part));
});

test('a stream is the same answer in pieces', async () => {
  const stream = await client.chat.completions.create({
    model: kModel,
    stream: true,
    stream_options: { include_usage: true },
    messages: [user('hello there you')],
  });
  const all = await collect(stream);
  assert.equal(all.content, 'You said: hello there you');
  assert.deepEqual(all.roles, ['assistant']);
  assert.deepEqual(all.finishReasons, ['stop']);
  assert.equal(all.usages.length, 1);
  assert.equal(all.usages[0].at, all.chunks, 'the usage comes in the last chunk');
  assert.equal(all.usages[0].choices, 0);
  assert.deepEqual(counts(all.usages[0].usage), kUsage);
});

test('a stream has no usage that nobody asked for', async () => {
  const stream = await client.chat.completions.create({ model: kModel, stream: true, messages: [user('hi')] });
  const all = await collect(stream);
  assert.equal(all.content, 'You said: hi');
  assert.equal(all.usages.length, 0);
});

test('the stream helper of the SDK finds its events', async () => {
  const runner = client.chat.completions.stream({ model: kModel, messages: [user('helper')] });
  let text = '';
  runner.on('content', (delta) => {
    text += delta;
  });
  const final = await runner.finalChatCompletion();
  assert.equal(text, 'You said: helper');
  assert.equal(final.choices[0].message.content, text);
});

test('pieces arrive as they are made', async () => {
  const stream = await client.chat.completions.create({ model: kModel, stream: true, messages: [user('count 20')] });
  const times = [];
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) times.push(Date.now());
  }
  assert.ok(times.length >= 20);
  assert.ok(times.at(-1) - times[0] >= 200, 'the first piece does not wait for the last');
});
