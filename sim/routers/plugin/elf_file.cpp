#include "routers/plugin/elf_file.h"

#include <dlfcn.h>
#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <vector>

namespace switchyard {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

// As far as that, headers of 32 and of 64 bits are alike.
constexpr std::streamsize kAlike = offsetof(Header, e_version);

// This program's own header, which the loader has mapped before all else; null if it can't be told.
const Header* own_header() {
  static const char some_place = 0;
  Dl_info info = {};
  return dladdr(&some_place, &info) == 0 ? nullptr : static_cast<const Header*>(info.dli_fbase);
}

std::string machine_of(const Header& header) {
  const int bits = header.e_ident[EI_CLASS] == ELFCLASS64 ? 64 : 32;
  switch (header.e_machine) {
    case EM_386:
    case EM_X86_64:
      return fmt::format("{}-bit x86", bits);
    case EM_ARM:
    case EM_AARCH64:
      return fmt::format("{}-bit ARM", bits);
    default:
      return fmt::format("a {}-bit machine of ELF's number {}", bits, header.e_machine);
  }
}

// The end of all that the headers speak of; a sum that overflows is beyond every file by its terms.
std::uint64_t end_of(const Header& header, const std::vector<Segment>& segments) {
  const std::uint64_t sections = header.e_shoff;
  const std::uint64_t sections_size = std::uint64_t{header.e_shnum} * header.e_shentsize;
  std::uint64_t end = std::max(sections, sections + sections_size);
  for (const Segment& segment : segments) {
    if (segment.p_type != PT_LOAD) continue;
    const std::uint64_t begin = segment.p_offset;
    const std::uint64_t size = segment.p_filesz;
    end = std::max({end, begin, size, begin + size});
  }
  return end;
}

}  // namespace

std::string why_not_loadable(const std::string& path) {
  std::error_code error;
  // A pipe would be waited for.
  if (!std::filesystem::is_regular_file(path, error)) return "it is no regular file";
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in) return {};

  Header header = {};
  in.read(reinterpret_cast<char*>(&header), sizeof header);
  const std::streamsize got = in.gcount();
  if (got < SELFMAG || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return "it does not begin as an ELF file does";
  }
  std::string cut_off = fmt::format("it is cut off: it ends after {} bytes", size);
  if (got < kAlike) return cut_off;
  const Header* ours = own_header();
  if (ours == nullptr) return {};
  if (header.e_ident[EI_DATA] != ours->e_ident[EI_DATA]) {
    return "it is made for a machine with the other order of bytes";
  }
  if (header.e_ident[EI_CLASS] != ours->e_ident[EI_CLASS] || header.e_machine != ours->e_machine) {
    return fmt::format("it is made for {}, and this switchyard for {}", machine_of(header),
                       machine_of(*ours));
  }
  if (got < std::streamsize{sizeof header}) return cut_off;
  // The loader says what it makes of entries of another size.
  if (header.e_phentsize != sizeof(Segment)) return {};
  std::vector<Segment> segments(header.e_phnum);
  in.seekg(static_cast<std::streamoff>(header.e_phoff));
  in.read(reinterpret_cast<char*>(segments.data()),
          static_cast<std::streamsize>(segments.size() * sizeof(Segment)));
  if (!in || end_of(header, segments) > size) return cut_off;
  return {};
}

}  // namespace switchyard
