// What the tests share: a client of the gateway, tools, and a reader of streams.
import OpenAI from 'openai';

import { kGateway } from '../under_test.mjs';

export * from '../under_test.mjs';

export const clientOf = (url, apiKey = 'sk-test') =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0, timeout: 10_000 });

export const client = clientOf(kGateway);

export const kParameters = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };

export const tool = (name, more = {}) => ({
  type: 'function',
  function: { name, description: `The tool ${name}`, parameters: kParameters, ...more },
});

// A tool as the Responses API takes it.
export const responseTool = (name) => ({
  type: 'function',
  name,
  description: `The tool ${name}`,
  parameters: kParameters,
});

// The warnings of an answer: which parameters were changed or ignored.
export async function warningsOf(request) {
  const { response } = await client.chat.completions.create(request).withResponse();
  return (response.headers.get('x-claif-warnings') ?? '').split(/, */).filter(Boolean);
}

// Reads a stream to its end and puts the deltas together, as a chat client does.
export async function collect(stream) {
  const all = { content: '', reasoning: '', roles: [], toolCalls: [], finishReasons: [], usages: [], chunks: 0 };
  for await (const chunk of stream) {
    all.chunks += 1;
    all.id ??= chunk.id;
    if (chunk.usage) all.usages.push({ usage: chunk.usage, choices: chunk.choices.length, at: all.chunks });
    const choice = chunk.choices[0];
    if (!choice) continue;
    if (choice.delta.role) all.roles.push(choice.delta.role);
    all.content += choice.delta.content ?? '';
    all.reasoning += choice.delta.reasoning_content ?? '';
    for (const part of choice.delta.tool_calls ?? []) {
      const call = (all.toolCalls[part.index] ??= { id: part.id, name: part.function.name, arguments: '' });
      call.arguments += part.function.arguments ?? '';
    }
    if (choice.finish_reason) all.finishReasons.push(choice.finish_reason);
  }
  return all;
}

// The error of a request that must fail.
export async function errorOf(promise, kind = OpenAI.APIError) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`the request did not fail: ${JSON.stringify(answer)}`);
}
