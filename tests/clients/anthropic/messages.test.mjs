// Messages in one piece and streamed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema';

import { ask, client, kModel, kPdf, kPng, textIn, upstreamRequest, user } from './gateway.mjs';

test('a question gets an answer', async () => {
  const message = await ask({ messages: [user('hello')] });
  assert.equal(message.type, 'message');
  assert.match(message.id, /^msg_fake_/);
  assert.equal(message.model, kModel);
  assert.equal(textIn(message), 'You said: hello');
  assert.equal(message.stop_reason, 'end_turn');
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = message.usage;
  assert.deepEqual([input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens], [11, 2, 3, 7]);
  assert.match(message._request_id, /^req_fake_/);
});

test('the stream helper of the SDK finds its events', async () => {
  const stream = client.messages.stream({ model: kModel, max_tokens: 1000, messages: [user('hello there you')] });
  const pieces = [];
  stream.on('text', (delta) => pieces.push(delta));
  const message = await stream.finalMessage();
  assert.equal(textIn(message), 'You said: hello there you');
  assert.ok(pieces.length > 1);
  assert.equal(pieces.join(''), textIn(message));
  assert.deepEqual([message.stop_reason, message.usage.output_tokens], ['end_turn', 7]);
});

test('the events of a stream are those of the upstream', async () => {
  const types = [];
  for await (const event of await ask({ stream: true, messages: [user('hi')] })) types.push(event.type);
  const delta = 'content_block_delta';
  assert.deepEqual(types, [
    'message_start',
    'content_block_start',
    ...[delta, delta, delta],
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

test('pieces arrive as they are made', async () => {
  const times = [];
  for await (const event of await ask({ stream: true, messages: [user('count 20')] })) {
    if (event.type === 'content_block_delta') times.push(Date.now());
  }
  assert.equal(times.length, 20);
  assert.ok(times.at(-1) - times[0] >= 200, 'the first piece does not wait for the last');
});

test('text survives every script and every escape', async () => {
  const text = 'ümläut 漢字 🙂 "quoted" \\ back\tslash </script> \u2028 end';
  assert.equal(textIn(await ask({ messages: [user(text)] })), `You said: ${text}`);
});

test('a system message in the middle arrives', async () => {
  const marker = 'native-mid-system-marker';
  const messages = [
    user(marker),
    { role: 'assistant', content: 'a' },
    user('b'),
    { role: 'system', content: 'Be brief.' },
  ];
  await ask({ system: 'Be kind.', messages });
  const { body } = await upstreamRequest(marker);
  assert.deepEqual([body.system, body.messages], ['Be kind.', messages]);
});

test('pictures and documents are seen', async () => {
  const message = await ask({
    messages: [
      user([
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: kPng } },
        { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf', data: kPdf } },
        { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
        { type: 'text', text: 'look' },
      ]),
    ],
  });
  const bytes = Buffer.from(kPdf, 'base64').length;
  const seen = `[image/png 67 bytes] [application/pdf "a.pdf" ${bytes} bytes] [image at https://example.com/a.png]`;
  assert.equal(textIn(message), `You said: look ${seen}`);
});

test('an answer is parsed into the schema', async () => {
  const format = jsonSchemaOutputFormat({
    type: 'object',
    properties: { text: { type: 'string', maxLength: 99 }, mood: { enum: ['calm', 'wild'] } },
    required: ['text', 'mood'],
  });
  const request = { model: kModel, max_tokens: 1000, output_config: { format }, messages: [user('a note')] };
  const message = await client.messages.parse(request);
  assert.deepEqual(message.parsed_output, { text: 'a note', mood: 'calm' });
});

test('thinking is streamed and signed', async () => {
  const stream = client.messages.stream({
    model: kModel,
    max_tokens: 1000,
    thinking: { type: 'adaptive', display: 'summarized' },
    messages: [user('think step by step\nsay done')],
  });
  let thinking = '';
  stream.on('thinking', (delta) => {
    thinking += delta;
  });
  const [block] = (await stream.finalMessage()).content;
  assert.equal(thinking, 'step by step');
  assert.equal(block.thinking, thinking);
  assert.ok(block.signature);
});

test('tokens are counted', async () => {
  const request = { model: kModel, messages: [user('one two')] };
  const few = (await client.messages.countTokens(request)).input_tokens;
  const many = (await client.messages.countTokens({ ...request, system: 'one two three four' })).input_tokens;
  assert.ok(few > 0);
  assert.equal(many, few + 4);
});

test('a model is described', async () => {
  const model = await client.models.retrieve('claude-haiku-4-5');
  assert.deepEqual([model.type, model.id, model.max_tokens], ['model', 'claude-haiku-4-5', 64_000]);
});

test('the models are listed', async () => {
  const ids = [];
  for await (const model of client.models.list()) {
    assert.equal(model.type, 'model');
    ids.push(model.id);
  }
  for (const id of ['claude-fable-5-2', 'claude-haiku-5-5', 'claude-haiku-4-5']) assert.ok(ids.includes(id), id);
});
