#include <claif/plugin.hpp>
#include <claif/sdk/approval_arguments.hpp>
#include <claif/sdk/approval_path.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace claif;

std::vector<std::string> denied_globs(const sdk::Config& config) {
  std::vector<std::string> globs = config.strings("deny");
  if (config.boolean("protect", true))
    for (std::string& glob : sdk::protected_paths())
      globs.push_back(std::move(glob));
  return globs;
}

class Path {
 public:
  static constexpr bool kBlocking = true;  // it asks the file system
  static constexpr const char* kConfigSchema = R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["tools", "args", "root", "access"],
    "properties": {
      "tools": {
        "description": "The tools that these rules are for, byte for byte",
        "type": "array", "minItems": 1, "items": {"type": "string"}
      },
      "args": {
        "description": "The arguments that are paths; each must be there",
        "type": "array", "minItems": 1, "items": {"type": "string"}
      },
      "root": {"description": "The directory that no path may leave, absolute", "type": "string"},
      "access": {
        "description": "read: the file must exist; write: it may be new, and has one name only",
        "type": "string", "enum": ["read", "write"]
      },
      "deny": {
        "description": "Globs of paths below the root that are denied, such as **/secrets/**",
        "type": "array", "items": {"type": "string"}
      },
      "protect": {
        "description": "false: do not also deny what other programs run or trust; the README names it",
                              "type" : "boolean"
}
}
})";

  Path(sdk::Host, const sdk::Config& config)
      : tools_(config.strings("tools")),
        args_(config.strings("args")),
        root_(config.string("root")),
        writes_(config.string("access") == "write"),
        deny_(denied_globs(config)) {}

  sdk::Verdict decide(const sdk::ToolCall& call) {
    if (std::find(tools_.begin(), tools_.end(), call.tool()) == tools_.end())
      return sdk::Verdict::abstain();
    return sdk::judged([&] {
      const sdk::Arguments arguments(call);
      std::string grounds;
      for (const std::string& name : args_) {
        try {
          (grounds += grounds.empty() ? "" : ", ") += judge(arguments.text(name));
        } catch (const sdk::Error& error) {
          return sdk::Verdict::deny("the argument '" + name + "': " + error.what());
        }
      }
      return sdk::Verdict::allow(grounds);
    });
  }

 private:
  // Throws when `path` may not be touched; else tells which file it is, so that whoever decides
  // again before the call runs sees whether it is another one by then (G12).
  std::string judge(std::string_view path) const {
    const std::vector<std::string> forms = sdk::path_forms(path);
    const sdk::PathTarget target = check(path);
    for (const std::string& form : forms)  // what a tool that decodes makes of it
      check(form);
    if (target.file)
      return target.canonical + " is file " + std::to_string(target.file->st_dev) + ":" +
             std::to_string(target.file->st_ino);
    if (!writes_ || path.ends_with('/')) refuse("the path leads to no file");
    return target.canonical + " is new";
  }
  sdk::PathTarget check(std::string_view path) const {
    sdk::refuse_denied(deny_, path);
    sdk::PathTarget target = root_.resolve(path);
    sdk::refuse_denied(deny_, target.canonical);
    if (!target.file) return target;
    if (!S_ISREG(target.file->st_mode)) refuse("the path leads to what is no regular file");
    // Another name of the file may be anywhere.
    if (writes_ && target.file->st_nlink != 1) refuse("the file has more than one name");
    return target;
  }
  [[noreturn]] static void refuse(const std::string& why) { throw sdk::Error(why, CLAIF_E_ARG); }

  std::vector<std::string> tools_, args_;
  sdk::PathRoot root_;
  bool writes_;
  sdk::DenyGlobs deny_;
};

}  // namespace

CLAIF_PLUGIN(Path, "claif.approval.path", "0.1.0");
