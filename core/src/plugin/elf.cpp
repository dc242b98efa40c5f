#include "plugin/elf.hpp"

#include <cstring>
#include <elf.h>
#include <span>

namespace claif::plugin {
namespace {

tl::unexpected<Error> refuse(std::string why) {
  return fail(Errc::configuration, std::move(why));
}

// Checked access to the file's tables.
class Image {
 public:
  explicit Image(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  bool read(uint64_t offset, T& out) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return false;
    std::memcpy(&out, bytes_.data() + offset, sizeof(T));
    return true;
  }
  // The terminated string at `offset` of a string table section; empty when outside.
  std::string string(const Elf64_Shdr& table, uint64_t offset) const {
    if (offset >= table.sh_size || table.sh_offset > bytes_.size() ||
        table.sh_size > bytes_.size() - table.sh_offset)
      return {};
    const std::string_view rest = bytes_.substr(table.sh_offset + offset, table.sh_size - offset);
    return std::string(rest.substr(0, rest.find('\0')));
  }

 private:
  std::string_view bytes_;
};

Result<std::vector<Elf64_Shdr>> read_sections(const Image& image, const Elf64_Ehdr& header) {
  std::vector<Elf64_Shdr> out(header.e_shnum);
  for (size_t i = 0; i < out.size(); ++i)
    if (!image.read(header.e_shoff + i * sizeof(Elf64_Shdr), out[i]))
      return refuse("is cut off: its section table is not whole, copy the file again");
  return out;
}

Result<void> read_symbols(const Image& image,
                          const Elf64_Shdr& section,
                          const Elf64_Shdr& names,
                          ElfFacts& facts) {
  for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol{};
    if (!image.read(section.sh_offset + at, symbol))
      return refuse("is cut off: its symbol table is not whole, copy the file again");
    const unsigned binding = ELF64_ST_BIND(symbol.st_info);
    if (symbol.st_shndx == SHN_UNDEF || binding == STB_LOCAL) continue;
    std::string name = image.string(names, symbol.st_name);
    if (binding == STB_GNU_UNIQUE) facts.unique.push_back(name);
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC) facts.functions.push_back(std::move(name));
  }
  return {};
}

Result<void> read_dynamic(const Image& image,
                          const Elf64_Shdr& section,
                          const Elf64_Shdr& names,
                          ElfFacts& facts) {
  for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= section.sh_size; at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry{};
    if (!image.read(section.sh_offset + at, entry))
      return refuse("is cut off: its dynamic section is not whole, copy the file again");
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) facts.needed.push_back(image.string(names, entry.d_un.d_val));
    if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH)
      return refuse(
          "has a RPATH, which could load libraries from anywhere: link it without -rpath");
    if (entry.d_tag == DT_TEXTREL) return refuse("has text relocations: build it with -fPIC");
  }
  return {};
}

Result<void> check_program_headers(const Image& image, const Elf64_Ehdr& header, size_t size) {
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!image.read(header.e_phoff + i * sizeof(Elf64_Phdr), segment))
      return refuse("is cut off: its program headers are not whole, copy the file again");
    if (segment.p_type == PT_GNU_STACK && (segment.p_flags & PF_X) != 0)
      return refuse("asks for an executable stack: link it with -z noexecstack");
    if (segment.p_type == PT_LOAD &&
        (segment.p_offset > size || segment.p_filesz > size - segment.p_offset))
      return refuse("is cut off: a segment ends behind the end of the file, copy the file again");
  }
  return {};
}

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "name the ELF machine of this architecture here"
#endif

}  // namespace

Result<ElfFacts> inspect_elf(std::string_view bytes) {
  if (!bytes.starts_with(ELFMAG))
    return refuse("is not an ELF file: a plugin is a shared library built with claif_add_plugin()");
  const Image image(bytes);
  Elf64_Ehdr header{};
  if (!image.read(0, header))
    return refuse("is cut off: it ends inside its ELF header, copy the file again");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != kMachine)
    return refuse("was built for another machine: rebuild it for this one");
  if (header.e_type != ET_DYN)
    return refuse("is no shared library: build it with claif_add_plugin()");
  CLAIF_CHECK(check_program_headers(image, header, bytes.size()));
  CLAIF_TRY(const auto sections, read_sections(image, header));
  ElfFacts facts;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_link >= sections.size()) continue;
    if (section.sh_type == SHT_DYNSYM)
      CLAIF_CHECK(read_symbols(image, section, sections[section.sh_link], facts));
    if (section.sh_type == SHT_DYNAMIC)
      CLAIF_CHECK(read_dynamic(image, section, sections[section.sh_link], facts));
  }
  return facts;
}

}  // namespace claif::plugin
