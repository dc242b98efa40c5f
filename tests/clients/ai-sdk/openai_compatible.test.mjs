// The AI SDK over `@ai-sdk/openai-compatible`.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';

import { kGateway, kModel } from '../under_test.mjs';
import { testModels } from './suite.mjs';

const provider = createOpenAICompatible({
  name: 'claif',
  baseURL: `${kGateway}/v1`,
  apiKey: 'sk-test',
  includeUsage: true,
  supportsStructuredOutputs: true,
});

testModels('compatible', (id) => provider(id));

test('reasoning is shown', async () => {
  const { reasoningText, text, usage } = await generateText({
    model: provider(kModel),
    maxRetries: 0,
    providerOptions: { claif: { reasoningEffort: 'high', include_reasoning: true } },
    prompt: 'think step by step\nsay done',
  });
  assert.equal(reasoningText, 'step by step');
  assert.equal(text, 'done');
  assert.equal(usage.outputTokenDetails.reasoningTokens, 5);
});
