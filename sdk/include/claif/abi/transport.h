/* claif.transport/1: reaches Claude. Takes an Anthropic Messages request, emits its answer.
 *
 * Order of emits: HEAD once, then EVENT for each stream event in order (or one MESSAGE when the request
 * does not stream, or ERROR_BODY when the status is 400 or above); then finish. finish(OK) says that
 * the answer is complete; an answer that was cut off finishes with E_INTERNAL.
 *
 * With COUNT_TOKENS the request is one for /v1/messages/count_tokens: it never streams, and its MESSAGE is
 * {"input_tokens": N}. A transport that cannot count finishes with E_UNSUPPORTED. */
#ifndef CLAIF_ABI_TRANSPORT_H
#define CLAIF_ABI_TRANSPORT_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_TRANSPORT_ID "claif.transport/1"

enum { CLAIF_REQUEST_STREAM = 1u, CLAIF_REQUEST_COUNT_TOKENS = 2u };

typedef struct claif_request {
  uint32_t size, flags;
  claif_str model;
  claif_str body_json;         /* the frozen request, ready to send */
  claif_str traceparent;       /* W3C trace context, may be empty */
  claif_str anthropic_version; /* e.g. 2026-10-21 */
  claif_str anthropic_beta;    /* comma-separated, may be empty */
  claif_str query;             /* of the client's URL, such as beta=true; may be empty */
} claif_request;

typedef struct claif_transport_v1 {
  uint32_t size, flags;
  CLAIF_FN(void, start)(void *self, const claif_request *, claif_op *) CLAIF_NX; /* [any][quick] */
  /* The host can take more after an emit that returned AGAIN. [any][quick] */
  CLAIF_FN(void, resume)(void *self, uint64_t op_id) CLAIF_NX;
  /* A hint: stop the work, and still finish. May race with finish; an unknown id is ignored. [any][quick] */
  CLAIF_FN(void, cancel)(void *self, uint64_t op_id) CLAIF_NX;
  /* Emits each model as CLAIF_EMIT_ITEM, an Anthropic ModelInfo object. E_UNSUPPORTED: it has no
   * list, the host's own table serves. May be NULL. [any][quick] */
  CLAIF_FN(void, models)(void *self, claif_op *) CLAIF_NX;
  /* What start would send for this request, without sending anything: emits one CLAIF_EMIT_ITEM,
   * {"method": ..., "url": ..., "headers": [[name, value], ...]}, with "[redacted]" for each secret. The body
   * is the request's own. E_UNSUPPORTED or NULL: it does not tell. [any][quick] */
  CLAIF_FN(void, preview)(void *self, const claif_request *, claif_op *) CLAIF_NX;
} claif_transport_v1;

#ifdef __cplusplus
}
#endif
#endif
