// The AI SDK over `@ai-sdk/anthropic`, on the native API.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { generateText, Output } from 'ai';
import { z } from 'zod';

import { kGateway, kModel } from '../under_test.mjs';
import { testModels } from './suite.mjs';

const provider = createAnthropic({ baseURL: `${kGateway}/v1`, apiKey: 'sk-test' });

testModels('native', (id) => provider(id));

test('reasoning is shown', async () => {
  const { reasoningText, text } = await generateText({
    model: provider(kModel),
    maxRetries: 0,
    providerOptions: { anthropic: { thinking: { type: 'adaptive', display: 'summarized' } } },
    prompt: 'think step by step\nsay done',
  });
  assert.equal(reasoningText, 'step by step');
  assert.equal(text, 'done');
});

test('structured output comes through a tool as well', async () => {
  const { output } = await generateText({
    model: provider(kModel),
    maxRetries: 0,
    providerOptions: { anthropic: { structuredOutputMode: 'jsonTool' } },
    output: Output.object({ schema: z.object({ name: z.string() }) }),
    prompt: 'soup',
  });
  assert.deepEqual(output, { name: 'soup' });
});
