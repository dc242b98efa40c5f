// What the tests share: a client of the gateway in Anthropic's dialect, tools, and errors.
import Anthropic from '@anthropic-ai/sdk';

import { kGateway, kModel } from '../under_test.mjs';

export * from '../under_test.mjs';

export const clientOf = (url, apiKey = 'sk-test') =>
  new Anthropic({ baseURL: url, apiKey, maxRetries: 0, timeout: 10_000 });

export const client = clientOf(kGateway);

export const kInputSchema = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };

export const tool = (name) => ({ name, description: `The tool ${name}`, input_schema: kInputSchema });

export const ask = (request, options) =>
  client.messages.create({ model: kModel, max_tokens: 1000, ...request }, options);

export const textIn = ({ content }) =>
  content
    .filter((block) => block.type === 'text')
    .map((block) => block.text)
    .join('');

// The error of a request that must fail.
export async function errorOf(promise, kind = Anthropic.APIError) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`the request did not fail: ${JSON.stringify(answer)}`);
}
