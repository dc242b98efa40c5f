/* claif.hook/1: edits or answers a request, edits stream events, learns how a request ended.
 *
 * Request hooks run in configured order, before approval and before the request is frozen. Event hooks
 * run in configured order on every stream event. Response hooks run in reverse order, and only for
 * hooks whose request phase ran. */
#ifndef CLAIF_ABI_HOOK_H
#define CLAIF_ABI_HOOK_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_HOOK_ID "claif.hook/1"

/* Bits of `phases`. A phase whose bit is unset is never called. */
enum { CLAIF_PHASE_REQUEST = 1u, CLAIF_PHASE_EVENT = 2u, CLAIF_PHASE_RESPONSE = 4u };

typedef struct claif_hook_input {
  uint32_t size, phase;
  uint64_t request; /* number of the request in this process */
  claif_str session, tenant, model;
  claif_str body; /* request: Anthropic Messages JSON; event: event JSON; response: {"status":..,"usage":{..}} */
} claif_hook_input;

typedef struct claif_hook_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  uint32_t phases, reserved;
  /* finish(OK, no blob): unchanged. finish(OK, blob): the blob is the new body.
   * Request phase: emit(CLAIF_EMIT_MESSAGE) then finish(OK) answers at once; finish(error) refuses the
   * request with that error. Event phase: an empty blob drops the event. Response phase: the result is
   * ignored. A failure in the event phase ends the stream with an error. [any] */
  CLAIF_FN(void, run)(void *self, const claif_hook_input *, claif_op *) CLAIF_NX;
} claif_hook_v1;

#ifdef __cplusplus
}
#endif
#endif
