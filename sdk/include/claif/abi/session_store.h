/* claif.session-store/1: append-only records, by session. A session id matches [A-Za-z0-9_-]{1,64}.
 * A record is one JSON object without raw newlines; the host gives it, and the store returns it,
 * byte for byte. An append that finished OK is durable. */
#ifndef CLAIF_ABI_SESSION_STORE_H
#define CLAIF_ABI_SESSION_STORE_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_SESSION_STORE_ID "claif.session-store/1"
#define CLAIF_SEQ_ANY UINT64_MAX

typedef struct claif_store_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  /* Emits every record as CLAIF_EMIT_RECORD, oldest first, then finishes. E_NOT_FOUND: no such
   * session. E_INTERNAL with a text: damage; what could be read was emitted. [any] */
  CLAIF_FN(void, load)(void *self, claif_str session, claif_op *) CLAIF_NX;
  /* Appends one record when the session has `expect` records (0: it must not exist yet;
   * CLAIF_SEQ_ANY: whatever it has). E_CONFLICT: it has another number. The finish blob is the new
   * number of records in decimal. E_INTERNAL may mean that the record is stored or not. [any] */
  CLAIF_FN(void, append)(void *self, claif_str session, uint64_t expect, claif_str record, claif_op *) CLAIF_NX;
  /* Emits up to `limit` sessions as CLAIF_EMIT_ITEM {"id","records","bytes","updated_ms"}, newest
   * first; the finish blob is the cursor of the next page, absent at the end. "" begins. [any] */
  CLAIF_FN(void, list)(void *self, claif_str cursor, uint32_t limit, claif_op *) CLAIF_NX;
  /* E_NOT_FOUND: no such session. [any] */
  CLAIF_FN(void, erase)(void *self, claif_str session, claif_op *) CLAIF_NX;
} claif_store_v1;

#ifdef __cplusplus
}
#endif
#endif
