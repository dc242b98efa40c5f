/* claif plugin ABI, major 1: the vocabulary that every other header uses. Pure C11, also valid C++20.
 *
 * Threads  [any]    may be called by any thread, also by several at once
 *          [serial] one call at a time for each instance
 *          [quick]  never blocks and returns within 100 us; a function without this tag may block
 * Memory   nobody frees the other side's memory; a view (claif_str, a pointer in a struct) is valid
 *          until the call that passed it returns; a blob is valid until its holder releases it
 * Growth   `size` is sizeof() at the side that allocated the struct; fields are only ever appended;
 *          nobody reads or writes past `size` (CLAIF_HAS). Unknown enum values mean the safe one.
 * Errors   a function that can fail returns a claif_status and fills the caller's claif_error. */
#ifndef CLAIF_ABI_BASE_H
#define CLAIF_ABI_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CLAIF_NX noexcept
#else
#define CLAIF_NX
#endif

#define CLAIF_EXPORT __attribute__((visibility("default")))
#define CLAIF_FN(ret, name) ret (*name)

/* True if the other side's struct is new enough to have `field` whole. */
#define CLAIF_HAS(p, field) \
  ((p)->size >= offsetof(__typeof__(*(p)), field) + sizeof((p)->field))

#define CLAIF_ABI_MAJOR 1u /* changes with the entry symbol: claif_entry_v<major> */
#define CLAIF_ABI_MINOR 1u /* grows with each appended field, interface or service */

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8 bytes, not terminated. {NULL, 0} is the empty string. */
typedef struct claif_str {
  const char *data;
  size_t size;
} claif_str;

/* Immutable bytes that cross without a copy. The receiver calls `release(owner)` once when it is
 * done; `release` may be NULL for static data. [any] */
typedef struct claif_blob {
  const void *data;
  size_t size;
  void *owner;
  CLAIF_FN(void, release)(void *owner) CLAIF_NX;
} claif_blob;

typedef int32_t claif_status;
enum {
  CLAIF_OK = 0,
  CLAIF_PENDING = 1, /* the answer comes through the operation */
  CLAIF_AGAIN = 2,   /* taken, but wait for resume before sending more */
  CLAIF_E_INTERNAL = -1,
  CLAIF_E_ARG = -2,
  CLAIF_E_UNSUPPORTED = -3,
  CLAIF_E_CANCELLED = -4,
  CLAIF_E_TIMEOUT = -5,
  CLAIF_E_AUTH = -6,
  CLAIF_E_RATE = -7,
  CLAIF_E_UNAVAILABLE = -8,
  CLAIF_E_CONFLICT = -9,
  CLAIF_E_NOT_FOUND = -10
};

/* The caller allocates it and sets `size`; the callee fills the rest when it fails. */
typedef struct claif_error {
  uint32_t size;
  claif_status code;
  uint32_t retry_after_ms; /* 0: unknown */
  uint32_t length;         /* bytes used in text */
  char text[240];          /* UTF-8: what failed, what to do; no trailing period */
} claif_error;

/* Flags that an interface table may carry. */
enum {
  CLAIF_IFACE_BLOCKING = 1u /* calls may block: the host makes them on its blocking pool */
};

#ifdef __cplusplus
}
#endif
#endif
