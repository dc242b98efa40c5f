/* claif.observer/1: sees what happens, in batches, never on a request's time. A slow observer loses
 * events, and a counter says how many. */
#ifndef CLAIF_ABI_OBSERVER_H
#define CLAIF_ABI_OBSERVER_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_OBSERVER_ID "claif.observer/1"

/* Kinds; bit k of `interest` asks for kind k. In brackets: name | value | body. */
enum {
  CLAIF_EV_REQUEST = 0,    /* a request began [route | 0 | model] */
  CLAIF_EV_FIRST_BYTE = 1, /* its first answer byte was ready [route | ns since its start | model] */
  CLAIF_EV_STREAM = 2,     /* a stream event passed [event type | bytes | event JSON] */
  CLAIF_EV_TOOL = 3,       /* a tool call was decided [tool | CLAIF_DENY or CLAIF_ALLOW | reason] */
  CLAIF_EV_CACHE = 4,      /* [hit, miss, stored or bypass | 0 | model] */
  CLAIF_EV_SESSION = 5,    /* a turn was stored, or not [stored or failed | sequence number | reason] */
  CLAIF_EV_RETRY = 6,      /* an upstream attempt failed and is made again [error code | delay ms | model] */
  CLAIF_EV_USAGE = 7,      /* tokens [input, output, cache_read or cache_write | count | model] */
  CLAIF_EV_RESPONSE = 8,   /* a request ended [status: an HTTP status or cancelled | ns since its start | model] */
  CLAIF_EV_PLUGIN = 9,     /* a plugin misbehaved [plugin id | generation | what it did] */
  CLAIF_EV_COUNT = 10
};

typedef struct claif_event {
  uint32_t size, kind;
  uint64_t mono_ns;
  uint64_t request; /* number of the request in this process, 0: none */
  int64_t value;
  claif_str session, name, body;
} claif_event;

typedef struct claif_observer_v1 {
  uint32_t size, flags;
  uint64_t interest; /* 0: never called */
  /* The views in the events end with the call. [serial], off the request path */
  CLAIF_FN(void, on_events)(void *self, const claif_event *const *events, size_t count) CLAIF_NX;
} claif_observer_v1;

#ifdef __cplusplus
}
#endif
#endif
