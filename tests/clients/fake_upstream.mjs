// A fake Anthropic Messages API for the client tests. The last user text is its script:
//   call NAME {JSON}   asks for that tool                 count N   N deltas, 20 ms apart
//   fail STATUS        answers with that error            anything  is repeated
// After a tool result it repeats what the tool said. GET /__log lists the requests to /v1/messages as
// {body, apiVersion, closedEarlyAt}: the time in ms at which the caller closed a connection before the
// answer was complete, else null.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { errorOf, messageOf, modelList, streamOf } from './fake_answers.mjs';

const kCountPauseMs = 20;

const textOf = (content) =>
  typeof content === 'string'
    ? content
    : (content ?? []).filter((part) => part.type === 'text').map((part) => part.text).join('');

// What the answer to a request is: {blocks}, {count} or {fail}.
export function planOf(body) {
  const last = (body.messages ?? []).filter((message) => message.role === 'user').at(-1);
  const result = Array.isArray(last?.content) && last.content.find((part) => part.type === 'tool_result');
  if (result) return { blocks: [{ type: 'text', text: `The tool said: ${textOf(result.content)}` }] };
  const text = textOf(last?.content);
  const call = text.match(/^call (\S+) (\{.*\})/s);
  if (call) {
    const tool = { type: 'tool_use', id: `toolu_${call[1]}_1`, name: call[1], input: JSON.parse(call[2]) };
    return { blocks: [{ type: 'text', text: 'Let me look. ' }, tool] };
  }
  const count = text.match(/^count (\d+)/);
  if (count) return { count: Number(count[1]) };
  const fail = text.match(/^fail (\d+)/);
  if (fail) return { fail: Number(fail[1]) };
  return { blocks: [{ type: 'text', text: `You said: ${text}` }] };
}

function sendJson(response, status, body, headers = {}) {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_fake_1', ...headers });
  response.end(text);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function sendStream(response, body, plan) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_fake_1' });
  for (const event of streamOf(body.model, plan)) {
    if (response.destroyed) return;
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (plan.count && event.type === 'content_block_delta') await pause(kCountPauseMs);
  }
  response.end();
}

async function answerMessages(request, response, log) {
  let text = '';
  for await (const piece of request) text += piece;
  const body = JSON.parse(text);
  const entry = { body, apiVersion: request.headers['anthropic-version'], closedEarlyAt: null };
  log.push(entry);
  response.on('close', () => {
    if (!response.writableFinished) entry.closedEarlyAt = Date.now();
  });
  const plan = planOf(body);
  if (plan.fail) {
    const { error, headers } = errorOf(plan.fail);
    sendJson(response, plan.fail, error, headers);
  } else if (body.stream) {
    await sendStream(response, body, plan);
  } else {
    sendJson(response, 200, messageOf(body.model, plan));
  }
}

// Starts on a free port of 127.0.0.1; resolves to {url, close}.
export async function startFakeUpstream() {
  const log = [];
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    if (request.method === 'POST' && path === '/v1/messages') {
      answerMessages(request, response, log).catch((error) => response.destroy(error));
    } else if (path === '/v1/models') {
      sendJson(response, 200, modelList());
    } else if (path === '/__log') {
      sendJson(response, 200, log);
    } else {
      sendJson(response, 404, errorOf(404).error);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startFakeUpstream();
  console.log(`fake_upstream: listening on ${url}`);
}
