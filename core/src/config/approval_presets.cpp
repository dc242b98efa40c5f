#include "config/approval_presets.hpp"

#include <string>
#include <string_view>

namespace claif {
namespace {

// A name as it is, or qualified by its server as MCP does: mcp__server__name.
constexpr std::string_view kDangerous = R"json(
  {"use": "deny-list", "veto": true, "config": {"tools": [
    "bash", "sh", "shell", "zsh", "powershell", "cmd", "terminal", "exec", "execute", "run_command", "run_shell",
    "execute_command", "shell_command", "computer", "eval", "python", "run_code", "execute_code", "sudo"]}},
  {"use": "pattern", "veto": true, "config": {"mode": "deny", "patterns": [
    "(.*_)?(delete|remove|destroy|drop|truncate|erase|wipe|purge|kill|terminate|shutdown|reboot|uninstall)(_.*)?",
    "(.*_)?(pay|transfer|purchase|buy|sell|refund|charge|withdraw)(_.*)?",
    "(.*_)?(grant|revoke|sudo|chmod|chown|exec|execute|shell|bash|eval)(_.*)?"]}})json";

constexpr std::string_view kReading = R"json(
  {"use": "pattern", "config": {"mode": "allow", "patterns": [
    "(mcp__[A-Za-z0-9-]+__)?(read|get|list|search|find|describe|show|count|lookup|query|view|status)([_-][A-Za-z0-9_-]*)?"]}})json";

std::string all_of(std::string_view first, std::string_view second) {
  std::string out = R"({"mode":"all","strategies":[)";
  return out.append(first).append(",").append(second).append("]}");
}

}  // namespace

Result<PluginSpec> approval_policy(const PluginSpec& spec) {
  PluginSpec out = spec;
  if (spec.use == "testing")
    out = {"allow-all", "{}"};
  else if (spec.use == "development")
    out = {"composite", all_of(R"({"use":"allow-all"})", kDangerous)};
  else if (spec.use == "production")
    out = {"composite", all_of(kReading, kDangerous)};
  else
    return out;
  if (spec.config_json != "{}")
    return fail(Errc::configuration, "approval: the preset '" + spec.use +
                                         "' takes no config: write a composite with the preset as "
                                         "one of its strategies");
  return out;
}

}  // namespace claif
