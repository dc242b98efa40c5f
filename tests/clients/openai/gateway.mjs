// What the tests share: a client of the gateway under test, and the log of the upstream behind it.
// tests/clients/run starts both and sets CLAIF_URL and UPSTREAM_URL.
import OpenAI from 'openai';

export const kGateway = process.env.CLAIF_URL;
export const kModel = 'claude-haiku-5-5';

export const client = new OpenAI({ baseURL: `${kGateway}/v1`, apiKey: 'sk-test', maxRetries: 0, timeout: 10_000 });

// The requests that reached the upstream and hold `marker`, a text that only one test uses.
export async function upstreamRequests(marker) {
  const log = await (await fetch(`${process.env.UPSTREAM_URL}/__log`)).json();
  return log.filter((entry) => JSON.stringify(entry.body).includes(marker));
}

export const user = (content) => ({ role: 'user', content });

export const tool = (name) => ({
  type: 'function',
  function: {
    name,
    description: `The tool ${name}`,
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
});

// Reads a stream to its end and puts the deltas together, as a chat client does.
export async function collect(stream) {
  const all = { content: '', roles: [], toolCalls: [], finishReasons: [], usages: [], chunks: 0 };
  for await (const chunk of stream) {
    all.chunks += 1;
    all.id ??= chunk.id;
    if (chunk.usage) all.usages.push({ usage: chunk.usage, choices: chunk.choices.length, at: all.chunks });
    const choice = chunk.choices[0];
    if (!choice) continue;
    if (choice.delta.role) all.roles.push(choice.delta.role);
    all.content += choice.delta.content ?? '';
    for (const part of choice.delta.tool_calls ?? []) {
      const call = (all.toolCalls[part.index] ??= { id: part.id, name: part.function.name, arguments: '' });
      call.arguments += part.function.arguments ?? '';
    }
    if (choice.finish_reason) all.finishReasons.push(choice.finish_reason);
  }
  return all;
}
