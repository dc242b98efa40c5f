// A look at a shared library before it is loaded: constructors run inside dlopen, so this comes
// first.
#pragma once

#include <claif/result.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace claif::plugin {

struct ElfFacts {
  std::vector<std::string> functions;  // defined dynamic symbols that can be called
  std::vector<std::string> unique;  // STB_GNU_UNIQUE ones: they would keep the file mapped for good
  std::vector<std::string> needed;  // DT_NEEDED

  bool has_function(std::string_view name) const {
    return std::find(functions.begin(), functions.end(), name) != functions.end();
  }
};

// configuration when `bytes` is no whole ELF library of this machine, or has an executable stack or
// a RPATH. The message is a clause: "is not an ELF file".
Result<ElfFacts> inspect_elf(std::string_view bytes);

}  // namespace claif::plugin
