// LangChain over the Responses API.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';

import { kGateway, kModel } from '../under_test.mjs';

const model = new ChatOpenAI({
  model: kModel,
  apiKey: 'sk-test',
  maxRetries: 0,
  useResponsesApi: true,
  configuration: { baseURL: `${kGateway}/v1` },
});

const readFile = tool(({ path }) => `saw ${path}`, {
  name: 'read_file',
  description: 'Reads a file',
  schema: z.object({ path: z.string() }),
});

test('a question gets an answer', async () => {
  assert.equal((await model.invoke('hello')).text, 'You said: hello');
});

test('an answer is streamed', async () => {
  let text = '';
  for await (const chunk of await model.stream('hello there you')) text += chunk.text;
  assert.equal(text, 'You said: hello there you');
});

test('a bound tool makes the round trip', async () => {
  const agent = model.bindTools([readFile]);
  const messages = [new HumanMessage('call read_file {"path":"a.txt"}')];
  const asked = await agent.invoke(messages);
  messages.push(asked, await readFile.invoke(asked.tool_calls[0]));
  assert.equal((await agent.invoke(messages)).text, 'The tool said: saw a.txt');
});
