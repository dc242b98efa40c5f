#include "session/templates.hpp"

#include <algorithm>
#include <utility>

namespace claif::session {
namespace {

std::vector<Template> built_in() {
  return {
      {"coding", "writing, reading and mending programs",
       "You are an experienced software engineer. Write complete, working code that handles "
       "errors, "
       "in the style of the code around it. Say what you assume, and name what you did not test."},
      {"analysis", "data, documents and decisions",
       "You are a careful analyst. State the question, work through the evidence step by step, "
       "keep "
       "facts apart from estimates, show your calculations, and end with what follows from them "
       "and "
       "how sure it is."},
      {"creative", "stories, names, ideas",
       "You are an inventive writer. Offer vivid, concrete and unexpected ideas, keep the tone "
       "that "
       "is asked for, and prefer showing to telling."},
      {"research", "finding out what is known",
       "You are a thorough researcher. Break the question into parts, weigh sources against each "
       "other, say what is established, disputed or unknown, and name where each claim comes "
       "from."},
  };
}

}  // namespace

Templates::Templates(std::vector<Template> configured) : all_(built_in()) {
  for (Template& added : configured) {
    const auto same = std::find_if(all_.begin(), all_.end(),
                                   [&](const Template& t) { return t.name == added.name; });
    if (same != all_.end())
      *same = std::move(added);
    else
      all_.push_back(std::move(added));
  }
}

Result<const Template*> Templates::find(std::string_view name) const {
  std::string names;
  for (const Template& t : all_) {
    if (t.name == name) return &t;
    names.append(names.empty() ? "" : ", ").append(t.name);
  }
  Error error;
  error.code = Errc::invalid_request;
  error.param = "template";
  error.message = "there is no template '" + std::string(name) + "': use one of " + names;
  return fail(std::move(error));
}

}  // namespace claif::session
