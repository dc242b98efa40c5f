// What the client tests share: where the gateways and the upstream behind them are (tests/clients/run starts them and
// sets these variables), and what reached the upstream.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

export const kGateway = process.env.CLAIF_URL;
// A gateway that wants the token `right-token` and gives its upstream a second to begin an answer.
export const kGuarded = process.env.GUARDED_URL;
// A gateway in strict mode without anybody behind it.
export const kStrict = process.env.STRICT_URL;
const kUpstream = process.env.UPSTREAM_URL;

// With `run --upstream` there is no gateway: a test that is about one is skipped.
export const kOnlyUpstream = kGateway === kUpstream;

export const kModel = 'claude-haiku-5-5';

export const user = (content) => ({ role: 'user', content });

// The requests that reached the upstream and hold `marker`, which only one test uses and which may be the end of another.
export async function upstreamRequests(marker) {
  const word = new RegExp(`(?<!\\w-)${marker}`);
  const log = await (await fetch(`${kUpstream}/__log`)).json();
  return log.filter((entry) => word.test(JSON.stringify(entry.body)));
}

// The one request with `marker`.
export async function upstreamRequest(marker) {
  const [entry, ...others] = await upstreamRequests(marker);
  assert.ok(entry, `no request with ${marker} reached the upstream`);
  assert.equal(others.length, 0, `${marker} reached the upstream ${others.length + 1} times`);
  return entry;
}

// Waits until `condition`, asynchronous, gives something true, and returns that.
export async function until(condition, what, mostMs = 3000) {
  const deadline = Date.now() + mostMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < deadline, `${what} did not happen within ${mostMs} ms`);
    await pause(10);
  }
}

// The time at which the connection of the one request with `marker` was closed before its answer was complete.
export const closedEarly = (marker) =>
  until(async () => (await upstreamRequests(marker))[0]?.closedEarlyAt, 'closing the upstream connection');

// A picture of one black pixel, and a document of one empty page.
export const kPng = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';
export const kPdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
).toString('base64');
