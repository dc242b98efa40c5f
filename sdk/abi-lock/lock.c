/* Fails to compile when the ABI changes in a way that breaks plugins which were built before: a
 * moved or resized field, a changed signature, a changed constant. An appended field changes the
 * SIZE of its struct here, and nothing else. */
#include <claif/abi/abi.h>

_Static_assert(sizeof(void*) == 8, "the lock holds for 64-bit builds");

#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " changed its size")
#define FIELD(type, field, offset, bytes)                                       \
  _Static_assert(offsetof(type, field) == (offset), #type "." #field " moved"); \
  _Static_assert(sizeof(((type*)0)->field) == (bytes), #type "." #field " changed its size")
#define FUNCTION(type, field, ...)                                          \
  _Static_assert(_Generic(((type*)0)->field, __VA_ARGS__ : 1, default : 0), \
                 #type "." #field " changed its signature")
#define CONSTANT(name, value) _Static_assert((name) == (value), #name " changed its value")

SIZE(claif_str, 16);
FIELD(claif_str, data, 0, 8);
FIELD(claif_str, size, 8, 8);

SIZE(claif_blob, 32);
FIELD(claif_blob, data, 0, 8);
FIELD(claif_blob, size, 8, 8);
FIELD(claif_blob, owner, 16, 8);
FIELD(claif_blob, release, 24, 8);
FUNCTION(claif_blob, release, void (*)(void*));

SIZE(claif_error, 256);
FIELD(claif_error, size, 0, 4);
FIELD(claif_error, code, 4, 4);
FIELD(claif_error, retry_after_ms, 8, 4);
FIELD(claif_error, length, 12, 4);
FIELD(claif_error, text, 16, 240);

SIZE(claif_op, 48);
FIELD(claif_op, size, 0, 4);
FIELD(claif_op, flags, 4, 4);
FIELD(claif_op, id, 8, 8);
FIELD(claif_op, deadline_ns, 16, 8);
FIELD(claif_op, emit, 24, 8);
FIELD(claif_op, finish, 32, 8);
FIELD(claif_op, cancelled, 40, 8);
FUNCTION(claif_op, emit, claif_status (*)(struct claif_op*, uint32_t, claif_str));
FUNCTION(claif_op,
         finish,
         void (*)(struct claif_op*, claif_status, const claif_blob*, const claif_error*));
FUNCTION(claif_op, cancelled, int32_t (*)(const struct claif_op*));

SIZE(claif_tool_call, 104);
FIELD(claif_tool_call, size, 0, 4);
FIELD(claif_tool_call, flags, 4, 4);
FIELD(claif_tool_call, session, 8, 16);
FIELD(claif_tool_call, call_id, 24, 16);
FIELD(claif_tool_call, tool, 40, 16);
FIELD(claif_tool_call, args_json, 56, 16);
FIELD(claif_tool_call, args_sha256, 72, 32);

SIZE(claif_verdict, 252);
FIELD(claif_verdict, size, 0, 4);
FIELD(claif_verdict, decision, 4, 4);
FIELD(claif_verdict, args_sha256, 8, 32);
FIELD(claif_verdict, ttl_ms, 40, 4);
FIELD(claif_verdict, risk, 44, 4);
FIELD(claif_verdict, length, 48, 4);
FIELD(claif_verdict, reason, 52, 200);

SIZE(claif_approval_v1, 16);
FIELD(claif_approval_v1, size, 0, 4);
FIELD(claif_approval_v1, flags, 4, 4);
FIELD(claif_approval_v1, decide, 8, 8);
FUNCTION(claif_approval_v1,
         decide,
         claif_status (*)(void*, const claif_tool_call*, claif_verdict*, claif_op*));

SIZE(claif_cache_v1, 32);
FIELD(claif_cache_v1, size, 0, 4);
FIELD(claif_cache_v1, flags, 4, 4);
FIELD(claif_cache_v1, get, 8, 8);
FIELD(claif_cache_v1, put, 16, 8);
FIELD(claif_cache_v1, erase, 24, 8);
FUNCTION(claif_cache_v1, get, void (*)(void*, claif_str, claif_op*));
FUNCTION(claif_cache_v1, put, void (*)(void*, claif_str, claif_str, uint64_t, claif_op*));
FUNCTION(claif_cache_v1, erase, void (*)(void*, claif_str, claif_op*));

SIZE(claif_descriptor, 72);
FIELD(claif_descriptor, size, 0, 4);
FIELD(claif_descriptor, abi_minor, 4, 4);
FIELD(claif_descriptor, flags, 8, 8);
FIELD(claif_descriptor, id, 16, 8);
FIELD(claif_descriptor, name, 24, 8);
FIELD(claif_descriptor, version, 32, 8);
FIELD(claif_descriptor, license, 40, 8);
FIELD(claif_descriptor, config_schema, 48, 8);
FIELD(claif_descriptor, provides, 56, 8);
FIELD(claif_descriptor, needs, 64, 8);

SIZE(claif_entry, 40);
FIELD(claif_entry, size, 0, 4);
FIELD(claif_entry, abi_major, 4, 4);
FIELD(claif_entry, desc, 8, 8);
FIELD(claif_entry, create, 16, 8);
FIELD(claif_entry, destroy, 24, 8);
FIELD(claif_entry, iface, 32, 8);
FUNCTION(claif_entry, create, claif_status (*)(const claif_host*, claif_str, void**, claif_error*));
FUNCTION(claif_entry, destroy, void (*)(void*));
FUNCTION(claif_entry, iface, const void* (*)(void*, const char*));

SIZE(claif_hook_input, 80);
FIELD(claif_hook_input, size, 0, 4);
FIELD(claif_hook_input, phase, 4, 4);
FIELD(claif_hook_input, request, 8, 8);
FIELD(claif_hook_input, session, 16, 16);
FIELD(claif_hook_input, tenant, 32, 16);
FIELD(claif_hook_input, model, 48, 16);
FIELD(claif_hook_input, body, 64, 16);

SIZE(claif_hook_v1, 24);
FIELD(claif_hook_v1, size, 0, 4);
FIELD(claif_hook_v1, flags, 4, 4);
FIELD(claif_hook_v1, phases, 8, 4);
FIELD(claif_hook_v1, reserved, 12, 4);
FIELD(claif_hook_v1, run, 16, 8);
FUNCTION(claif_hook_v1, run, void (*)(void*, const claif_hook_input*, claif_op*));

SIZE(claif_host, 24);
FIELD(claif_host, size, 0, 4);
FIELD(claif_host, abi_minor, 4, 4);
FIELD(claif_host, ctx, 8, 8);
FIELD(claif_host, service, 16, 8);
FUNCTION(claif_host, service, const void* (*)(const struct claif_host*, const char*));

SIZE(claif_log_v1, 16);
FIELD(claif_log_v1, size, 0, 4);
FIELD(claif_log_v1, level, 4, 4);
FIELD(claif_log_v1, write, 8, 8);
FUNCTION(claif_log_v1, write, void (*)(const claif_host*, int32_t, claif_str));

SIZE(claif_clock_v1, 24);
FIELD(claif_clock_v1, size, 0, 4);
FIELD(claif_clock_v1, reserved, 4, 4);
FIELD(claif_clock_v1, mono_ns, 8, 8);
FIELD(claif_clock_v1, wall_ms, 16, 8);
FUNCTION(claif_clock_v1, mono_ns, uint64_t (*)(const claif_host*));
FUNCTION(claif_clock_v1, wall_ms, int64_t (*)(const claif_host*));

SIZE(claif_random_v1, 16);
FIELD(claif_random_v1, size, 0, 4);
FIELD(claif_random_v1, reserved, 4, 4);
FIELD(claif_random_v1, fill, 8, 8);
FUNCTION(claif_random_v1, fill, void (*)(const claif_host*, void*, size_t));

SIZE(claif_executor_v1, 32);
FIELD(claif_executor_v1, size, 0, 4);
FIELD(claif_executor_v1, reserved, 4, 4);
FIELD(claif_executor_v1, post, 8, 8);
FIELD(claif_executor_v1, after, 16, 8);
FIELD(claif_executor_v1, cancel, 24, 8);
FUNCTION(claif_executor_v1, post, claif_status (*)(const claif_host*, void (*)(void*), void*));
FUNCTION(claif_executor_v1,
         after,
         uint64_t (*)(const claif_host*, uint64_t, void (*)(void*), void*));
FUNCTION(claif_executor_v1, cancel, int32_t (*)(const claif_host*, uint64_t));

SIZE(claif_secrets_v1, 16);
FIELD(claif_secrets_v1, size, 0, 4);
FIELD(claif_secrets_v1, reserved, 4, 4);
FIELD(claif_secrets_v1, get, 8, 8);
FUNCTION(claif_secrets_v1, get, claif_status (*)(const claif_host*, claif_str, claif_str*));

SIZE(claif_metric, 72);
FIELD(claif_metric, size, 0, 4);
FIELD(claif_metric, type, 4, 4);
FIELD(claif_metric, name, 8, 16);
FIELD(claif_metric, help, 24, 16);
FIELD(claif_metric, labels, 40, 8);
FIELD(claif_metric, label_count, 48, 8);
FIELD(claif_metric, buckets, 56, 8);
FIELD(claif_metric, bucket_count, 64, 8);

SIZE(claif_metrics_v1, 24);
FIELD(claif_metrics_v1, size, 0, 4);
FIELD(claif_metrics_v1, reserved, 4, 4);
FIELD(claif_metrics_v1, define, 8, 8);
FIELD(claif_metrics_v1, record, 16, 8);
FUNCTION(claif_metrics_v1, define, uint32_t (*)(const claif_host*, const claif_metric*));
FUNCTION(claif_metrics_v1, record, void (*)(const claif_host*, uint32_t, const claif_str*, double));

SIZE(claif_child, 32);
FIELD(claif_child, size, 0, 4);
FIELD(claif_child, reserved, 4, 4);
FIELD(claif_child, id, 8, 8);
FIELD(claif_child, self, 16, 8);
FIELD(claif_child, iface, 24, 8);

SIZE(claif_plugins_v1, 24);
FIELD(claif_plugins_v1, size, 0, 4);
FIELD(claif_plugins_v1, reserved, 4, 4);
FIELD(claif_plugins_v1, create, 8, 8);
FIELD(claif_plugins_v1, release, 16, 8);
FUNCTION(claif_plugins_v1,
         create,
         claif_status (*)(const claif_host*, claif_str, claif_str, claif_child*, claif_error*));
FUNCTION(claif_plugins_v1, release, void (*)(const claif_host*, uint64_t));

SIZE(claif_http_header, 32);
FIELD(claif_http_header, name, 0, 16);
FIELD(claif_http_header, value, 16, 16);

SIZE(claif_http_request, 88);
FIELD(claif_http_request, size, 0, 4);
FIELD(claif_http_request, flags, 4, 4);
FIELD(claif_http_request, method, 8, 16);
FIELD(claif_http_request, url, 24, 16);
FIELD(claif_http_request, headers, 40, 8);
FIELD(claif_http_request, header_count, 48, 8);
FIELD(claif_http_request, body, 56, 16);
FIELD(claif_http_request, connect_timeout_ms, 72, 4);
FIELD(claif_http_request, first_byte_timeout_ms, 76, 4);
FIELD(claif_http_request, idle_timeout_ms, 80, 4);
FIELD(claif_http_request, total_timeout_ms, 84, 4);

SIZE(claif_http_handler, 32);
FIELD(claif_http_handler, size, 0, 4);
FIELD(claif_http_handler, reserved, 4, 4);
FIELD(claif_http_handler, on_head, 8, 8);
FIELD(claif_http_handler, on_body, 16, 8);
FIELD(claif_http_handler, on_done, 24, 8);
FUNCTION(claif_http_handler, on_head, void (*)(void*, uint32_t, const claif_http_header*, size_t));
FUNCTION(claif_http_handler, on_body, claif_status (*)(void*, claif_str));
FUNCTION(claif_http_handler, on_done, void (*)(void*, claif_status, const claif_error*));

SIZE(claif_http_v1, 32);
FIELD(claif_http_v1, size, 0, 4);
FIELD(claif_http_v1, reserved, 4, 4);
FIELD(claif_http_v1, start, 8, 8);
FIELD(claif_http_v1, resume, 16, 8);
FIELD(claif_http_v1, cancel, 24, 8);
FUNCTION(claif_http_v1,
         start,
         claif_status (*)(const claif_host*,
                          const claif_http_request*,
                          const claif_http_handler*,
                          void*,
                          uint64_t*,
                          claif_error*));
FUNCTION(claif_http_v1, resume, void (*)(const claif_host*, uint64_t));
FUNCTION(claif_http_v1, cancel, void (*)(const claif_host*, uint64_t));

SIZE(claif_event, 80);
FIELD(claif_event, size, 0, 4);
FIELD(claif_event, kind, 4, 4);
FIELD(claif_event, mono_ns, 8, 8);
FIELD(claif_event, request, 16, 8);
FIELD(claif_event, value, 24, 8);
FIELD(claif_event, session, 32, 16);
FIELD(claif_event, name, 48, 16);
FIELD(claif_event, body, 64, 16);

SIZE(claif_observer_v1, 24);
FIELD(claif_observer_v1, size, 0, 4);
FIELD(claif_observer_v1, flags, 4, 4);
FIELD(claif_observer_v1, interest, 8, 8);
FIELD(claif_observer_v1, on_events, 16, 8);
FUNCTION(claif_observer_v1, on_events, void (*)(void*, const claif_event* const*, size_t));

SIZE(claif_append, 80);
FIELD(claif_append, size, 0, 4);
FIELD(claif_append, flags, 4, 4);
FIELD(claif_append, expect, 8, 8);
FIELD(claif_append, session, 16, 16);
FIELD(claif_append, id, 32, 16);
FIELD(claif_append, epoch, 48, 16);
FIELD(claif_append, record, 64, 16);

SIZE(claif_description, 104);
FIELD(claif_description, size, 0, 4);
FIELD(claif_description, flags, 4, 4);
FIELD(claif_description, records, 8, 8);
FIELD(claif_description, from, 16, 8);
FIELD(claif_description, session, 24, 16);
FIELD(claif_description, epoch, 40, 16);
FIELD(claif_description, listing, 56, 16);
FIELD(claif_description, title, 72, 16);
FIELD(claif_description, text, 88, 16);

SIZE(claif_query, 80);
FIELD(claif_query, size, 0, 4);
FIELD(claif_query, flags, 4, 4);
FIELD(claif_query, text, 8, 16);
FIELD(claif_query, match, 24, 16);
FIELD(claif_query, cursor, 40, 16);
FIELD(claif_query, since_ms, 56, 8);
FIELD(claif_query, until_ms, 64, 8);
FIELD(claif_query, limit, 72, 4);
FIELD(claif_query, reserved, 76, 4);

SIZE(claif_store_v1, 104);
FIELD(claif_store_v1, size, 0, 4);
FIELD(claif_store_v1, flags, 4, 4);
FIELD(claif_store_v1, load, 8, 8);
FIELD(claif_store_v1, append, 16, 8);
FIELD(claif_store_v1, list, 24, 8);
FIELD(claif_store_v1, erase, 32, 8);
FIELD(claif_store_v1, read, 40, 8);
FIELD(claif_store_v1, append_once, 48, 8);
FIELD(claif_store_v1, compact, 56, 8);
FIELD(claif_store_v1, describe, 64, 8);
FIELD(claif_store_v1, undescribed, 72, 8);
FIELD(claif_store_v1, find, 80, 8);
FIELD(claif_store_v1, restore, 88, 8);
FIELD(claif_store_v1, maintain, 96, 8);
FUNCTION(claif_store_v1, load, void (*)(void*, claif_str, claif_op*));
FUNCTION(claif_store_v1, append, void (*)(void*, claif_str, uint64_t, claif_str, claif_op*));
FUNCTION(claif_store_v1, list, void (*)(void*, claif_str, uint32_t, claif_op*));
FUNCTION(claif_store_v1, erase, void (*)(void*, claif_str, claif_op*));
FUNCTION(claif_store_v1, read, void (*)(void*, claif_str, uint64_t, claif_op*));
FUNCTION(claif_store_v1, append_once, void (*)(void*, const claif_append*, claif_op*));
FUNCTION(claif_store_v1, compact, void (*)(void*, claif_str, uint64_t, claif_str, claif_op*));
FUNCTION(claif_store_v1, describe, void (*)(void*, const claif_description*, claif_op*));
FUNCTION(claif_store_v1, undescribed, void (*)(void*, uint32_t, claif_op*));
FUNCTION(claif_store_v1, find, void (*)(void*, const claif_query*, claif_op*));
FUNCTION(claif_store_v1, restore, void (*)(void*, claif_str, uint32_t, claif_op*));
FUNCTION(claif_store_v1, maintain, void (*)(void*, uint64_t, claif_op*));

SIZE(claif_tools_v1, 32);
FIELD(claif_tools_v1, size, 0, 4);
FIELD(claif_tools_v1, flags, 4, 4);
FIELD(claif_tools_v1, list, 8, 8);
FIELD(claif_tools_v1, invoke, 16, 8);
FIELD(claif_tools_v1, cancel, 24, 8);
FUNCTION(claif_tools_v1, list, void (*)(void*, claif_op*));
FUNCTION(claif_tools_v1, invoke, void (*)(void*, const claif_tool_call*, claif_op*));
FUNCTION(claif_tools_v1, cancel, void (*)(void*, uint64_t));

SIZE(claif_request, 104);
FIELD(claif_request, size, 0, 4);
FIELD(claif_request, flags, 4, 4);
FIELD(claif_request, model, 8, 16);
FIELD(claif_request, body_json, 24, 16);
FIELD(claif_request, traceparent, 40, 16);
FIELD(claif_request, anthropic_version, 56, 16);
FIELD(claif_request, anthropic_beta, 72, 16);
FIELD(claif_request, query, 88, 16);

SIZE(claif_transport_v1, 48);
FIELD(claif_transport_v1, size, 0, 4);
FIELD(claif_transport_v1, flags, 4, 4);
FIELD(claif_transport_v1, start, 8, 8);
FIELD(claif_transport_v1, resume, 16, 8);
FIELD(claif_transport_v1, cancel, 24, 8);
FIELD(claif_transport_v1, models, 32, 8);
FIELD(claif_transport_v1, preview, 40, 8);
FUNCTION(claif_transport_v1, start, void (*)(void*, const claif_request*, claif_op*));
FUNCTION(claif_transport_v1, resume, void (*)(void*, uint64_t));
FUNCTION(claif_transport_v1, cancel, void (*)(void*, uint64_t));
FUNCTION(claif_transport_v1, models, void (*)(void*, claif_op*));
FUNCTION(claif_transport_v1, preview, void (*)(void*, const claif_request*, claif_op*));

struct entry_pointer {
  claif_entry_fn entry;
};
FUNCTION(struct entry_pointer, entry, const claif_entry* (*)(uint32_t));

CONSTANT(CLAIF_OK, 0);
CONSTANT(CLAIF_PENDING, 1);
CONSTANT(CLAIF_AGAIN, 2);
CONSTANT(CLAIF_E_INTERNAL, -1);
CONSTANT(CLAIF_E_ARG, -2);
CONSTANT(CLAIF_E_UNSUPPORTED, -3);
CONSTANT(CLAIF_E_CANCELLED, -4);
CONSTANT(CLAIF_E_TIMEOUT, -5);
CONSTANT(CLAIF_E_AUTH, -6);
CONSTANT(CLAIF_E_RATE, -7);
CONSTANT(CLAIF_E_UNAVAILABLE, -8);
CONSTANT(CLAIF_E_CONFLICT, -9);
CONSTANT(CLAIF_E_NOT_FOUND, -10);
CONSTANT(CLAIF_IFACE_BLOCKING, 1);
CONSTANT(CLAIF_ABI_MAJOR, 1);
CONSTANT(CLAIF_ABI_MINOR, 1);
CONSTANT(CLAIF_EMIT_HEAD, 1);
CONSTANT(CLAIF_EMIT_EVENT, 2);
CONSTANT(CLAIF_EMIT_MESSAGE, 3);
CONSTANT(CLAIF_EMIT_ERROR_BODY, 4);
CONSTANT(CLAIF_EMIT_RECORD, 16);
CONSTANT(CLAIF_EMIT_ITEM, 17);
CONSTANT(CLAIF_EMIT_OUTPUT, 18);
CONSTANT(CLAIF_DENY, 0);
CONSTANT(CLAIF_ALLOW, 1);
CONSTANT(CLAIF_ASK, 2);
CONSTANT(CLAIF_ABSTAIN, 3);
CONSTANT(CLAIF_PHASE_REQUEST, 1);
CONSTANT(CLAIF_PHASE_EVENT, 2);
CONSTANT(CLAIF_PHASE_RESPONSE, 4);
CONSTANT(CLAIF_LOG_TRACE, 0);
CONSTANT(CLAIF_LOG_DEBUG, 1);
CONSTANT(CLAIF_LOG_INFO, 2);
CONSTANT(CLAIF_LOG_WARN, 3);
CONSTANT(CLAIF_LOG_ERROR, 4);
CONSTANT(CLAIF_METRIC_COUNTER, 0);
CONSTANT(CLAIF_METRIC_GAUGE, 1);
CONSTANT(CLAIF_METRIC_HISTOGRAM, 2);
CONSTANT(CLAIF_EV_REQUEST, 0);
CONSTANT(CLAIF_EV_FIRST_BYTE, 1);
CONSTANT(CLAIF_EV_STREAM, 2);
CONSTANT(CLAIF_EV_TOOL, 3);
CONSTANT(CLAIF_EV_CACHE, 4);
CONSTANT(CLAIF_EV_SESSION, 5);
CONSTANT(CLAIF_EV_RETRY, 6);
CONSTANT(CLAIF_EV_USAGE, 7);
CONSTANT(CLAIF_EV_RESPONSE, 8);
CONSTANT(CLAIF_EV_PLUGIN, 9);
CONSTANT(CLAIF_EV_COUNT, 10);
CONSTANT(CLAIF_SEQ_ANY, UINT64_MAX);
CONSTANT(CLAIF_RESTORE_TRASH, 1);
CONSTANT(CLAIF_RESTORE_BACKUP, 2);
CONSTANT(CLAIF_REQUEST_STREAM, 1);
CONSTANT(CLAIF_REQUEST_COUNT_TOKENS, 2);
