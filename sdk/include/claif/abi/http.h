/* claif.http/1: HTTP requests through the host, which owns the connection pool, TLS, proxies, egress
 * rules and timeouts. A transport is a translator over this service. Plain http goes to loopback only;
 * redirects are not followed. */
#ifndef CLAIF_ABI_HTTP_H
#define CLAIF_ABI_HTTP_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_HTTP_ID "claif.http/1"

typedef struct claif_http_header {
  claif_str name, value;
} claif_http_header;

typedef struct claif_http_request {
  uint32_t size, flags;
  claif_str method, url;
  const claif_http_header *headers;
  size_t header_count;
  claif_str body;
  uint32_t connect_timeout_ms; /* name lookup, connect and TLS; 0: 5,000 */
  uint32_t first_byte_timeout_ms; /* from the start to the first body byte; 0: 60,000 */
  uint32_t idle_timeout_ms;    /* between two pieces of the body; 0: 90,000 */
  uint32_t total_timeout_ms;   /* 0: 900,000 */
} claif_http_request;

/* Called on one host thread, one at a time, in this order: on_head, on_body any number of times,
 * on_done. on_done comes once for each request that `start` accepted, also after cancel. */
typedef struct claif_http_handler {
  uint32_t size, reserved;
  /* Status line and headers; names are lower-case. [quick] */
  CLAIF_FN(void, on_head)(void *ctx, uint32_t status, const claif_http_header *, size_t count) CLAIF_NX;
  /* OK: go on. AGAIN: it was taken, pause until resume. [quick] */
  CLAIF_FN(claif_status, on_body)(void *ctx, claif_str piece) CLAIF_NX;
  /* OK: the answer is complete. Otherwise an error: E_UNAVAILABLE (not connected), E_TIMEOUT,
   * E_CANCELLED, E_INTERNAL (cut off or garbled). [quick] */
  CLAIF_FN(void, on_done)(void *ctx, claif_status, const claif_error *) CLAIF_NX;
} claif_http_handler;

typedef struct claif_http_v1 {
  uint32_t size, reserved;
  /* Begins a request and copies what it needs of it; `handler` must stay valid until on_done. On OK
   * `*id` names the request; otherwise nothing was begun and no callback comes. [any][quick] */
  CLAIF_FN(claif_status, start)(const claif_host *, const claif_http_request *,
                                const claif_http_handler *handler, void *ctx, uint64_t *id,
                                claif_error *) CLAIF_NX;
  CLAIF_FN(void, resume)(const claif_host *, uint64_t id) CLAIF_NX; /* [any][quick] */
  CLAIF_FN(void, cancel)(const claif_host *, uint64_t id) CLAIF_NX; /* [any][quick] */
} claif_http_v1;

#ifdef __cplusplus
}
#endif
#endif
