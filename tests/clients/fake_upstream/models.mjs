// What the API lets each model do, and the list of models.
//   thinking: A always adaptive; B on, `disabled` allowed; C off, adaptive; D off, budget; E on, `between_tools`

const kCurrent = { maxTokens: 128_000, xhigh: true, forcedTool: true, midSystem: true };
const kOld = { thinking: 'D', maxTokens: 64_000, forcedTool: true, prefill: true, sampling: true };

const kModels = {
  'claude-fable-5-2': { ...kCurrent, thinking: 'A', forcedTool: false },
  'claude-opus-5-5': { ...kCurrent, thinking: 'A', forcedTool: false },
  'claude-sonnet-5-5': { ...kCurrent, thinking: 'E', forcedTool: false },
  'claude-haiku-5-5': { ...kCurrent, thinking: 'B' },
  'claude-sonnet-5': { ...kCurrent, thinking: 'B', midSystem: false },
  'claude-opus-4-8': { ...kCurrent, thinking: 'C' },
  'claude-sonnet-4-6': { ...kCurrent, thinking: 'C', xhigh: false, midSystem: false, sampling: true },
  'claude-opus-4-5': kOld,
  'claude-haiku-4-5': kOld,
};

export const kModelIds = Object.keys(kModels);
const kPage = 4;

// The facts about `id`, or undefined.
export const modelOf = (id) => kModels[id.replace(/-\d{8}$/, '')];

const supported = (is) => ({ supported: is });

export function modelInfo(id) {
  const { thinking, maxTokens, xhigh } = kModels[id];
  const types = {
    adaptive: supported(thinking !== 'D'),
    enabled: supported(thinking === 'D'),
    disabled: supported(!'AE'.includes(thinking)),
    between_tools: supported(thinking === 'E'),
  };
  const levels = { low: true, medium: true, high: true, xhigh: Boolean(xhigh), max: true };
  return {
    type: 'model',
    id,
    display_name: id,
    created_at: '2026-10-01T00:00:00Z',
    deprecated_at: null,
    retires_at: id === 'claude-opus-4-5' ? '2027-01-22T00:00:00Z' : null,
    lifecycle: id === 'claude-opus-4-5' ? 'deprecated' : 'active',
    line: null,
    max_input_tokens: thinking === 'D' ? 200_000 : 1_000_000,
    max_tokens: maxTokens,
    capabilities: {
      thinking: { ...supported(true), types },
      effort: {
        ...supported(thinking !== 'D'),
        ...Object.fromEntries(Object.entries(levels).map(([level, is]) => [level, supported(is && thinking !== 'D')])),
      },
      structured_outputs: supported(true),
    },
  };
}

// One page of the list, short so that a client has to ask for the next ones.
export function modelPage(query) {
  const after = query.get('after_id');
  const first = after ? kModelIds.indexOf(after) + 1 : 0;
  const ids = kModelIds.slice(first, first + Math.min(kPage, Number(query.get('limit') ?? kPage)));
  return {
    data: ids.map(modelInfo),
    has_more: first + ids.length < kModelIds.length,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  };
}
