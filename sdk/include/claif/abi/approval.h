/* claif.approval/1: may this tool call run?
 *
 * Zero bytes mean deny. An error, a throw, a missed deadline, an unknown decision and a digest that
 * differs from the call's all count as deny. deny > ask > allow > abstain; when all abstain the host's
 * default decides, which ships as deny; ask with nobody to ask is deny. */
#ifndef CLAIF_ABI_APPROVAL_H
#define CLAIF_ABI_APPROVAL_H

#include "op.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_APPROVAL_ID "claif.approval/1"

enum { CLAIF_DENY = 0, CLAIF_ALLOW = 1, CLAIF_ASK = 2, CLAIF_ABSTAIN = 3 };

typedef struct claif_tool_call {
  uint32_t size, flags;
  claif_str session, call_id, tool;
  claif_str args_json;     /* the exact bytes that will run */
  uint8_t args_sha256[32]; /* SHA-256 of args_json */
} claif_tool_call;

typedef struct claif_verdict {
  uint32_t size;
  int32_t decision;
  uint8_t args_sha256[32]; /* what was decided about: copied from the call */
  uint32_t ttl_ms;         /* how long the verdict holds for the same digest; 0: this once */
  int32_t risk;            /* 0 (harmless) to 10; -1: not scored */
  uint32_t length;         /* bytes used in reason */
  char reason[200];        /* UTF-8, shown to the client and written to the audit log */
} claif_verdict;

typedef struct claif_approval_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  /* OK: `verdict` is filled. PENDING: it comes later, as the blob of finish(op), a claif_verdict.
   * The host cleared `verdict` but for size and risk (-1). [any], [quick] unless flagged blocking */
  CLAIF_FN(claif_status, decide)(void *self, const claif_tool_call *, claif_verdict *, claif_op *) CLAIF_NX;
} claif_approval_v1;

#ifdef __cplusplus
}
#endif
#endif
