// Asks an approval plugin about one call, as a host does.
#pragma once

#include <claif/sdk/approval.hpp>
#include <claif/testing/fake_op.hpp>
#include <claif/testing/plugin_under_test.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace claif::testing {

struct Decided {
  claif_status status = CLAIF_OK;  // CLAIF_PENDING: `op` is not finished yet
  int32_t decision = CLAIF_DENY, risk = -1;
  std::string reason;

  bool allowed() const { return status == CLAIF_OK && decision == CLAIF_ALLOW; }
  bool denied() const { return status == CLAIF_OK && decision == CLAIF_DENY; }
};

// What the plugin says now, or has finished `op` with. A verdict that a host would refuse is an
// internal error.
inline Decided decide(const PluginUnderTest& plugin,
                      FakeOp& op,
                      std::string_view tool,
                      std::string_view arguments = "{}") {
  claif_tool_call call{};
  call.size = sizeof call;
  call.session = sdk::str("s1");
  call.call_id = sdk::str("toolu_01");
  call.tool = sdk::str(tool);
  call.args_json = sdk::str(arguments);
  for (uint8_t i = 0; i < sizeof call.args_sha256; ++i)
    call.args_sha256[i] = i;
  claif_verdict verdict{};
  verdict.size = sizeof verdict;
  verdict.risk = -1;
  Decided out;
  out.status = plugin.iface<claif_approval_v1>()->decide(plugin.self(), &call, &verdict, op.raw());
  if (out.status == CLAIF_PENDING && op.finished()) {
    out.status = op.status();
    if (out.status == CLAIF_OK) verdict = sdk::verdict_of(op.value().value_or(""));
  }
  if (out.status == CLAIF_OK && !sdk::verdict_defect(verdict, call).empty())
    out.status = CLAIF_E_INTERNAL;
  out.decision = verdict.decision;
  out.risk = verdict.risk;
  out.reason.assign(verdict.reason, verdict.length);
  return out;
}
inline Decided decide(const PluginUnderTest& plugin,
                      std::string_view tool,
                      std::string_view arguments = "{}") {
  FakeOp op;
  return decide(plugin, op, tool, arguments);
}

}  // namespace claif::testing
