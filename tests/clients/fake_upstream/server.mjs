// A fake Anthropic API for the client tests. It refuses what the API would refuse (check.mjs) and answers by the
// script in the last user text (script.mjs). GET /__log lists the requests to /v1/messages and below as
// {url, headers, raw, body, sent, closedEarlyAt}: the body as it came and parsed, the answer, and the time in ms at
// which the caller closed a connection before the answer was complete, else null.
import { createServer } from 'node:http';

import { messageOf, streamOf } from './answers.mjs';
import { checkRequest } from './check.mjs';
import { errorBody, Refusal } from './errors.mjs';
import { kModelIds, modelInfo, modelPage } from './models.mjs';
import { planOf } from './script.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let requests = 0;

function limitHeaders() {
  const reset = new Date(Date.now() + 30_000).toISOString();
  const of = (family, limit, remaining) => ({
    [`anthropic-ratelimit-${family}-limit`]: limit,
    [`anthropic-ratelimit-${family}-remaining`]: remaining,
    [`anthropic-ratelimit-${family}-reset`]: reset,
  });
  return { ...of('requests', 50, 49), ...of('tokens', 80_000, 79_000), ...of('input-tokens', 40_000, 39_000) };
}

// Writes a piece of the answer, and into the log what it was.
function put(response, text) {
  if (response.entry) response.entry.sent += text;
  response.write(text);
}

function sendJson(response, status, body, headers = {}) {
  const id = `req_fake_${(requests += 1)}`;
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': id, ...headers });
  put(response, JSON.stringify(typeof body === 'function' ? body(id) : body));
  response.end();
}

function sendError(response, status, { message, details, headers = {} } = {}) {
  const wait = status === 429 ? { 'retry-after': '7' } : {};
  sendJson(response, status, (id) => errorBody(status, message, id, details), { ...wait, ...headers });
}

async function sendStream(response, body, plan) {
  const id = `req_fake_${(requests += 1)}`;
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': id, ...limitHeaders() });
  for (const event of streamOf(body.model, plan)) {
    if (response.destroyed) return;
    put(response, `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (plan.pauseMs && event.type === 'content_block_delta') await pause(plan.pauseMs);
  }
  if (plan.cut) response.socket.end();
  else response.end();
}

async function textOf(request) {
  let text = '';
  request.setEncoding('utf8');
  for await (const piece of request) text += piece;
  return text;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal('', 'The request body is not valid JSON');
  }
}

const wordsIn = (value) => JSON.stringify(value).match(/[\p{L}\p{N}]+/gu)?.length ?? 0;

export class FakeUpstream {
  #log = [];
  #failed = new Map();

  // Answers a POST to /v1/messages or /v1/messages/count_tokens.
  async #answer(request, response, counting) {
    const raw = await textOf(request);
    const body = parse(raw);
    const entry = { url: request.url, headers: request.headers, raw, body, sent: '', closedEarlyAt: null };
    response.entry = entry;
    this.#log.push(entry);
    response.on('close', () => {
      if (!response.writableFinished) entry.closedEarlyAt = Date.now();
    });
    checkRequest(body, request.headers, { counting });
    if (counting) {
      sendJson(response, 200, { input_tokens: wordsIn([body.system ?? '', body.tools ?? [], body.messages]) });
      return;
    }
    const plan = planOf(body);
    const status = this.#failureOf(plan);
    if (status) {
      const told = plan.fail ? { 'x-should-retry': 'false' } : {};
      sendError(response, status, { message: plan.fail?.message, headers: told });
    } else if (!plan.silent && body.stream) {
      await sendStream(response, body, plan);
    } else if (!plan.silent) {
      sendJson(response, 200, messageOf(body.model, plan), limitHeaders());
    }
  }

  #failureOf({ fail, flaky }) {
    if (fail) return fail.status;
    const before = this.#failed.get(flaky?.line) ?? 0;
    if (!flaky || before >= flaky.times) return undefined;
    this.#failed.set(flaky.line, before + 1);
    return flaky.status;
  }

  #get(path, query, response) {
    const id = path.match(/^\/v1\/models\/([^/]+)$/)?.[1];
    if (path === '/v1/models') sendJson(response, 200, modelPage(query));
    else if (kModelIds.includes(id)) sendJson(response, 200, modelInfo(id));
    else if (path === '/__log') sendJson(response, 200, this.#log);
    else sendError(response, 404, { message: id ? `model: ${id}` : 'Not Found' });
  }

  async handle(request, response) {
    const { pathname: path, searchParams: query } = new URL(request.url, 'http://upstream');
    const counting = path === '/v1/messages/count_tokens';
    try {
      if (request.method !== 'POST') this.#get(path, query, response);
      else if (counting || path === '/v1/messages') await this.#answer(request, response, counting);
      else sendError(response, 404, { message: 'Not Found' });
    } catch (error) {
      if (error instanceof Refusal) sendError(response, error.status, error);
      else response.destroy(error);
    }
  }
}

// Starts on a free port of 127.0.0.1; resolves to {url, close}.
export async function startFakeUpstream() {
  const upstream = new FakeUpstream();
  const server = createServer((request, response) => upstream.handle(request, response));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
