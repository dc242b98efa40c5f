// What the Messages API refuses of a request. Each check throws a Refusal.
import { checkMessages } from './check_messages.mjs';
import { checkBlocks } from './check_blocks.mjs';
import { checkSchema } from './check_schema.mjs';
import { Refusal } from './errors.mjs';
import { modelOf } from './models.mjs';
import { only, typed } from './shape.mjs';

const kVersions = ['2023-06-01', '2026-10-21'];
const kCounting = [
  'cache_control',
  'messages',
  'model',
  'output_config',
  'speed',
  'system',
  'thinking',
  'tool_choice',
  'tools',
];
const kCreating = [
  ...kCounting,
  'container',
  'inference_geo',
  'max_tokens',
  'metadata',
  'service_tier',
  'stop_sequences',
  'stream',
];
const kSampling = ['temperature', 'top_k', 'top_p'];
const kBeta = ['context_management', 'diagnostics', 'fallbacks', 'mcp_servers', 'output_format', 'thread'];
const kThinking = {
  A: ['adaptive'],
  B: ['adaptive', 'disabled'],
  C: ['adaptive', 'disabled'],
  D: ['enabled', 'disabled'],
  E: ['adaptive', 'between_tools'],
};
const kEfforts = ['low', 'medium', 'high', 'xhigh', 'max'];
const kToolName = /^[a-zA-Z0-9_-]{1,64}$/;
const kToolKeys = [
  'allowed_callers',
  'cache_control',
  'defer_loading',
  'description',
  'eager_input_streaming',
  'input_examples',
  'input_schema',
  'name',
  'strict',
  'type',
];

const whole = (path, value, least) => {
  if (!Number.isInteger(value)) throw new Refusal(path, 'Input should be a valid integer');
  if (value < least) throw new Refusal(path, `Input should be greater than or equal to ${least}`);
};

function checkHeaders(headers) {
  if (!headers['x-api-key'] && !/^Bearer \S/.test(headers.authorization ?? '')) {
    throw new Refusal('', 'x-api-key header is required', { status: 401 });
  }
  if (headers['x-api-key'] === 'refused-key') throw new Refusal('', 'invalid x-api-key', { status: 401 });
  const version = headers['anthropic-version'];
  if (!version) throw new Refusal('', 'anthropic-version: header is required');
  if (!kVersions.includes(version)) throw new Refusal('', `anthropic-version: "${version}" is not a valid version`);
}

function checkSampling(body, model, version) {
  const given = kSampling.filter((key) => body[key] !== undefined);
  for (const key of given) {
    if (version !== '2023-06-01') throw new Refusal(key, 'Extra inputs are not permitted');
    if (!model.sampling && body[key] !== 1) throw new Refusal(key, 'is not supported on this model');
  }
  if (given.includes('temperature')) {
    if (!(body.temperature >= 0 && body.temperature <= 1)) throw new Refusal('temperature', 'range: 0..1');
    if (given.includes('top_p'))
      throw new Refusal('', '`temperature` and `top_p` cannot both be specified for this model');
    if (body.thinking?.type === 'enabled' || body.thinking?.type === 'adaptive') {
      if (body.temperature !== 1) throw new Refusal('temperature', 'may only be set to 1 when thinking is enabled');
    }
  }
}

function checkThinking({ thinking, max_tokens: maxTokens, output_config: output, tool_choice: choice }, model) {
  const { effort } = output ?? {};
  if (effort !== undefined && effort !== null) {
    if (!kEfforts.includes(effort)) throw new Refusal('output_config.effort', `Input should be ${kEfforts.join(', ')}`);
    if (model.thinking === 'D') throw new Refusal('output_config.effort', 'is not supported on this model');
    if (effort === 'xhigh' && !model.xhigh)
      throw new Refusal('output_config.effort', 'xhigh is not supported on this model');
  }
  if (thinking === undefined) return;
  if (!kThinking[model.thinking].includes(thinking.type)) {
    throw new Refusal('thinking.type', `${thinking.type} is not supported on this model`);
  }
  if (thinking.type !== 'adaptive' && thinking.type !== 'enabled') {
    only('thinking', thinking, ['type']);
    if (['xhigh', 'max'].includes(effort))
      throw new Refusal('output_config.effort', `not with thinking ${thinking.type}`);
    return;
  }
  if (thinking.type === 'adaptive') {
    only('thinking', thinking, ['type', 'display']);
    return;
  }
  only('thinking', thinking, ['type', 'budget_tokens', 'display']);
  whole('thinking.budget_tokens', thinking.budget_tokens, 1024);
  if (thinking.budget_tokens >= maxTokens)
    throw new Refusal('', '`max_tokens` must be greater than `thinking.budget_tokens`');
  if (['any', 'tool'].includes(choice?.type))
    throw new Refusal('', 'Thinking may not be enabled when tool_choice forces tool use.');
}

