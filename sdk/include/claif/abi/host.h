/* What a plugin instance can reach of the host: services, looked up by id, each of them optional.
 * A plugin that cannot live without one lists its id in the descriptor's `needs`; then the host refuses
 * to create it where the service is absent. Look services up once, in create. */
#ifndef CLAIF_ABI_HOST_H
#define CLAIF_ABI_HOST_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One for each plugin instance, valid until its destroy returns. */
typedef struct claif_host {
  uint32_t size, abi_minor;
  void *ctx; /* the host's own */
  /* The table of that service or NULL. Tables live as long as the claif_host. [any][quick] */
  CLAIF_FN(const void *, service)(const struct claif_host *, const char *id) CLAIF_NX;
} claif_host;

/* Log lines go through the host, which adds the plugin's id and generation and limits their rate. */
#define CLAIF_LOG_ID "claif.log/1"
enum { CLAIF_LOG_TRACE = 0, CLAIF_LOG_DEBUG = 1, CLAIF_LOG_INFO = 2, CLAIF_LOG_WARN = 3, CLAIF_LOG_ERROR = 4 };
typedef struct claif_log_v1 {
  uint32_t size;
  int32_t level; /* live threshold: test it before formatting a line */
  CLAIF_FN(void, write)(const claif_host *, int32_t level, claif_str line) CLAIF_NX; /* [any][quick] */
} claif_log_v1;

#define CLAIF_CLOCK_ID "claif.clock/1"
typedef struct claif_clock_v1 {
  uint32_t size, reserved;
  CLAIF_FN(uint64_t, mono_ns)(const claif_host *) CLAIF_NX; /* never steps back [any][quick] */
  CLAIF_FN(int64_t, wall_ms)(const claif_host *) CLAIF_NX;  /* since 1970, UTC; may step [any][quick] */
} claif_clock_v1;

#define CLAIF_RANDOM_ID "claif.random/1"
typedef struct claif_random_v1 {
  uint32_t size, reserved;
  CLAIF_FN(void, fill)(const claif_host *, void *bytes, size_t n) CLAIF_NX; /* cryptographic [any][quick] */
} claif_random_v1;

/* Work for later, or for a thread that may block. */
#define CLAIF_EXECUTOR_ID "claif.executor/1"
typedef struct claif_executor_v1 {
  uint32_t size, reserved;
  /* Runs task(ctx) once on the blocking pool. E_UNAVAILABLE when the pool's queue is full; then the
   * task does not run. [any][quick] */
  CLAIF_FN(claif_status, post)(const claif_host *, void (*task)(void *ctx), void *ctx) CLAIF_NX;
  /* Runs task(ctx) once, [quick], on a host thread, after at least `delay_ms`. Returns the timer's
   * id, never reused and never 0. [any][quick] */
  CLAIF_FN(uint64_t, after)(const claif_host *, uint64_t delay_ms, void (*task)(void *ctx), void *ctx) CLAIF_NX;
  /* Non-zero if the timer's task will not run any more because of this call; zero if it has run, runs
   * or never was. [any][quick] */
  CLAIF_FN(int32_t, cancel)(const claif_host *, uint64_t timer) CLAIF_NX;
} claif_executor_v1;

/* Secrets that the operator configured under "secrets". They are redacted in every log line. */
#define CLAIF_SECRETS_ID "claif.secrets/1"
typedef struct claif_secrets_v1 {
  uint32_t size, reserved;
  /* The secret's bytes, or E_NOT_FOUND. The view lives until the instance is destroyed. [any][quick] */
  CLAIF_FN(claif_status, get)(const claif_host *, claif_str name, claif_str *value) CLAIF_NX;
} claif_secrets_v1;

/* Metrics are defined once and used by number. The host renders them in the Prometheus text format. */
#define CLAIF_METRICS_ID "claif.metrics/1"
enum { CLAIF_METRIC_COUNTER = 0, CLAIF_METRIC_GAUGE = 1, CLAIF_METRIC_HISTOGRAM = 2 };
typedef struct claif_metric {
  uint32_t size, type;
  claif_str name, help;      /* name: [a-z_][a-z0-9_]*, starting with claif_ for bundled plugins */
  const claif_str *labels;   /* label names */
  size_t label_count;        /* at most 8 */
  const double *buckets;     /* histograms: upper bounds, ascending, without +Inf */
  size_t bucket_count;
} claif_metric;
typedef struct claif_metrics_v1 {
  uint32_t size, reserved;
  /* The metric's number, or 0 when the definition is refused (a log line says why). Defining the same
   * metric again returns the same number. [any] */
  CLAIF_FN(uint32_t, define)(const claif_host *, const claif_metric *) CLAIF_NX;
  /* Counter: adds. Gauge: sets. Histogram: observes. One value for each label name. [any][quick] */
  CLAIF_FN(void, record)(const claif_host *, uint32_t metric, const claif_str *label_values,
                         double value) CLAIF_NX;
} claif_metrics_v1;

/* Children: instances of other plugins, for strategies made of strategies. */
#define CLAIF_PLUGINS_ID "claif.plugins/1"
typedef struct claif_child {
  uint32_t size, reserved;
  uint64_t id;
  void *self;
  const void *iface; /* the table of the interface asked for */
} claif_child;
typedef struct claif_plugins_v1 {
  uint32_t size, reserved;
  /* Creates a child that offers `iface_id` from a spec {"use": name, "config": {...}}. Only inside
   * create. The child lives until released, or until its parent was destroyed. [serial] */
  CLAIF_FN(claif_status, create)(const claif_host *, claif_str iface_id, claif_str spec_json,
                                 claif_child *out, claif_error *) CLAIF_NX;
  CLAIF_FN(void, release)(const claif_host *, uint64_t child) CLAIF_NX; /* [serial] */
} claif_plugins_v1;

#ifdef __cplusplus
}
#endif
#endif
