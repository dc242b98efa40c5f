// Claude Code, headless, with its base URL on the gateway.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { upstreamRequest, upstreamRequests } from '../under_test.mjs';
import { claude, kMissing, workplace } from './claude.mjs';

describe('Claude Code', { skip: kMissing }, () => {
  let place;
  before(() => {
    place = workplace();
  });
  after(() => place.remove());

  // Runs it to the result of one turn.
  async function resultOf(prompt, args = [], options = {}) {
    const { code, stdout, stderr } = await claude(place, ['--output-format', 'json', ...args, '--', prompt], options);
    assert.ok(stdout.startsWith('{'), `exit ${code}: ${stdout}${stderr}`);
    return { code, ...JSON.parse(stdout) };
  }

  test('a question gets an answer', async () => {
    const { code, stdout, stderr } = await claude(place, ['--', 'hello claude-hello-marker']);
    assert.deepEqual([code, stdout], [0, 'You said: hello claude-hello-marker\n'], stderr);
    const { body, url, headers } = await upstreamRequest('claude-hello-marker');
    assert.equal(body.stream, true);
    assert.equal(url, '/v1/messages?beta=true');
    assert.match(headers['anthropic-beta'], /claude-code-/);
    assert.equal(body.messages[1].role, 'system');
  });

  for (const think of ['', 'think it over\n']) {
    test(`a turn with a tool${think && ', after thinking'}`, async () => {
      const marker = `claude-tool-marker${think.length}.txt`;
      const file = join(place.work, marker);
      writeFileSync(file, 'forty-two\n');
      const call = `call Read ${JSON.stringify({ file_path: file })}`;
      const result = await resultOf(`${think}${call}`, ['--allowedTools', 'Read']);
      assert.deepEqual([result.code, result.subtype, result.is_error], [0, 'success', false], result.result);
      assert.match(result.result, /^The tool said: .*forty-two/s);
      assert.equal(result.num_turns, 2);
      // Once for the call, once with its result: an answer that it cannot read is asked for again, not streamed.
      const requests = await upstreamRequests(marker);
      assert.deepEqual(
        requests.map(({ body }) => body.stream),
        [true, true],
      );
      const { role, content } = requests[1].body.messages.filter((message) => message.role !== 'system').at(-1);
      assert.deepEqual([role, content[0].type], ['user', 'tool_result']);
    });
  }

  test('two tools at once', async () => {
    for (const name of ['one.txt', 'two.txt']) writeFileSync(join(place.work, name), `in ${name}\n`);
    const calls = ['one.txt', 'two.txt'].map((name) => {
      const input = JSON.stringify({ file_path: join(place.work, name) });
      return `call Read ${input}`;
    });
    const { result } = await resultOf(calls.join('\n'), ['--allowedTools', 'Read']);
    // It runs them side by side, and hands back their results in the order in which they end.
    for (const name of ['one', 'two']) assert.match(result, new RegExp(`The tool said: [^;]*in ${name}\\.txt`));
  });

  test('an answer is streamed', async () => {
    const args = ['--output-format', 'stream-json', '--verbose', '--include-partial-messages', '--bare'];
    const { code, stdout, stderr } = await claude(place, [...args, '--', 'count 30']);
    assert.equal(code, 0, stderr);
    const frames = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const deltas = frames.filter(({ event }) => event?.delta?.type === 'text_delta');
    assert.equal(deltas.length, 30);
    assert.match(frames.at(-1).result, /^1 2 3 .*30 ?$/);
  });

  test('tokens are counted', async () => {
    const marker = 'claude-context-marker';
    writeFileSync(join(place.work, 'CLAUDE.md'), `Remember the ${marker}.\n`);
    const { code } = await claude(place, ['--', '/context']);
    assert.equal(code, 0);
    const counted = (await upstreamRequests(marker)).filter(({ url }) => url.includes('/count_tokens'));
    assert.ok(counted.length > 0, 'it asked for a count');
    assert.ok(counted.every(({ sent }) => JSON.parse(sent).input_tokens > 0));
  });

  for (const [status, text] of [
    [400, /max_tokens/],
    [429, /rate limit/i],
    [529, /overloaded/i],
  ]) {
    test(`${status} from the upstream is an error`, async () => {
      const result = await resultOf(`fail ${status}`, ['--bare']);
      assert.deepEqual([result.code, result.is_error, result.api_error_status], [1, true, status], result.result);
      assert.match(result.result, text);
    });
  }
});
