// What the Messages API refuses of the order of messages, and of tool calls and their results.
import { checkBlocks, kAssistantBlocks, kUserBlocks } from './check_blocks.mjs';
import { Refusal } from './errors.mjs';
import { only, typed } from './shape.mjs';

const kTypes = { user: kUserBlocks, assistant: kAssistantBlocks, system: ['text'] };

const blocksIn = (message, type) =>
  typeof message?.content === 'string' ? [] : (message?.content ?? []).filter((block) => block.type === type);

function checkContent(body, index, { version, beta }) {
  const message = body.messages[index];
  const path = `messages.${index}`;
  typed(path, message, 'object');
  const { role, content } = message;
  if (!kTypes[role]) throw new Refusal(`${path}.role`, "Input should be 'user', 'assistant' or 'system'");
  only(path, message, role === 'system' && beta ? ['role', 'content', 'output_config'] : ['role', 'content']);
  if (content === undefined) throw new Refusal(`${path}.content`, 'Field required');
  if (!content.length) {
    if (role === 'system' && message.output_config) return;
    throw new Refusal('', `${path}: ${role} messages must have non-empty content`);
  }
  if (typeof content === 'string') {
    if (!content.trim()) throw new Refusal('messages', 'text content blocks must contain non-whitespace text');
    return;
  }
  checkBlocks(`${path}.content`, content, kTypes[role], { body, index, role, version, beta });
}

function checkOrder(messages, model) {
  if (messages[0].role !== 'user') throw new Refusal('messages', 'first message must use the "user" role');
  for (const [i, { role }] of messages.entries()) {
    if (role !== 'system') continue;
    const path = `messages.${i}`;
    if (!model.midSystem) throw new Refusal(path, "role 'system' is not supported on this model");
    if (messages[i - 1].role !== 'user') throw new Refusal(path, "role 'system' must follow a user message");
    if (i + 1 < messages.length && messages[i + 1].role !== 'assistant') {
      throw new Refusal(path, "role 'system' must come before an assistant message or at the end");
    }
  }
  const last = messages.at(-1);
  if (last.role !== 'assistant') return;
  if (!model.prefill) {
    throw new Refusal(
      '',
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  const text = typeof last.content === 'string' ? last.content : (last.content.at(-1).text ?? '');
  if (text !== text.trimEnd())
    throw new Refusal('messages', 'final assistant content cannot end with trailing whitespace');
}

// Each call needs its result in the next message, first there, and each result its call in the message before.
function checkCalls({ messages, tools }) {
  const seen = new Set();
  for (const [i, message] of messages.entries()) {
    const before = new Set(blocksIn(messages[i - 1], 'tool_use').map(({ id }) => id));
    const results = blocksIn(message, 'tool_result');
    for (const { tool_use_id: id } of results) {
      if (!before.delete(id)) {
        throw new Refusal(`messages.${i}.content`, `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}`);
      }
    }
    if (before.size) {
      const ids = [...before].join(', ');
      throw new Refusal(
        `messages.${i - 1}`,
        `\`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}`,
      );
    }
    if (results.length && message.content.slice(0, results.length).some(({ type }) => type !== 'tool_result')) {
      throw new Refusal(`messages.${i}`, '`tool_result` blocks must come first');
    }
    const uses = blocksIn(message, 'tool_use');
    for (const { id } of uses) {
      if (seen.has(id)) throw new Refusal('messages', `\`tool_use\` ids must be unique: ${id}`);
      seen.add(id);
    }
    if (uses.length && i + 1 === messages.length)
      throw new Refusal(`messages.${i}`, 'ends in `tool_use` without a result');
  }
  if (seen.size && !tools?.length) throw new Refusal('', 'Requests which have `tool_use` blocks must define tools.');
}

export function checkMessages(body, model, context) {
  typed('messages', body.messages, 'array');
  if (!body.messages.length) throw new Refusal('messages', 'at least one message is required');
  for (const index of body.messages.keys()) checkContent(body, index, context);
  checkOrder(body.messages, model);
  checkCalls(body);
}
