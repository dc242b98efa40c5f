#include "session/record.hpp"

#include "base/json.hpp"
#include "base/sha256.hpp"

#include <array>
#include <map>
#include <utility>

namespace claif::session {
namespace {

constexpr size_t kMaxMetadata = 16'384;
constexpr size_t kMaxMembers = 64;

constexpr std::array<std::pair<std::string_view, RecordKind>, 7> kKinds{{
    {"session", RecordKind::session},
    {"turn", RecordKind::turn},
    {"update", RecordKind::update},
    {"checkpoint", RecordKind::checkpoint},
    {"restore", RecordKind::restore},
    {"deleted", RecordKind::deleted},
    {"undeleted", RecordKind::undeleted},
}};

std::string_view name_of(RecordKind kind) {
  for (const auto& [name, value] : kKinds)
    if (value == kind) return name;
  return {};
}

Error damaged(const char* what) {
  Error error;
  error.code = Errc::internal;
  error.message = std::string("a record of the session is not readable: ") + what;
  return error;
}

void member(json::Writer& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out.key(key).string(text);
}
void raw_member(json::Writer& out, std::string_view key, const std::string& json) {
  if (!json.empty()) out.key(key).raw(json);
}

void write_head(json::Writer& out, const Head& head) {
  out.object();
  member(out, "owner", head.owner);
  member(out, "title", head.title);
  member(out, "template", head.template_name);
  member(out, "system", head.system);
  raw_member(out, "metadata", head.metadata);
  raw_member(out, "from", head.from);
  out.end_object();
}

void write_turn(json::Writer& out, const Turn& turn) {
  member(out, "id", turn.id);
  member(out, "model", turn.model);
  raw_member(out, "usage", turn.usage);
  out.key("messages").array();
  for (const std::string& message : turn.messages)
    out.raw(message);
  out.end_array();
}

void write_numbers(json::Writer& out, const std::vector<uint32_t>& numbers) {
  out.array();
  for (const uint32_t n : numbers)
    out.integer(n);
  out.end_array();
}

std::string text_in(const json::Value& object, std::string_view key) {
  return std::string(json::string_or(object, key));
}
std::string json_in(const json::Value& object, std::string_view key) {
  const json::Value* found = json::find(object, key);
  return found != nullptr ? json::dump(*found) : std::string();
}

Head read_head(const json::Value& v) {
  return {text_in(v, "owner"),  text_in(v, "title"),    text_in(v, "template"),
          text_in(v, "system"), json_in(v, "metadata"), json_in(v, "from")};
}

Result<Turn> read_turn(const json::Value& v) {
  Turn out{
      text_in(v, "id"), json::integer_or(v, "at"), text_in(v, "model"), json_in(v, "usage"), {}};
  const json::Value* messages = json::find(v, "messages");
  if (messages == nullptr || !messages->IsArray()) return fail(damaged("it has no messages"));
  out.messages.reserve(messages->Size());
  for (const auto& message : messages->GetArray())
    out.messages.push_back(json::dump(message));
  return out;
}

std::vector<uint32_t> read_numbers(const json::Value* v) {
  std::vector<uint32_t> out;
  if (v == nullptr || !v->IsArray()) return out;
  for (const auto& n : v->GetArray())
    if (n.IsUint()) out.push_back(n.GetUint());
  return out;
}

}  // namespace

std::string encode(const Record& record) {
  size_t size = 256;
  for (const Turn& turn : record.turns)
    for (const std::string& message : turn.messages)
      size += message.size() + 128;
  json::Writer out(size);
  out.object().key("kind").string(name_of(record.kind)).key("at").integer(record.at);
  if (record.head) {
    out.key("session");
    write_head(out, *record.head);
  }
  if (record.kind == RecordKind::turn && record.turns.size() == 1) {
    write_turn(out, record.turns.front());
  } else if (!record.turns.empty()) {
    out.key("turns").array();
    for (const Turn& turn : record.turns) {
      out.object().key("at").integer(turn.at);
      write_turn(out, turn);
      out.end_object();
    }
    out.end_array();
  }
  if (record.title) out.key("title").string(*record.title);
  raw_member(out, "metadata", record.metadata);
  member(out, "name", record.name);
  if (record.live) {
    out.key("live");
    write_numbers(out, *record.live);
  }
  if (!record.checkpoints.empty()) {
    out.key("checkpoints").array();
    for (const KeptCheckpoint& kept : record.checkpoints) {
      out.object().key("name").string(kept.name).key("at").integer(kept.at).key("turns");
      write_numbers(out, kept.turns);
      out.end_object();
    }
    out.end_array();
  }
  out.end_object();
  return out.take();
}

Result<Record> decode_record(std::string text) {
  const auto doc = json::parse(std::move(text));
  if (!doc) return fail(damaged(doc.error().message.c_str()));
  const json::Value& root = doc->root();
  Record out;
  if (const json::Value* lost = json::find(root, "lost"); lost != nullptr && lost->IsTrue()) {
    out.kind = RecordKind::update;  // of nothing: the store put it where a record was
    return out;
  }
  const std::string_view kind = json::string_or(root, "kind", "turn");
  const RecordKind* known = nullptr;
  for (const auto& [name, value] : kKinds)
    if (name == kind) known = &value;
  if (known == nullptr) return fail(damaged("its kind is unknown"));
  out.kind = *known;
  out.at = json::integer_or(root, "at");
  if (const json::Value* head = json::find(root, "session")) out.head = read_head(*head);
  if (out.kind == RecordKind::turn) {
    CLAIF_TRY(auto turn, read_turn(root));
    out.turns.push_back(std::move(turn));
  } else if (const json::Value* turns = json::find(root, "turns");
             turns != nullptr && turns->IsArray()) {
    out.turns.reserve(turns->Size());
    for (const auto& v : turns->GetArray()) {
      CLAIF_TRY(auto turn, read_turn(v));
      out.turns.push_back(std::move(turn));
    }
  }
  if (const json::Value* title = json::find(root, "title"); title != nullptr && title->IsString())
    out.title.emplace(json::text(*title));
  if (out.kind == RecordKind::update) out.metadata = json_in(root, "metadata");
  out.name = json::string_or(root, "name");
  if (const json::Value* live = json::find(root, "live")) out.live = read_numbers(live);
  if (const json::Value* kept = json::find(root, "checkpoints"); kept != nullptr && kept->IsArray())
    for (const auto& v : kept->GetArray())
      out.checkpoints.push_back(
          {text_in(v, "name"), json::integer_or(v, "at"), read_numbers(json::find(v, "turns"))});
  return out;
}

Result<Turn> make_turn(std::string id,
                       std::string_view messages_json,
                       std::string_view answer_json,
                       int64_t wall_ms) {
  CLAIF_TRY(const auto answer, json::parse(std::string(answer_json)));
  const json::Value* content = json::find(answer.root(), "content");
  if (content == nullptr || !content->IsArray())
    return fail(Errc::internal, "the answer to store is no message");
  CLAIF_TRY(const auto asked, json::parse("[" + std::string(messages_json) + "]"));
  Turn out{
      std::move(id), wall_ms, text_in(answer.root(), "model"), json_in(answer.root(), "usage"), {}};
  for (const auto& message : asked->GetArray())
    out.messages.push_back(json::dump(message));
  out.messages.push_back(R"({"role":"assistant","content":)" + json::dump(*content) + "}");
  return out;
}

std::string owner_mark(std::string_view owner) {
  return owner.empty() ? std::string() : hex(sha256("claif session owner\n" + std::string(owner)));
}

Result<std::string> merge_metadata(const std::string& metadata, const std::string& patch) {
  const auto wrong = [](const char* what) {
    Error error;
    error.code = Errc::invalid_request;
    error.param = "metadata";
    error.message = std::string("metadata ") + what;
    return fail(std::move(error));
  };
  CLAIF_TRY(const auto before, json::parse(metadata.empty() ? "{}" : metadata));
  CLAIF_TRY(const auto change, json::parse(patch));
  if (!change->IsObject()) return wrong("must be a JSON object");
  std::map<std::string, std::string> members;  // in one order, however it came to be
  for (const auto& [name, value] : before->GetObject())
    members.insert_or_assign(std::string(json::text(name)), json::dump(value));
  for (const auto& [name, value] : change->GetObject()) {
    if (value.IsObject() || value.IsArray())
      return wrong("may hold texts, numbers, booleans and nulls, no lists and objects");
    if (value.IsNull())
      members.erase(std::string(json::text(name)));
    else
      members.insert_or_assign(std::string(json::text(name)), json::dump(value));
  }
  if (members.size() > kMaxMembers) return wrong("may have 64 members");
  json::Writer out(patch.size() + metadata.size());
  out.object();
  for (const auto& [name, value] : members)
    out.any_key(name).raw(value);
  out.end_object();
  if (out.view().size() > kMaxMetadata) return wrong("may have 16 KiB");
  return members.empty() ? std::string() : out.take();
}

}  // namespace claif::session
