// One plugin instance, made the way a host makes it.
#pragma once

#include <claif/abi/abi.h>
#include <claif/sdk/text.hpp>

#include <string>
#include <string_view>

#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

// The entry of the plugin that is compiled into the test (claif_add_plugin(... TEST ...)).
extern "C" const claif_entry* CLAIF_ENTRY(uint32_t host_abi_minor) noexcept;

namespace claif::testing {

class FakeHost;

template <class Table>
inline constexpr const char* kIfaceId = nullptr;
template <>
inline constexpr const char* kIfaceId<claif_approval_v1> = CLAIF_APPROVAL_ID;
template <>
inline constexpr const char* kIfaceId<claif_observer_v1> = CLAIF_OBSERVER_ID;
template <>
inline constexpr const char* kIfaceId<claif_hook_v1> = CLAIF_HOOK_ID;
template <>
inline constexpr const char* kIfaceId<claif_cache_v1> = CLAIF_CACHE_ID;
template <>
inline constexpr const char* kIfaceId<claif_store_v1> = CLAIF_SESSION_STORE_ID;
template <>
inline constexpr const char* kIfaceId<claif_transport_v1> = CLAIF_TRANSPORT_ID;
template <>
inline constexpr const char* kIfaceId<claif_tools_v1> = CLAIF_TOOLS_ID;

// Checks the configuration against the plugin's schema, then creates the instance; destroys it at
// the end.
class PluginUnderTest {
 public:
  explicit PluginUnderTest(FakeHost& host,
                           std::string_view config = "{}",
                           claif_entry_fn entry = &CLAIF_ENTRY);
  PluginUnderTest(const claif_host* host, std::string_view config, claif_entry_fn entry)
      : entry_(entry(CLAIF_ABI_MINOR)) {
    error_ = schema_error(config);
    if (!error_.empty()) {
      status_ = CLAIF_E_ARG;
      return;
    }
    claif_error e{};
    e.size = sizeof e;
    status_ = entry_->create(host, sdk::str(config), &self_, &e);
    if (status_ == CLAIF_OK) return;
    self_ = nullptr;
    error_.assign(e.text, e.length);
    if (error_.empty()) error_ = "create failed without a text";
  }
  ~PluginUnderTest() {
    if (self_ != nullptr) entry_->destroy(self_);
  }
  PluginUnderTest(const PluginUnderTest&) = delete;
  PluginUnderTest& operator=(const PluginUnderTest&) = delete;

  // Why there is no instance; empty when there is one.
  const std::string& error() const noexcept { return error_; }
  claif_status status() const noexcept { return status_; }
  const claif_descriptor& descriptor() const noexcept { return *entry_->desc; }
  void* self() const noexcept { return self_; }

  // The table of that kind, or nullptr.
  template <class Table>
  const Table* iface() const {
    static_assert(kIfaceId<Table> != nullptr, "not an interface table");
    return static_cast<const Table*>(entry_->iface(self_, kIfaceId<Table>));
  }

 private:
  std::string schema_error(std::string_view config) const {
    if (entry_->desc->config_schema == nullptr) return {};
    rapidjson::Document schema, value;
    if (schema.Parse(entry_->desc->config_schema).HasParseError()) return "the schema is not JSON";
    if (value.Parse(config.data(), config.size()).HasParseError())
      return "the configuration is not JSON";
    const rapidjson::SchemaDocument compiled(schema);
    rapidjson::SchemaValidator validator(compiled);
    if (value.Accept(validator)) return {};
    rapidjson::StringBuffer where;
    validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
    return std::string("schema: ") + where.GetString() + " breaks '" +
           validator.GetInvalidSchemaKeyword() + "'";
  }

  const claif_entry* entry_;
  void* self_ = nullptr;
  claif_status status_ = CLAIF_OK;
  std::string error_;
};

}  // namespace claif::testing
