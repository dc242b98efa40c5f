// How the tests of the upstream talk to it.
export const kHeaders = {
  'content-type': 'application/json',
  'anthropic-version': '2026-10-21',
  'x-api-key': 'test-key',
};

export const user = (content) => ({ role: 'user', content });
export const kMinimal = { model: 'claude-haiku-5-5', max_tokens: 1000, messages: [user('hello')] };

// Posts `body` over a minimal request; a key that is null is left out.
export function post(url, body, { headers = {}, path = '/v1/messages', ...options } = {}) {
  const merged = Object.entries({ ...kMinimal, ...body }).filter(([, value]) => value !== null);
  return fetch(url + path, {
    method: 'POST',
    headers: { ...kHeaders, ...headers },
    body: JSON.stringify(Object.fromEntries(merged)),
    ...options,
  });
}

export const eventsOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)));
