#include "config/layers.hpp"

namespace claif::config {
namespace {

std::string join(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

}  // namespace

void Layers::merge(const json::Value& overlay, std::string_view origin) {
  merge_into(doc_, overlay, "", origin);
}

void Layers::merge_into(json::Value& base,
                        const json::Value& overlay,
                        const std::string& path,
                        std::string_view origin) {
  const std::string_view use = json::string_or(overlay, "use");
  const std::string_view below = json::string_or(base, "use");
  if (!use.empty() && !below.empty() && use != below) {
    base.RemoveMember("config");
    std::erase_if(origins_,
                  [&](const auto& entry) { return entry.first.starts_with(path + ".config"); });
  }
  for (const auto& member : overlay.GetObject()) {
    const std::string at = join(path, json::text(member.name));
    const auto found = base.FindMember(member.name);
    if (found != base.MemberEnd() && found->value.IsObject() && member.value.IsObject()) {
      merge_into(found->value, member.value, at, origin);
      continue;
    }
    if (found != base.MemberEnd())
      found->value = copy(member.value);
    else
      base.AddMember(copy(member.name), copy(member.value), allocator());
    note(member.value, at, origin);
  }
}

// A copy that owns its strings. (Value's own copy would go on pointing into the text of the other
// document.)
json::Value Layers::copy(const json::Value& value) {
  const std::string text = json::dump(value);
  rapidjson::Document doc(&allocator());
  doc.Parse(text.data(), text.size());
  json::Value out;
  out.Swap(doc);
  return out;
}

void Layers::note(const json::Value& value, const std::string& path, std::string_view origin) {
  if (!value.IsObject() || value.ObjectEmpty()) {
    origins_[path] = origin;
    return;
  }
  for (const auto& member : value.GetObject())
    note(member.value, join(path, json::text(member.name)), origin);
}

void Layers::set(std::string_view key, std::string_view value, std::string_view origin) {
  const auto parsed = json::parse(std::string(value));
  std::string text = parsed ? std::string(value) : json::quote(value);
  size_t end = key.size();
  while (end != std::string_view::npos) {
    const size_t dot = end == 0 ? std::string_view::npos : key.rfind('.', end - 1);
    const size_t begin = dot == std::string_view::npos ? 0 : dot + 1;
    text.insert(0, "{" + json::quote(key.substr(begin, end - begin)) + ":").append("}");
    end = dot;
  }
  if (const auto overlay = json::parse(std::move(text))) merge(overlay->root(), origin);
}

}  // namespace claif::config
