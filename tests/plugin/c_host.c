/* A host of another compiler, in plain C: loads an approval plugin and asks it. Exit status 0: it
 * allowed read_file and denied bash. */
#include <claif/abi/abi.h>

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const void *no_service(const claif_host *host, const char *id) {
  (void)host;
  (void)id;
  return NULL;
}

static claif_str text(const char *s) {
  const claif_str out = {s, strlen(s)};
  return out;
}

static int32_t ask(const claif_approval_v1 *table, void *self, const char *tool) {
  claif_tool_call call;
  claif_verdict verdict;
  memset(&call, 0, sizeof call);
  memset(&verdict, 0, sizeof verdict);
  call.size = sizeof call;
  call.tool = text(tool);
  call.args_json = text("{}");
  memset(call.args_sha256, 7, sizeof call.args_sha256);
  verdict.size = sizeof verdict;
  if (table->decide(self, &call, &verdict, NULL) != CLAIF_OK) return -1;
  if (memcmp(call.args_sha256, verdict.args_sha256, sizeof call.args_sha256) != 0) return -2;
  return verdict.decision;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  void *const library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 3;
  }
  claif_entry_fn entry_fn;
  *(void **)&entry_fn = dlsym(library, "claif_entry_v1");
  const claif_entry *const entry = entry_fn(CLAIF_ABI_MINOR);
  if (entry == NULL || entry->abi_major != CLAIF_ABI_MAJOR) return 4;
  const claif_host host = {sizeof host, CLAIF_ABI_MINOR, NULL, &no_service};
  claif_error error = {sizeof error, 0, 0, 0, {0}};
  void *self = NULL;
  if (entry->create(&host, text("{\"tools\":[\"read_file\"]}"), &self, &error) != CLAIF_OK) {
    fprintf(stderr, "%.*s\n", (int)error.length, error.text);
    return 5;
  }
  const claif_approval_v1 *const table = entry->iface(self, CLAIF_APPROVAL_ID);
  const int ok = table != NULL && ask(table, self, "read_file") == CLAIF_ALLOW &&
                 ask(table, self, "bash") == CLAIF_DENY;
  entry->destroy(self);
  printf("%s %s: %s\n", entry->desc->id, entry->desc->version, ok ? "ok" : "wrong verdicts");
  return ok ? 0 : 6;
}
