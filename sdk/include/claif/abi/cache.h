/* claif.cache/1: bytes by key, with a time to live. The host fixes key and value; a backend that is
 * slow, broken or forgetful costs hits, never answers. */
#ifndef CLAIF_ABI_CACHE_H
#define CLAIF_ABI_CACHE_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_CACHE_ID "claif.cache/1"

typedef struct claif_cache_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  /* finish(OK, blob): the value. finish(OK, no blob): a miss. `key` is 64 hex digits. [any] */
  CLAIF_FN(void, get)(void *self, claif_str key, claif_op *) CLAIF_NX;
  /* Keeps a copy of `value` for up to `ttl_ms`; replaces what was there. [any] */
  CLAIF_FN(void, put)(void *self, claif_str key, claif_str value, uint64_t ttl_ms, claif_op *) CLAIF_NX;
  /* OK also when there was nothing. [any] */
  CLAIF_FN(void, erase)(void *self, claif_str key, claif_op *) CLAIF_NX;
} claif_cache_v1;

#ifdef __cplusplus
}
#endif
#endif
