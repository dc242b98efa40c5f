// Configuration layers as JSON trees.
#pragma once

#include "base/json.hpp"

#include <map>
#include <string>
#include <string_view>

namespace claif::config {

// The merged document so far, and where its leaves came from.
class Layers {
 public:
  Layers() { doc_.SetObject(); }
  // Lays `overlay` over what is there: objects merge, everything else replaces. When an overlay
  // names another plugin ("use") than the layer below, the configuration of that other plugin goes.
  void merge(const json::Value& overlay, std::string_view origin);
  // One key: "gateway.port". The value is JSON, or a string when it is none.
  void set(std::string_view key, std::string_view value, std::string_view origin);

  json::Value& root() { return doc_; }
  rapidjson::Document::AllocatorType& allocator() { return doc_.GetAllocator(); }
  const std::map<std::string, std::string>& origins() const { return origins_; }

 private:
  void merge_into(json::Value& base,
                  const json::Value& overlay,
                  const std::string& path,
                  std::string_view origin);
  json::Value copy(const json::Value& value);
  void note(const json::Value& value, const std::string& path, std::string_view origin);

  rapidjson::Document doc_;
  std::map<std::string, std::string> origins_;
};

}  // namespace claif::config
