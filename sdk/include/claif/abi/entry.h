/* The one symbol that a plugin exports, and what it leads to.
 *
 * States of an instance: described -> created -> serving -> draining -> destroyed. `iface` is called
 * only after create returned OK; destroy only after every operation finished and every call returned.
 * There is no initialisation of the module as a whole. */
#ifndef CLAIF_ABI_ENTRY_H
#define CLAIF_ABI_ENTRY_H

#include "host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Static data: the host reads it before it calls anything else. */
typedef struct claif_descriptor {
  uint32_t size, abi_minor; /* the minor that the plugin was built with */
  uint64_t flags;           /* 0 */
  const char *id;           /* claif.<kind>.<name>, or reverse DNS for third parties */
  const char *name, *version, *license;
  const char *config_schema;    /* JSON Schema of the configuration, or NULL: any JSON */
  const char *const *provides;  /* interface ids, NULL-terminated */
  const char *const *needs;     /* service ids, NULL-terminated, or NULL */
} claif_descriptor;

typedef struct claif_entry {
  uint32_t size, abi_major;
  const claif_descriptor *desc;
  /* Makes one instance. `config_json` was checked against the schema; it is a view. On OK `*self` is
   * set; otherwise `error` says what to mend. Several instances may exist at once. [any] */
  CLAIF_FN(claif_status, create)(const claif_host *, claif_str config_json, void **self, claif_error *) CLAIF_NX;
  CLAIF_FN(void, destroy)(void *self) CLAIF_NX; /* [any] */
  /* The table of that interface, valid until destroy, or NULL. [any][quick] */
  CLAIF_FN(const void *, iface)(void *self, const char *id) CLAIF_NX;
} claif_entry;

/* A build that links plugins into the program compiles each with -DCLAIF_ENTRY=claif_entry_v1_<name>. */
#ifndef CLAIF_ENTRY
#define CLAIF_ENTRY claif_entry_v1
#endif

/* NULL: the plugin cannot work with a host of that minor. Static data, valid while the file is loaded. */
typedef const claif_entry *(*claif_entry_fn)(uint32_t host_abi_minor);

#ifdef __cplusplus
}
#endif
#endif
