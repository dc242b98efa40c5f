// The list of models.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { client, errorOf } from './gateway.mjs';

test('the models are listed', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  const ids = models.map((model) => model.id);
  for (const id of ['claude-sonnet-5-5', 'claude-haiku-5-5', 'claude-haiku-4-5'])
    assert.ok(ids.includes(id), `${id} is in ${ids}`);
  for (const model of models) {
    assert.equal(model.object, 'model');
    assert.equal(typeof model.created, 'number');
    assert.equal(model.owned_by, 'anthropic');
  }
});

test('a model that will be shut down says when', async () => {
  const model = await client.models.retrieve('claude-opus-4-5');
  assert.equal(model.id, 'claude-opus-4-5');
  assert.equal(model.owned_by, 'anthropic');
  assert.equal(model.shutdown_date, '2027-01-22');
});

test('a model that is not there is not found', async () => {
  const error = await errorOf(client.models.retrieve('claude-gone'));
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.code, 'model_not_found');
});
