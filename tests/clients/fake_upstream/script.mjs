// What the answer to a request is. The last text of the last user message is its script; README.md lists the commands.
import { sampleOf } from './sample.mjs';
import { isThinking, thinkingBlock } from './thinking.mjs';

const kBestEffort = 'Respond with a single valid JSON object and nothing else.';

const partsOf = (content) => (typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? []));
const textsOf = (content) =>
  partsOf(content)
    .filter((part) => part.type === 'text')
    .map((part) => part.text);

let calls = 0;
export const toolUse = (name, input) => ({ type: 'tool_use', id: `toolu_fake_${(calls += 1)}`, name, input });

// One image or document, as the answer describes it.
function described({ type, source, title }) {
  const name = title ? ` "${title}"` : '';
  switch (source.type) {
    case 'base64':
      return `[${source.media_type}${name} ${Buffer.from(source.data, 'base64').length} bytes]`;
    case 'text':
      return `[${source.media_type}${name} "${source.data}"]`;
    case 'url':
      return `[${type}${name} at ${source.url}]`;
    default:
      return `[${type}${name} ${source.type} ${source.file_id ?? ''}]`;
  }
}

const seenIn = (content) =>
  partsOf(content)
    .filter((part) => part.type === 'image' || part.type === 'document')
    .map((part) => ` ${described(part)}`)
    .join('');

function resultText(results) {
  const say = ({ is_error: failed, content }) =>
    `${failed ? 'The tool failed' : 'The tool said'}: ${textsOf(content).join('')}${seenIn(content)}`;
  return results.map(say).join('; ');
}

const searchBlocks = (query) => {
  const id = `srvtoolu_fake_${(calls += 1)}`;
  const page = { url: 'https://example.com/a', title: 'A page', encrypted_content: 'ZW5j', page_age: null };
  const cited = { url: page.url, title: page.title, cited_text: 'cited', encrypted_index: 'aWR4' };
  return [
    { type: 'server_tool_use', id, name: 'web_search', input: { query } },
    { type: 'web_search_tool_result', tool_use_id: id, content: [{ type: 'web_search_result', ...page }] },
    { type: 'text', text: 'It says: ' },
    { type: 'text', text: 'found it', citations: [{ type: 'web_search_result_location', ...cited }] },
  ];
};

const countText = (most) => Array.from({ length: most }, (_, i) => `${i + 1} `).join('');

// Each command: its pattern, and what it adds to the plan.
const kCommands = [
  [/^think (.+)/, (plan, [, text], body) => isThinking(body) && plan.blocks.push(thinkingBlock(body, text))],
  [/^say (.+)/, (plan, [, text]) => plan.blocks.push({ type: 'text', text })],
  [
    /^call (\S+) (\{.*\})/,
    (plan, [, name, input]) => {
      if (!plan.blocks.some((block) => block.type !== 'thinking'))
        plan.blocks.push({ type: 'text', text: 'Let me look. ' });
      plan.blocks.push(toolUse(name, JSON.parse(input)));
    },
  ],
  [/^search (.+)/, (plan, [, query]) => plan.blocks.push(...searchBlocks(query))],
  [
    /^count (\d+)/,
    (plan, [, most]) => {
      plan.blocks.push({ type: 'text', text: countText(Number(most)) });
      plan.pauseMs = 20;
    },
  ],
  [/^stop (max_tokens|refusal|pause_turn|model_context_window_exceeded)$/, (plan, [, reason]) => (plan.stop = reason)],
  [/^fail (\d+)(?: (.+))?/, (plan, [, status, message]) => (plan.fail = { status: Number(status), message })],
  [
    /^flaky (\d+) (\d+).*/,
    (plan, [line, times, status]) => {
      plan.flaky = { line, times: Number(times), status: Number(status) };
      plan.blocks.push({ type: 'text', text: 'Here at last.' });
    },
  ],
  [/^break (\w+_error)$/, (plan, [, type]) => (plan.breakWith = type)],
  [/^cut$/, (plan) => (plan.cut = true)],
  [/^silent\b/, (plan) => (plan.silent = true)],
];

function runScript(text, body) {
  const plan = { blocks: [] };
  let commands = 0;
  for (const line of text.split('\n')) {
    for (const [pattern, apply] of kCommands) {
      const match = line.match(pattern);
      if (!match) continue;
      apply(plan, match, body);
      commands += 1;
    }
  }
  return commands ? plan : null;
}

// The JSON that `body` asks for, or undefined.
function structured(body, text) {
  if (body.output_config?.format) return JSON.stringify(sampleOf(body.output_config.format.schema, text));
  if (!textsOf(body.system).some((piece) => piece.includes(kBestEffort))) return undefined;
  return `\`\`\`json\n${JSON.stringify({ answer: text })}\n\`\`\``;
}

function forcedCall({ tool_choice: choice, tools }, text) {
  if (choice?.type !== 'tool' && choice?.type !== 'any') return undefined;
  const tool = choice.type === 'tool' ? tools.find(({ name }) => name === choice.name) : tools[0];
  return toolUse(tool.name, sampleOf(tool.input_schema, text));
}

// {blocks, stop, pauseMs, fail, flaky, breakWith, cut, silent}
export function planOf(body) {
  const last = body.messages.filter((message) => message.role === 'user').at(-1);
  const parts = partsOf(last?.content);
  const results = parts.filter((part) => part.type === 'tool_result');
  const text = textsOf(parts).at(-1) ?? '';
  if (results.length) {
    const said = resultText(results);
    return { blocks: [{ type: 'text', text: structured(body, said) ?? said }] };
  }
  const plan = runScript(text, body);
  if (plan) return plan;
  const call = forcedCall(body, text);
  if (call) return { blocks: [call] };
  return { blocks: [{ type: 'text', text: structured(body, text) ?? `You said: ${text}${seenIn(parts)}` }] };
}
