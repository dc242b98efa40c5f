/* An operation in flight. The host owns it: it can count, time out, cancel, record and drain each one.
 *
 * The host allocates the operation before it calls the plugin, so the plugin may finish it inside that
 * call. `finish` is called exactly once for every operation, also after a cancel; the pointer is dead
 * from then on. At `deadline_ns` the host answers its user itself and takes a later finish as void. */
#ifndef CLAIF_ABI_OP_H
#define CLAIF_ABI_OP_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What `emit` carries. The kinds 1-15 belong to transports. */
enum {
  CLAIF_EMIT_HEAD = 1,       /* upstream answer began: "<status>\n" then "name: value\n" lines, lower-case names */
  CLAIF_EMIT_EVENT = 2,      /* one Anthropic stream event: the JSON of its data field */
  CLAIF_EMIT_MESSAGE = 3,    /* a whole Anthropic message: its JSON */
  CLAIF_EMIT_ERROR_BODY = 4, /* the body of an upstream error answer, as received */
  CLAIF_EMIT_RECORD = 16,    /* session store: one record, oldest first */
  CLAIF_EMIT_ITEM = 17,      /* lists: one JSON object */
  CLAIF_EMIT_OUTPUT = 18     /* tools: a piece of the result's text */
};

typedef struct claif_op {
  uint32_t size, flags;
  uint64_t id;          /* never reused in a process */
  uint64_t deadline_ns; /* monotonic clock of claif.clock/1; 0: none */
  /* Hands over one item. OK: go on. AGAIN: it was taken, but send no more before resume(id).
   * E_CANCELLED: nobody listens any more, finish soon. Copies what it needs. [any][quick] */
  CLAIF_FN(claif_status, emit)(struct claif_op *, uint32_t kind, claif_str item) CLAIF_NX;
  /* Ends the operation. `value` is moved to the host, which releases it; NULL means no value.
   * `error` is read only when the status is an error, and may be NULL. [any][quick] */
  CLAIF_FN(void, finish)(struct claif_op *, claif_status, const claif_blob *value,
                         const claif_error *error) CLAIF_NX;
  /* Non-zero once the host has lost interest. [any][quick] */
  CLAIF_FN(int32_t, cancelled)(const struct claif_op *) CLAIF_NX;
} claif_op;

#ifdef __cplusplus
}
#endif
#endif
