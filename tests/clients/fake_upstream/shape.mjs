// The shape of a JSON value, checked as the API does.
import { Refusal } from './errors.mjs';

const kindOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

export function typed(path, value, kind) {
  if (value === undefined) throw new Refusal(path, 'Field required');
  if (kindOf(value) !== kind) throw new Refusal(path, `Input should be a valid ${kind}`);
}

// Only `keys` may be there.
export function only(path, object, keys) {
  for (const key of Object.keys(object)) {
    if (!keys.includes(key)) throw new Refusal(path ? `${path}.${key}` : key, 'Extra inputs are not permitted');
  }
}