function checkTools(tools) {
  if (tools === undefined) return;
  typed('tools', tools, 'array');
  const names = new Set();
  for (const [i, tool] of tools.entries()) {
    const path = `tools.${i}`;
    if (names.has(tool.name)) throw new Refusal('tools', 'Tool names must be unique.');
    names.add(tool.name);
    if (tool.type && tool.type !== 'custom') {
      if (!/^[a-z_]+_(?:\d{8}|regex|bm25)$/.test(tool.type))
        throw new Refusal(path, `Input tag '${tool.type}' is unknown`);
      continue;
    }
    only(`${path}.custom`, tool, kToolKeys);
    if (!kToolName.test(tool.name ?? '')) throw new Refusal(`${path}.custom.name`, 'String should match pattern');
    typed(`${path}.custom.input_schema`, tool.input_schema, 'object');
    if (tool.input_schema.type !== 'object')
      throw new Refusal(`${path}.custom.input_schema.type`, "Input should be 'object'");
    if (tool.strict) checkSchema(`${path}.custom.input_schema`, tool.input_schema);
  }
}

function checkToolChoice({ tool_choice: choice, tools }, model) {
  if (choice === undefined || choice === null) return;
  if (!tools?.length) throw new Refusal('', 'tool_choice may only be specified while providing tools');
  if (!['auto', 'any', 'tool', 'none'].includes(choice.type))
    throw new Refusal('tool_choice', `Input tag '${choice.type}' is unknown`);
  const keys = { none: [], tool: ['name', 'disable_parallel_tool_use'] };
  only(`tool_choice.${choice.type}`, choice, ['type', ...(keys[choice.type] ?? ['disable_parallel_tool_use'])]);
  if (choice.type === 'tool' && !tools.some(({ name }) => name === choice.name)) {
    throw new Refusal('', `Tool '${choice.name}' not found in provided tools`);
  }
  if (['any', 'tool'].includes(choice.type) && !model.forcedTool) {
    throw new Refusal('tool_choice', `${choice.type} is not supported on this model`);
  }
}

function checkOutput({ output_config: output }, beta) {
  if (output === undefined) return;
  only('output_config', output, ['effort', 'format', ...(beta ? ['task_budget'] : [])]);
  if (!output.format) return;
  only('output_config.format', output.format, ['type', 'schema']);
  if (output.format.type !== 'json_schema')
    throw new Refusal('output_config.format.type', "Input should be 'json_schema'");
  typed('output_config.format.schema', output.format.schema, 'object');
  checkSchema('output_config.format.schema', output.format.schema);
}

function checkSmallOnes(body) {
  whole('max_tokens', body.max_tokens, 1);
  if (body.stream !== undefined && typeof body.stream !== 'boolean')
    throw new Refusal('stream', 'Input should be a boolean');
  for (const [i, stop] of (body.stop_sequences ?? []).entries()) {
    if (!stop.trim()) throw new Refusal(`stop_sequences.${i}`, 'each stop sequence must contain non-whitespace');
  }
  if (body.metadata) {
    only('metadata', body.metadata, ['user_id']);
    if (String(body.metadata.user_id ?? '').length > 256)
      throw new Refusal('metadata.user_id', 'String should have at most 256 characters');
  }
  if (!['auto', 'standard_only', undefined].includes(body.service_tier))
    throw new Refusal('service_tier', 'Input should be auto or standard_only');
}

function checkCacheMarks(body) {
  let marks = 0;
  JSON.stringify(body, (key, value) => {
    if (key === 'cache_control' && value) marks += 1;
    return key === 'input_schema' || key === 'input' ? undefined : value;
  });
  if (marks > 4) throw new Refusal('', `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
}

// `counting`: for count_tokens, which takes fewer parameters.
export function checkRequest(body, headers, { counting = false } = {}) {
  checkHeaders(headers);
  typed('', body, 'object');
  const beta = Boolean(headers['anthropic-beta']);
  const known = counting ? kCounting : [...kCreating, ...kSampling];
  if (body.thread) {
    const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] };
    throw new Refusal('thread', 'is not supported', { details });
  }
  only('', body, beta ? [...known, ...kBeta] : known);
  if (typeof body.model !== 'string') throw new Refusal('model', 'Field required');
  const model = modelOf(body.model);
  if (!model) throw new Refusal('', `model: ${body.model}`, { status: 404 });

  if (!counting) {
    checkSmallOnes(body);
    if (body.max_tokens > model.maxTokens) {
      const most = `${model.maxTokens}, which is the maximum allowed number of output tokens for ${body.model}`;
      throw new Refusal('max_tokens', `${body.max_tokens} > ${most}`);
    }
    checkSampling(body, model, headers['anthropic-version']);
  }
  checkThinking(body, model);
  checkTools(body.tools);
  checkToolChoice(body, model);
  checkOutput(body, beta);
  if (body.system !== undefined && typeof body.system !== 'string')
    checkBlocks('system', body.system, ['text'], { body, beta });
  checkMessages(body, model, { version: headers['anthropic-version'], beta });
  checkCacheMarks(body);
}
