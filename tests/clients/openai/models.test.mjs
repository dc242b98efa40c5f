// The list of models.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { client } from './gateway.mjs';

test('the models are listed', async () => {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  const ids = models.map((model) => model.id);
  for (const id of ['claude-sonnet-5-5', 'claude-haiku-5-5']) assert.ok(ids.includes(id), `${id} is in ${ids}`);
  for (const model of models) {
    assert.equal(model.object, 'model');
    assert.equal(typeof model.created, 'number');
    assert.equal(model.owned_by, 'anthropic');
  }
});
