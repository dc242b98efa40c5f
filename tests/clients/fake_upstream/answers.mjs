// Messages and streams in the shapes of the Anthropic Messages API.
import { errorEvent } from './errors.mjs';

// Split among the fields so that a sum that leaves one out shows.
const kUsage = {
  input_tokens: 11,
  cache_creation_input_tokens: 2,
  cache_read_input_tokens: 3,
  output_tokens: 7,
};

let messages = 0;
const envelopeOf = (model) => ({ id: `msg_fake_${(messages += 1)}`, type: 'message', role: 'assistant', model });

function usageOf({ blocks }) {
  const thinking = blocks.some((block) => block.type === 'thinking') ? 5 : 0;
  return {
    ...kUsage,
    cache_creation: { ephemeral_5m_input_tokens: 2, ephemeral_1h_input_tokens: 0 },
    output_tokens_details: { thinking_tokens: thinking },
    server_tool_use: null,
    service_tier: 'standard',
  };
}

function endOf({ blocks, stop }) {
  const calls = blocks.some((block) => block.type === 'tool_use');
  const details =
    stop === 'refusal' ? { type: 'refusal', category: 'general_harms', explanation: 'I cannot help with that.' } : null;
  return { stop_reason: stop ?? (calls ? 'tool_use' : 'end_turn'), stop_sequence: null, stop_details: details };
}

// A text block of an answer always has `citations`.
const complete = (block) => (block.type === 'text' ? { citations: null, ...block } : block);

export function messageOf(model, plan) {
  return { ...envelopeOf(model), content: plan.blocks.map(complete), ...endOf(plan), usage: usageOf(plan) };
}

const kStarts = {
  text: () => ({ type: 'text', text: '', citations: null }),
  thinking: () => ({ type: 'thinking', thinking: '', signature: '' }),
  tool_use: (block) => ({ ...block, input: {} }),
  server_tool_use: (block) => ({ ...block, input: {} }),
};

// Words, long ones in pieces.
const wordsOf = (text) => text.match(/\S{1,12}\s*|\s+/gu) ?? [];

// Text word by word, arguments in pieces of five characters and, like the API, an empty piece first.
function deltasOf(block) {
  switch (block.type) {
    case 'text':
      return [
        ...wordsOf(block.text).map((text) => ({ type: 'text_delta', text })),
        ...(block.citations ?? []).map((citation) => ({ type: 'citations_delta', citation })),
      ];
    case 'thinking':
      return [
        ...wordsOf(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'tool_use':
    case 'server_tool_use':
      return ['', ...JSON.stringify(block.input).match(/.{1,5}/gsu)].map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      }));
    default:
      return [];
  }
}

// The events of a streamed answer. A plan that breaks or is cut ends where the message would.
export function* streamOf(model, plan) {
  const usage = { ...usageOf(plan), output_tokens: 1 };
  const end = { stop_reason: null, stop_sequence: null, stop_details: null };
  yield { type: 'message_start', message: { ...envelopeOf(model), content: [], ...end, usage } };
  yield { type: 'ping' };
  for (const [index, block] of plan.blocks.entries()) {
    yield { type: 'content_block_start', index, content_block: kStarts[block.type]?.(block) ?? block };
    for (const delta of deltasOf(block)) yield { type: 'content_block_delta', index, delta };
    yield { type: 'content_block_stop', index };
  }
  if (plan.breakWith) yield errorEvent(plan.breakWith);
  if (plan.breakWith || plan.cut) return;
  const { output_tokens, output_tokens_details } = usageOf(plan);
  yield { type: 'message_delta', delta: endOf(plan), usage: { output_tokens, output_tokens_details } };
  yield { type: 'message_stop' };
}
