// The answers of the fake upstream, in the shapes of the Anthropic Messages API.

// Split among the fields so that a sum that leaves one out shows.
export const kUsage = {
  input_tokens: 11,
  cache_creation_input_tokens: 2,
  cache_read_input_tokens: 3,
  output_tokens: 7,
};

export const kModelIds = ['claude-sonnet-5-5', 'claude-haiku-5-5'];

const countBlocks = (plan) =>
  plan.blocks ?? [{ type: 'text', text: Array.from({ length: plan.count }, (_, i) => `${i + 1} `).join('') }];

const stopReasonOf = (blocks) => (blocks.some((block) => block.type === 'tool_use') ? 'tool_use' : 'end_turn');

const envelopeOf = (model) => ({ id: 'msg_fake_1', type: 'message', role: 'assistant', model });

export function messageOf(model, plan) {
  const content = countBlocks(plan);
  return { ...envelopeOf(model), content, stop_reason: stopReasonOf(content), stop_sequence: null, usage: kUsage };
}

// The deltas of a block: text word by word, tool arguments in pieces of five characters.
function deltasOf(block) {
  if (block.type === 'text') {
    return block.text.match(/\S+\s*|\s+/g).map((text) => ({ type: 'text_delta', text }));
  }
  const pieces = JSON.stringify(block.input).match(/.{1,5}/gs);
  return ['', ...pieces].map((json) => ({ type: 'input_json_delta', partial_json: json }));
}

// The events of a streamed answer.
export function* streamOf(model, plan) {
  const blocks = countBlocks(plan);
  const usage = { ...kUsage, output_tokens: 1 };
  const message = { ...envelopeOf(model), content: [], stop_reason: null, stop_sequence: null, usage };
  yield { type: 'message_start', message };
  yield { type: 'ping' };
  for (const [index, block] of blocks.entries()) {
    const empty = block.type === 'text' ? { type: 'text', text: '' } : { ...block, input: {} };
    yield { type: 'content_block_start', index, content_block: empty };
    for (const delta of deltasOf(block)) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  const delta = { stop_reason: stopReasonOf(blocks), stop_sequence: null };
  yield { type: 'message_delta', delta, usage: { output_tokens: kUsage.output_tokens } };
  yield { type: 'message_stop' };
}

const kErrors = {
  400: ['invalid_request_error', 'max_tokens: must be at most 128000'],
  401: ['authentication_error', 'invalid x-api-key'],
  404: ['not_found_error', 'model: claude-gone'],
  429: ['rate_limit_error', 'this would exceed the rate limit'],
};

export function errorOf(status) {
  const [type, message] = kErrors[status] ?? ['api_error', 'internal error'];
  const headers = status === 429 ? { 'retry-after': '7', 'x-should-retry': 'false' } : {};
  return { error: { type: 'error', error: { type, message }, request_id: 'req_fake_1' }, headers };
}

export function modelList() {
  const data = kModelIds.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-10-01T00:00:00Z' }));
  return { data, has_more: false, first_id: kModelIds[0], last_id: kModelIds.at(-1) };
}
