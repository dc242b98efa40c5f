// claif version
#include "cli/command.hpp"

#include <claif/abi/base.h>

#include <iostream>

#include <CLI/CLI.hpp>

namespace claif::cli {

void add_version(Command command) {
  CLI::App* const app =
      command.app.add_subcommand("version", "The version of claif and of its plugin ABI");
  app->callback([command] {
    std::cout << "claif " << CLAIF_VERSION << " (plugin ABI " << CLAIF_ABI_MAJOR << '.'
              << CLAIF_ABI_MINOR << ")\n";
    command.exit_code = kOk;
  });
}

}  // namespace claif::cli
