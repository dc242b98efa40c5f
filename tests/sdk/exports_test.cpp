#include <claif/abi/abi.h>

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

std::vector<std::string> plugin_files() {
  std::vector<std::string> out;
  std::istringstream in(CLAIF_PLUGIN_FILES);
  for (std::string file; std::getline(in, file, ':');)
    out.push_back(file);
  return out;
}

struct Exports {
  std::vector<std::string> names;
  size_t unique = 0;  // GNU_UNIQUE symbols, which would keep the file mapped for good
};

template <class T>
T at(const std::string& bytes, uint64_t offset) {
  T out{};
  EXPECT_LE(offset + sizeof out, bytes.size());
  if (offset + sizeof out <= bytes.size()) std::memcpy(&out, bytes.data() + offset, sizeof out);
  return out;
}

// The defined symbols of an ELF file's dynamic symbol table.
Exports read_exports(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto header = at<Elf64_Ehdr>(bytes, 0);
  Exports out;
  for (uint64_t i = 0; i < header.e_shnum; ++i) {
    const auto section = at<Elf64_Shdr>(bytes, header.e_shoff + i * header.e_shentsize);
    if (section.sh_type != SHT_DYNSYM) continue;
    const auto strings =
        at<Elf64_Shdr>(bytes, header.e_shoff + uint64_t{section.sh_link} * header.e_shentsize);
    for (uint64_t offset = 0; offset < section.sh_size; offset += section.sh_entsize) {
      const auto symbol = at<Elf64_Sym>(bytes, section.sh_offset + offset);
      const unsigned binding = symbol.st_info >> 4;
      if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
      if (binding == STB_GNU_UNIQUE) ++out.unique;
      out.names.emplace_back(bytes.c_str() + strings.sh_offset + symbol.st_name);
    }
  }
  return out;
}

TEST(PluginFiles, ThereAreSome) {
  EXPECT_FALSE(plugin_files().empty());
}

TEST(PluginFiles, ExportTheEntryAndNothingElse) {
  for (const std::string& file : plugin_files()) {
    const Exports exports = read_exports(file);
    EXPECT_EQ(exports.names, std::vector<std::string>{"claif_entry_v1"}) << file;
    EXPECT_EQ(exports.unique, 0u) << file;
  }
}

TEST(PluginFiles, LoadAndDescribeThemselves) {
  for (const std::string& file : plugin_files()) {
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << ::dlerror();
    const auto entry = reinterpret_cast<claif_entry_fn>(::dlsym(library, "claif_entry_v1"));
    ASSERT_NE(entry, nullptr) << file;
    const claif_entry* table = entry(CLAIF_ABI_MINOR);
    ASSERT_NE(table, nullptr) << file;
    EXPECT_EQ(table->size, sizeof *table);
    EXPECT_EQ(table->abi_major, CLAIF_ABI_MAJOR);
    EXPECT_EQ(std::string(table->desc->id).rfind("claif.", 0), 0u) << table->desc->id;
    EXPECT_STREQ(table->desc->version, "0.1.0") << file;
    EXPECT_NE(table->desc->config_schema, nullptr) << file;
    EXPECT_NE(table->desc->provides[0], nullptr) << file;
    EXPECT_EQ(::dlclose(library), 0);
    EXPECT_EQ(::dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD), nullptr) << file << " stays loaded";
  }
}

}  // namespace
