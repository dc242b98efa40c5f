// What the fake upstream refuses: a wrong translation must not get an answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { post, user } from './ask.mjs';
import { startFakeUpstream } from './server.mjs';

let upstream;
before(async () => {
  upstream = await startFakeUpstream();
});
after(() => upstream.close());

const assistant = (...content) => ({ role: 'assistant', content });
const use = (id, input = {}) => ({ type: 'tool_use', id, name: 'look', input });
const result = (id, content = 'found') => ({ type: 'tool_result', tool_use_id: id, content });
const text = (words) => ({ type: 'text', text: words });
const tool = (more = {}) => ({ name: 'look', input_schema: { type: 'object' }, ...more });
const image = (source) => user([{ type: 'image', source }, text('look')]);
const kPng = 'iVBORw0KGgo=';
const kOldVersion = { headers: { 'anthropic-version': '2023-06-01' } };
const kFormat = (schema) => ({ output_config: { format: { type: 'json_schema', schema } } });

// [what, body, the message, options]
const kRefused = [
  ['no version', {}, /anthropic-version/, { headers: { 'anthropic-version': '' } }],
  ['an unknown key', { seed: 1 }, /^seed: Extra inputs/],
  ['a beta key without the beta', { context_management: {} }, /^context_management: Extra inputs/],
  ['no max_tokens', { max_tokens: null }, /^max_tokens/],
  ['max_tokens above the most', { max_tokens: 128_001 }, /^max_tokens: 128001 > 128000/],
  ['sampling in the new version', { temperature: 0.5 }, /^temperature: Extra inputs/],
  ['sampling on a new model', { top_k: 5 }, /^top_k: is not supported/, kOldVersion],
  ['both samplings', { model: 'claude-haiku-4-5', temperature: 0.5, top_p: 0.9 }, /cannot both/, kOldVersion],
  ['a temperature above 1', { model: 'claude-haiku-4-5', temperature: 1.5 }, /range/, kOldVersion],
  ['no messages', { messages: [] }, /at least one message/],
  ['an assistant that speaks first', { messages: [assistant(text('hi')), user('x')] }, /first message/],
  ['prefill', { messages: [user('x'), assistant(text('hi'))] }, /prefill/],
  ['an empty text', { messages: [user('')] }, /non-empty/],
  ['an empty text block', { messages: [user([text('')])] }, /non-empty/],
  ['a blank text block', { messages: [user([text(' \n')])] }, /non-whitespace/],
  ['an empty system block', { system: [text('')] }, /^system: .*non-empty/],
  ['an unknown key in a block', { messages: [user([{ ...text('a'), name: 'b' }])] }, /text\.name: Extra inputs/],
  ['an unknown key in a message', { messages: [{ ...user('a'), name: 'b' }] }, /^messages\.0\.name: Extra inputs/],
  ['a role of another API', { messages: [{ role: 'tool', content: 'a' }] }, /^messages\.0\.role/],
  ['a system message at the start', { messages: [{ role: 'system', content: 'a' }, user('b')] }, /first message/],
  [
    'two system messages in a row',
    {
      messages: [user('a'), { role: 'system', content: 'b' }, { role: 'system', content: 'c' }],
    },
    /^messages\.1: role 'system' must come before/,
  ],
  [
    'a system message before a user',
    { messages: [user('a'), { role: 'system', content: 'b' }, user('c')] },
    /must come before/,
  ],
  [
    'a system message on an older model',
    {
      model: 'claude-sonnet-5',
      messages: [user('a'), { role: 'system', content: 'b' }],
    },
    /role 'system' is not supported on this model/,
  ],
  [
    'a call without its result',
    { tools: [tool()], messages: [user('a'), assistant(use('t1')), user('b')] },
    /without `tool_result`/,
  ],
  [
    'a result without its call',
    { tools: [tool()], messages: [user('a'), assistant(text('b')), user([result('t1')])] },
    /unexpected/,
  ],
  [
    'a result twice',
    {
      tools: [tool()],
      messages: [user('a'), assistant(use('t1')), user([result('t1'), result('t1')])],
    },
    /unexpected/,
  ],
  [
    'a result in a second message',
    {
      tools: [tool()],
      messages: [user('a'), assistant(use('t1'), use('t2')), user([result('t1')]), user([result('t2')])],
    },
    /without `tool_result`/,
  ],
  [
    'a result after text',
    {
      tools: [tool()],
      messages: [user('a'), assistant(use('t1')), user([text('b'), result('t1')])],
    },
    /come first/,
  ],
  [
    'arguments that are no object',
    { tools: [tool()], messages: [user('a'), assistant(use('t1', '{}')), user([result('t1')])] },
    /input/,
  ],
  [
    'an id with other characters',
    { tools: [tool()], messages: [user('a'), assistant(use('t.1')), user([result('t.1')])] },
    /pattern/,
  ],
  ['calls without tools', { messages: [user('a'), assistant(use('t1')), user([result('t1')])] }, /must define tools/],
  [
    'an empty result block',
    { tools: [tool()], messages: [user('a'), assistant(use('t1')), user([result('t1', [text('')])])] },
    /non-empty/,
  ],
  ['a tool of another API', { tools: [{ type: 'function', function: { name: 'a' } }] }, /unknown/],
  ['a tool without a type in its schema', { tools: [tool({ input_schema: {} })] }, /input_schema\.type/],
  ['a tool twice', { tools: [tool(), tool()] }, /unique/],
  ['a tool with a bad name', { tools: [tool({ name: 'a b' })] }, /name/],
  ['a strict tool that is open', { tools: [tool({ strict: true })] }, /additionalProperties/],
  ['a choice without tools', { tool_choice: { type: 'auto' } }, /while providing tools/],
  ['a choice of another tool', { tools: [tool()], tool_choice: { type: 'tool', name: 'a' } }, /not found/],
  ['a choice as a string', { tools: [tool()], tool_choice: 'auto' }, /unknown/],
  [
    'none with parallel',
    { tools: [tool()], tool_choice: { type: 'none', disable_parallel_tool_use: true } },
    /Extra inputs/,
  ],
  [
    'a forced tool on a model that has none',
    {
      model: 'claude-sonnet-5-5',
      tools: [tool()],
      tool_choice: { type: 'any' },
    },
    /not supported/,
  ],
  ['a schema with a limit', kFormat({ type: 'integer', minimum: 1 }), /minimum: Extra inputs/],
  ['an open schema', kFormat({ type: 'object', properties: {} }), /additionalProperties/],
  ['an unknown effort', { output_config: { effort: 'minimal' } }, /effort/],
  [
    'an effort on a model that has none',
    { model: 'claude-haiku-4-5', output_config: { effort: 'low' } },
    /not supported/,
  ],
  ['xhigh on a model that has it not', { model: 'claude-sonnet-4-6', output_config: { effort: 'xhigh' } }, /xhigh/],
  ['thinking off where it is always on', { model: 'claude-sonnet-5-5', thinking: { type: 'disabled' } }, /thinking/],
  ['a budget on a model that adapts', { thinking: { type: 'enabled', budget_tokens: 1024 } }, /thinking/],
  [
    'a budget above the most',
    { model: 'claude-haiku-4-5', thinking: { type: 'enabled', budget_tokens: 1024 } },
    /greater than/,
  ],
  [
    'thinking that is not its own',
    {
      messages: [user('a'), assistant({ type: 'thinking', thinking: 'b', signature: 'c' }, text('d')), user('e')],
    },
    /Invalid `signature`/,
  ],
  ['an image of no type', { messages: [image({ type: 'base64', media_type: 'image/jpg', data: kPng })] }, /media_type/],
  [
    'an image of another type',
    { messages: [image({ type: 'base64', media_type: 'image/jpeg', data: kPng })] },
    /does not match/,
  ],
  [
    'an image that is no base64',
    { messages: [image({ type: 'base64', media_type: 'image/png', data: 'data:,x' })] },
    /base64/,
  ],
  ['an image over http', { messages: [image({ type: 'url', url: 'http://example.com/a.png' })] }, /HTTPS/],
  [
    'a document of an assistant',
    {
      messages: [user('a'), assistant({ type: 'document', source: { type: 'file', file_id: 'file_1' } }), user('b')],
    },
    /not allowed here/,
  ],
  ['a blank stop sequence', { stop_sequences: [' '] }, /stop_sequences/],
  ['other metadata', { metadata: { trace: 'a' } }, /metadata\.trace: Extra inputs/],
  ['another service tier', { service_tier: 'flex' }, /service_tier/],
  [
    'five cache marks',
    {
      messages: [user(Array.from({ length: 5 }, () => ({ ...text('a'), cache_control: { type: 'ephemeral' } })))],
    },
    /maximum of 4/,
  ],
  ['parameters of an answer when counting', {}, /^max_tokens: Extra inputs/, { path: '/v1/messages/count_tokens' }],
];

