/* claif.tools/1: lists tools and runs them. The host asks approval before every invoke. */
#ifndef CLAIF_ABI_TOOLS_H
#define CLAIF_ABI_TOOLS_H

#include "approval.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLAIF_TOOLS_ID "claif.tools/1"

typedef struct claif_tools_v1 {
  uint32_t size, flags; /* CLAIF_IFACE_BLOCKING */
  /* Emits each tool as CLAIF_EMIT_ITEM, an Anthropic tool definition. [any] */
  CLAIF_FN(void, list)(void *self, claif_op *) CLAIF_NX;
  /* Runs a call that was approved; emits its text as CLAIF_EMIT_OUTPUT. finish(error) makes the result
   * an error that the model sees. [any] */
  CLAIF_FN(void, invoke)(void *self, const claif_tool_call *, claif_op *) CLAIF_NX;
  /* A hint: stop the work, and still finish. [any][quick] */
  CLAIF_FN(void, cancel)(void *self, uint64_t op_id) CLAIF_NX;
} claif_tools_v1;

#ifdef __cplusplus
}
#endif
#endif
