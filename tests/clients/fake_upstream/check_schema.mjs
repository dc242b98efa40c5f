// The JSON schemas that structured output and strict tools take.
import { only, typed } from './shape.mjs';
import { Refusal } from './errors.mjs';
import { kFormats } from './sample.mjs';

const kKeys = [
  '$defs',
  '$ref',
  '$schema',
  'additionalProperties',
  'allOf',
  'anyOf',
  'const',
  'default',
  'definitions',
  'description',
  'enum',
  'format',
  'items',
  'minItems',
  'properties',
  'required',
  'title',
  'type',
];

export function checkSchema(path, schema, root = schema) {
  typed(path, schema, 'object');
  only(path, schema, kKeys);
  const check = (key, inner) => checkSchema(`${path}.${key}`, inner, root);
  if (schema.$ref !== undefined) {
    if (!/^#\/(\$defs|definitions)\/[^/]+$/.test(schema.$ref)) throw new Refusal(`${path}.$ref`, 'must be local');
    const [, home, name] = schema.$ref.split('/');
    if (!root[home]?.[name]) throw new Refusal(`${path}.$ref`, 'points to nothing');
  }
  if (schema.type === 'object' || schema.properties) {
    if (schema.additionalProperties !== false) {
      throw new Refusal(path, "For 'object' type, 'additionalProperties' must be explicitly set to false");
    }
  }
  if (schema.format !== undefined && !kFormats[schema.format])
    throw new Refusal(`${path}.format`, `${schema.format} is not supported`);
  if (schema.minItems > 1) throw new Refusal(`${path}.minItems`, 'values other than 0 or 1 are not supported');
  for (const key of ['properties', '$defs', 'definitions']) {
    for (const [name, inner] of Object.entries(schema[key] ?? {})) check(`${key}.${name}`, inner);
  }
  for (const key of ['anyOf', 'allOf']) {
    for (const [i, inner] of (schema[key] ?? []).entries()) check(`${key}.${i}`, inner);
  }
  if (schema.items) check('items', schema.items);
}
