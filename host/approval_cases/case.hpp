// One case, read: the call that it is about, and what it says around it.
#pragma once

#include "approval/approver.hpp"
#include "approval_cases/runner.hpp"
#include "base/json.hpp"

#include <claif/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace claif::cases {

// The members of a case.
class CaseData {
 public:
  // invalid_request when the JSON has no call and no stream, or arguments that cannot be made.
  static Result<CaseData> read(const std::string& json);

  const json::Value& root() const { return doc_.root(); }
  const json::Value* find(std::string_view name) const;
  std::string text(std::string_view name) const;
  // The entries of a list; none when it is absent.
  const json::Value::ConstArray list(const char* name) const;
  // allow, deny or deny_at_execute: "expect", or what "attack" says.
  std::string expected() const;

  bool has_stream() const { return find("stream") != nullptr || find("stream_gen") != nullptr; }
  std::vector<std::string> events() const;
  bool declares_tools() const { return find("declared_tools") != nullptr; }
  // The tools of the request; the called one has the schema and the pin of the case.
  std::vector<wire::OfferedTool> offered() const;
  // The argument that a url strategy looks at.
  std::string url_argument() const;

  const approval::Call& call() const { return call_; }
  const std::string& session() const { return session_; }
  std::string argument(const std::string& name) const;
  Result<void> set_argument(const std::string& name, const json::Value& value);
  Result<void> set_argument(const std::string& name, const std::string& value);
  Result<void> set_text(std::string_view what, const std::string& value);  // id or name
  Result<void> set_session(const std::string& value);

 private:
  explicit CaseData(json::Document doc) : doc_(std::move(doc)) {}
  Result<void> read_call();

  json::Document doc_;
  approval::Call call_;
  std::string session_, offered_name_;
};

// And what it runs in.
struct Runner::Case : CaseData {
  Case(CaseData data, const Workspace& w) : CaseData(std::move(data)), workspace(w) {}
  const Workspace& workspace;
  Policy policy;
};

}  // namespace claif::cases
