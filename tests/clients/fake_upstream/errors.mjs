// Errors in the shape of the Anthropic API.

const kTypes = {
  400: ['invalid_request_error', 'max_tokens: must be at most 128000'],
  401: ['authentication_error', 'invalid x-api-key'],
  402: ['billing_error', 'a payment is due'],
  403: ['permission_error', 'this key may not use the model'],
  404: ['not_found_error', 'model: claude-gone'],
  409: ['conflict_error', 'the resource is being changed'],
  413: ['request_too_large', 'request exceeds the maximum size'],
  422: ['invalid_request_error', 'messages: cannot be processed'],
  429: ['rate_limit_error', 'this would exceed the rate limit'],
  500: ['api_error', 'internal error'],
  504: ['timeout_error', 'the request took too long'],
  529: ['overloaded_error', 'overloaded'],
};

// Thrown by the checks of a request: the API would refuse it. `path` is where, as in `messages.0.content`.
export class Refusal extends Error {
  constructor(path, message, { status = 400, details } = {}) {
    super(path ? `${path}: ${message}` : message);
    this.status = status;
    this.details = details;
  }
}

export function errorBody(status, message, requestId, details) {
  const [type, standard] = kTypes[status] ?? ['api_error', `status ${status}`];
  const error = { type, message: message || standard, ...(details && { details }) };
  return { type: 'error', error, request_id: requestId };
}

// The `error` event of a stream that has begun.
export function errorEvent(type) {
  const known = Object.values(kTypes).find(([name]) => name === type);
  return { type: 'error', error: { type, message: known?.[1] ?? type } };
}