for (const [what, body, message, options] of kRefused) {
  test(`refuses ${what}`, async () => {
    const response = await post(upstream.url, body, options);
    const { error } = await response.json();
    assert.equal(response.status, 400, JSON.stringify(error));
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, message);
  });
}

test('refuses a request without a key', async () => {
  const response = await post(upstream.url, {}, { headers: { 'x-api-key': '' } });
  assert.equal(response.status, 401);
  assert.equal((await response.json()).error.type, 'authentication_error');
});

test('refuses a model that is not there', async () => {
  const response = await post(upstream.url, { model: 'claude-gone' });
  assert.equal(response.status, 404);
  assert.equal((await response.json()).error.message, 'model: claude-gone');
});

test('refuses a thread with the code that lets an SDK go on without', async () => {
  const response = await post(upstream.url, { thread: { type: 'create' } }, { headers: { 'anthropic-beta': 'a' } });
  assert.equal((await response.json()).error.details.error_code, 'thread_unsupported_request');
});

// [what, body, options]
const kTaken = [
  [
    'a conversation with calls, results and a system message',
    {
      system: 'Be kind.',
      tools: [tool({ strict: true, input_schema: { type: 'object', additionalProperties: false } })],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      messages: [
        user('a'),
        assistant(text('b'), use('t1')),
        user([result('t1'), text('c')]),
        { role: 'system', content: 'd' },
      ],
    },
  ],
  ['sampling on an older model', { model: 'claude-haiku-4-5', temperature: 0.5, top_k: 3 }, kOldVersion],
  ['prefill on an older model', { model: 'claude-haiku-4-5', messages: [user('a'), assistant(text('b'))] }],
  ['a budget', { model: 'claude-haiku-4-5', max_tokens: 2000, thinking: { type: 'enabled', budget_tokens: 1024 } }],
  ['a dated model', { model: 'claude-haiku-4-5-20251001' }],
  ['a server tool', { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 5 }] }],
  ['a bearer token', {}, { headers: { 'x-api-key': '', authorization: 'Bearer test-key' } }],
];

for (const [what, body, options] of kTaken) {
  test(`takes ${what}`, async () => {
    const response = await post(upstream.url, body, options);
    assert.equal(response.status, 200, JSON.stringify(await response.json()));
  });
}
