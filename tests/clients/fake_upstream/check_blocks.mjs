// What the Messages API refuses of content blocks.
import { Refusal } from './errors.mjs';
import { only, typed } from './shape.mjs';
import { isGenuine } from './thinking.mjs';

const kMagic = {
  'image/png': (data) => data.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47])),
  'image/jpeg': (data) => data.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  'image/gif': (data) => data.subarray(0, 4).toString('latin1') === 'GIF8',
  'image/webp': (data) => data.subarray(8, 12).toString('latin1') === 'WEBP',
  'application/pdf': (data) => data.subarray(0, 4).toString('latin1') === '%PDF',
};
const kMediaTypes = { image: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'], document: ['application/pdf'] };
const kId = /^[a-zA-Z0-9_-]+$/;

function checkBase64(path, kind, { media_type: type, data }) {
  if (!kMediaTypes[kind].includes(type))
    throw new Refusal(`${path}.media_type`, `Input should be ${kMediaTypes[kind].join(', ')}`);
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data) || data.length % 4) {
    throw new Refusal(`${path}.data`, 'invalid base64 data');
  }
  if (!kMagic[type](Buffer.from(data, 'base64')))
    throw new Refusal('', `${path}: the data does not match the media type ${type}`);
}

function checkSource(path, kind, source) {
  typed(path, source, 'object');
  switch (source.type) {
    case 'base64':
      only(path, source, ['type', 'media_type', 'data']);
      return checkBase64(path, kind, source);
    case 'url':
      only(path, source, ['type', 'url']);
      if (!/^https:\/\/\S+$/.test(source.url ?? '')) throw new Refusal(`${path}.url`, 'Only HTTPS URLs are supported.');
      return undefined;
    case 'file':
      only(path, source, ['type', 'file_id']);
      if (!/^file_\w+$/.test(source.file_id ?? '')) throw new Refusal(`${path}.file_id`, 'invalid file id');
      return undefined;
    case 'text':
      if (kind !== 'document') break;
      only(path, source, ['type', 'media_type', 'data']);
      if (source.media_type !== 'text/plain') throw new Refusal(`${path}.media_type`, "Input should be 'text/plain'");
      if (!source.data) throw new Refusal(`${path}.data`, 'String should have at least 1 character');
      return undefined;
    default:
  }
  throw new Refusal(path, `Input tag '${source.type}' is unknown`);
}

const kBlocks = {
  text: {
    keys: ['text', 'citations'],
    check(path, block, { role, version }) {
      typed(`${path}.text`, block.text, 'string');
      if (!block.text) throw new Refusal(path.split('.')[0], 'text content blocks must be non-empty');
      if (!block.text.trim())
        throw new Refusal(path.split('.')[0], 'text content blocks must contain non-whitespace text');
      if (role === 'user' && version !== '2023-06-01' && block.citations?.length) {
        throw new Refusal(`${path}.citations`, 'citations are not permitted on user text');
      }
    },
  },
  image: {
    keys: ['source', 'transformations'],
    check: (path, block) => checkSource(`${path}.source`, 'image', block.source),
  },
  document: {
    keys: ['source', 'title', 'context', 'citations'],
    check: (path, block) => checkSource(`${path}.source`, 'document', block.source),
  },
  tool_use: {
    keys: ['id', 'name', 'input', 'caller', 'toolset_name'],
    check(path, block) {
      if (!kId.test(block.id ?? '')) throw new Refusal(`${path}.id`, `String should match pattern '${kId.source}'`);
      typed(`${path}.name`, block.name, 'string');
      typed(`${path}.input`, block.input, 'object');
    },
  },
  tool_result: {
    keys: ['tool_use_id', 'content', 'is_error', 'toolset_name'],
    check(path, block, context) {
      if (!kId.test(block.tool_use_id ?? ''))
        throw new Refusal(`${path}.tool_use_id`, `String should match pattern '${kId.source}'`);
      if (block.content === undefined || typeof block.content === 'string') return;
      const types = ['text', 'image', 'document', 'search_result', ...(context.beta ? ['tool_reference'] : [])];
      checkBlocks(`${path}.content`, block.content, types, context);
    },
  },
  thinking: {
    keys: ['thinking', 'signature'],
    check(path, block, { body, index }) {
      typed(`${path}.thinking`, block.thinking, 'string');
      if (!isGenuine(body, index, block)) throw new Refusal(path, 'Invalid `signature` in `thinking` block');
    },
  },
  redacted_thinking: { keys: ['data'], check: (path, block) => typed(`${path}.data`, block.data, 'string') },
};

// Blocks that have no checks of their own here.
const kOthers = [
  'server_tool_use',
  'web_search_tool_result',
  'web_fetch_tool_result',
  'code_execution_tool_result',
  'search_result',
  'tool_search_tool_result',
  'tool_reference',
  'container_upload',
];

// `context`: body, index of the message, role, version, beta.
export function checkBlocks(path, blocks, types, context) {
  typed(path, blocks, 'array');
  for (const [i, block] of blocks.entries()) {
    const at = `${path}.${i}`;
    typed(at, block, 'object');
    if (!types.includes(block.type)) throw new Refusal(at, `Input tag '${block.type}' is not allowed here`);
    if (kOthers.includes(block.type)) continue;
    const { keys, check } = kBlocks[block.type];
    const shared = block.type.endsWith('thinking') ? ['type'] : ['type', 'cache_control'];
    only(`${at}.${block.type}`, block, [...keys, ...shared]);
    check(at, block, context);
    if (block.cache_control) only(`${at}.cache_control`, block.cache_control, ['type', 'ttl']);
  }
}

export const kUserBlocks = ['text', 'image', 'document', 'tool_result', 'search_result', 'container_upload'];
export const kAssistantBlocks = [
  'text',
  'tool_use',
  'thinking',
  'redacted_thinking',
  ...kOthers.filter((type) => !kUserBlocks.includes(type)),
];
