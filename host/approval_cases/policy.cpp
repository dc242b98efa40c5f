#include "approval_cases/policy.hpp"

#include "approval_cases/test_plugin.hpp"

#include <algorithm>

namespace claif::cases {
namespace {

constexpr unsigned kMostNested = 20;  // more than a composite takes, so that it can refuse

std::string plugin_name(std::string_view type) {
  std::string out(type);
  std::replace(out.begin(), out.end(), '_', '-');
  return out == "plugin" ? kTestPlugin : out;
}

// {"type": "category", "allow": [...], "categories": {tool: category}}: an allow list.
void write_category(const json::Value& strategy, json::Writer& out) {
  const json::Value* allowed = json::find(strategy, "allow");
  const json::Value* categories = json::find(strategy, "categories");
  out.key("tools").array();
  if (allowed != nullptr && allowed->IsArray() && categories != nullptr && categories->IsObject())
    for (const auto& [tool, category] : categories->GetObject())
      if (std::find(allowed->Begin(), allowed->End(), category) != allowed->End())
        out.string(json::text(tool));
  out.end_array();
}

// {"type": "interactive", "auto_approve_safe": bool, "safe": [...]}: asks a person, whom a case
// has not got, about every tool that is not safe.
void write_interactive(const json::Value& strategy, json::Writer& out) {
  const json::Value* automatic = json::find(strategy, "auto_approve_safe");
  const json::Value* safe = json::find(strategy, "safe");
  out.object().key("use").string("composite").key("config").object();
  out.key("mode").string("any").key("strategies").array();
  if (automatic != nullptr && automatic->IsTrue() && safe != nullptr)
    out.raw(R"({"use":"allow-list","config":{"tools":)" + json::dump(*safe) + "}}");
  out.raw(std::string(R"({"use":")") + kTestPlugin + R"(","config":{"behaviour":"ask"}})");
  out.end_array().end_object().end_object();
}

void write_resolver(const json::Value& test_case, json::Writer& out) {
  out.key("dns").boolean(false);
  if (const json::Value* resolver = json::find(test_case, "resolver"); resolver != nullptr)
    out.key("addresses").value(*resolver);
  else
    out.key("addresses").raw(R"({"*":["93.184.216.34"]})");
}

Result<void> write_spec(const json::Value& strategy,
                        const json::Value& test_case,
                        unsigned levels,
                        json::Writer& out);

Result<void> write_config(const json::Value& strategy,
                          const json::Value& test_case,
                          unsigned levels,
                          json::Writer& out) {
  const std::string_view type = json::string_or(strategy, "type");
  out.object();
  if (type == "category") write_category(strategy, out);
  if (type == "url") write_resolver(test_case, out);
  for (const auto& [name, value] : strategy.GetObject()) {
    const std::string_view key = json::text(name);
    if (key == "type" || key == "veto" || key == "on_error" || type == "category") continue;
    if (type != "composite" || (key != "op" && key != "children")) {
      out.any_key(key).value(value);
      continue;
    }
    if (key == "op") {
      out.key("mode").value(value);
      continue;
    }
    if (!value.IsArray()) return fail(Errc::invalid_request, "'children' must be a list");
    out.key("strategies").array();
    for (const auto& child : value.GetArray())
      CLAIF_CHECK(write_spec(child, test_case, levels - 1, out));
    out.end_array();
  }
  out.end_object();
  return {};
}

Result<void> write_spec(const json::Value& strategy,
                        const json::Value& test_case,
                        unsigned levels,
                        json::Writer& out) {
  const std::string_view type = json::string_or(strategy, "type");
  if (type.empty()) return fail(Errc::invalid_request, "a strategy has no 'type'");
  if (levels == 0) return fail(Errc::invalid_request, "its strategies are nested too deep");
  if (type == "interactive") {
    write_interactive(strategy, out);
    return {};
  }
  const std::string name = type == "category" ? "allow-list" : plugin_name(type);
  out.object().key("use").string(name).key("config");
  CLAIF_CHECK(write_config(strategy, test_case, levels, out));
  for (const char* const key : {"veto", "on_error"})
    if (const json::Value* value = json::find(strategy, key)) out.key(key).value(*value);
  out.end_object();
  return {};
}

}  // namespace

Result<PluginSpec> policy_of(const json::Value& strategy, const json::Value& test_case) {
  if (!strategy.IsObject() || strategy.ObjectEmpty())
    return fail(Errc::invalid_request, "there is no strategy");
  if (const json::Value* use = json::find(strategy, "use"); use != nullptr && use->IsString()) {
    const json::Value* config = json::find(strategy, "config");
    return PluginSpec{std::string(json::text(*use)), config ? json::dump(*config) : "{}"};
  }
  json::Writer out;
  CLAIF_CHECK(write_spec(strategy, test_case, kMostNested, out));
  CLAIF_TRY(const auto doc, json::parse(out.take()));
  return PluginSpec{std::string(json::string_or(doc.root(), "use")),
                    json::dump(*json::find(doc.root(), "config"))};
}

}  // namespace claif::cases
