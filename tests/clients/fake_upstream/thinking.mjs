// Thinking blocks are signed. The signature carries the text and binds the block to everything before it, so that a
// block that comes back is valid only if neither it nor the history before it was edited.
import { createHash } from 'node:crypto';

import { modelOf } from './models.mjs';

const withoutCacheMarks = (key, value) => (key === 'cache_control' ? undefined : value);
const blocksOf = (content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content);

function prefixOf(body, messages) {
  const system = body.system === undefined ? [] : blocksOf(body.system);
  const history = messages
    .filter((message) => message.role !== 'system')
    .map((message) => [message.role, blocksOf(message.content)]);
  const text = JSON.stringify([system, body.tools ?? [], history], withoutCacheMarks);
  return createHash('sha256').update(text).digest('hex');
}

const encode = (parts) => Buffer.from(JSON.stringify(parts)).toString('base64');

export function isThinking(body) {
  const type = body.thinking?.type;
  if (type) return type !== 'disabled' && type !== 'between_tools';
  return 'ABE'.includes(modelOf(body.model)?.thinking ?? 'A');
}

// The block for `text` in the answer to `body`. Its text is shown only on request or to a manual budget.
export function thinkingBlock(body, text) {
  const shown = body.thinking?.display === 'summarized' || body.thinking?.type === 'enabled';
  const signature = encode([text, prefixOf(body, body.messages)]);
  return { type: 'thinking', thinking: shown ? text : '', signature };
}

// Whether `block`, in the message at `index`, is one that this upstream made for that place.
export function isGenuine(body, index, block) {
  let text;
  let prefix;
  try {
    [text, prefix] = JSON.parse(Buffer.from(block.signature, 'base64').toString());
  } catch {
    return false;
  }
  if (block.thinking !== text && block.thinking !== '') return false;
  return prefix === prefixOf(body, body.messages.slice(0, index));
}
