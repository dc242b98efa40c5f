// Structured output, as the SDK's zod helpers ask for it and read it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';

import { client, kModel, upstreamRequest, user } from './gateway.mjs';

const Step = z.object({ text: z.string().describe('one step'), done: z.boolean() });
const Plan = z.object({
  title: z.string().max(80),
  mood: z.enum(['calm', 'wild']),
  count: z.number().int().min(1).max(9),
  steps: z.array(Step),
  note: z.string().nullable(),
});
const kPlan = (title) => ({
  title,
  mood: 'calm',
  count: 7,
  steps: [{ text: title, done: true }],
  note: title,
});

test('an answer is parsed into the schema', async () => {
  const marker = 'structured-marker';
  const answer = await client.chat.completions.parse({
    model: kModel,
    messages: [user(marker)],
    response_format: zodResponseFormat(Plan, 'plan'),
  });
  assert.deepEqual(answer.choices[0].message.parsed, kPlan(marker));

  const { body } = await upstreamRequest(marker);
  const { type, schema, ...rest } = body.output_config.format;
  assert.equal(type, 'json_schema');
  assert.deepEqual(rest, {});
  assert.equal(schema.additionalProperties, false);
  assert.match(schema.properties.title.description, /constraints: maxLength=80/);
  assert.match(schema.properties.count.description, /constraints: minimum=1; maximum=9/);
});

test('a stream is parsed into the schema', async () => {
  const runner = client.chat.completions.stream({
    model: kModel,
    messages: [user('a plan')],
    response_format: zodResponseFormat(Plan, 'plan'),
  });
  let pieces = 0;
  runner.on('content.delta', () => {
    pieces += 1;
  });
  const final = await runner.finalChatCompletion();
  assert.deepEqual(final.choices[0].message.parsed, kPlan('a plan'));
  assert.ok(pieces > 1);
});

test('a schema with shared and named parts arrives whole', async () => {
  const Person = z.object({ name: z.string() }).meta({ id: 'person' });
  const answer = await client.chat.completions.parse({
    model: kModel,
    messages: [user('Ada')],
    response_format: zodResponseFormat(z.object({ author: Person, reader: Person }), 'letter'),
  });
  assert.deepEqual(answer.choices[0].message.parsed, { author: { name: 'Ada' }, reader: { name: 'Ada' } });
});

test('JSON without a schema is asked for in words, and loses its fence', async () => {
  const marker = 'json-object-marker';
  const { data, response } = await client.chat.completions
    .create({ model: kModel, messages: [user(marker)], response_format: { type: 'json_object' } })
    .withResponse();
  assert.deepEqual(JSON.parse(data.choices[0].message.content), { answer: marker });
  assert.equal(response.headers.get('x-claif-warnings'), 'response_format:best_effort');
  const { body } = await upstreamRequest(marker);
  assert.match(JSON.stringify(body.system), /single valid JSON object/);
  assert.ok(!body.output_config?.format);
});

test('a schema that is open is asked for in words', async () => {
  const marker = 'open-schema-marker';
  const schema = { type: 'object', additionalProperties: { type: 'string' } };
  const { response } = await client.chat.completions
    .create({
      model: kModel,
      messages: [user(marker)],
      response_format: { type: 'json_schema', json_schema: { name: 'open', schema } },
    })
    .withResponse();
  assert.equal(response.headers.get('x-claif-warnings'), 'response_format:best_effort');
  assert.ok(JSON.stringify((await upstreamRequest(marker)).body.system).includes('must conform to this JSON Schema'));
});

test('a strict tool is called with arguments that fit', async () => {
  const marker = 'strict-tool-marker';
  const answer = await client.chat.completions.parse({
    model: kModel,
    messages: [user(marker)],
    tools: [zodFunction({ name: 'extract', parameters: z.object({ text: z.string().min(1), size: z.number() }) })],
    tool_choice: 'required',
  });
  const [call] = answer.choices[0].message.tool_calls;
  assert.deepEqual(call.function.parsed_arguments, { text: marker, size: 1.5 });
  const [tool] = (await upstreamRequest(marker)).body.tools;
  assert.equal(tool.strict, true);
  assert.equal(tool.input_schema.additionalProperties, false);
});
