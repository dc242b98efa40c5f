// A value that fits a JSON schema.

export const kFormats = {
  'date-time': '2026-11-23T10:00:00Z',
  date: '2026-11-23',
  time: '10:00:00Z',
  duration: 'PT1H',
  email: 'ada@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uuid: '6f0c2c0e-2f0b-4b0e-9d0a-0d6a3a2f1b11',
};

// `text` stands wherever the schema takes any string. Required properties come first.
export function sampleOf(schema, text, root = schema) {
  const again = (inner) => sampleOf(inner, text, root);
  if (schema.$ref) {
    const path = schema.$ref.replace(/^#\//, '').split('/');
    return again(path.reduce((node, key) => node[key], root));
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return again(choices[0]);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map(again));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type ?? 'object') {
    case 'string':
      return kFormats[schema.format] ?? text;
    case 'integer':
      return 7;
    case 'number':
      return 1.5;
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'array':
      return [again(schema.items ?? { type: 'string' })];
    default: {
      const properties = schema.properties ?? {};
      const required = schema.required ?? [];
      const names = [...required, ...Object.keys(properties).filter((name) => !required.includes(name))];
      return Object.fromEntries(names.map((name) => [name, again(properties[name])]));
    }
  }
}
