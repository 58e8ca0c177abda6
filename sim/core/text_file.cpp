#include "core/text_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace switchyard {

std::string read_text_file(const std::string& path, std::string_view what) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) {
    throw InputError(path + ": is a directory; name " + std::string(what));
  }
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || (text.str().empty() && in.bad())) {
    throw InputError(path + ": cannot be read; is the path right?");
  }
  return std::move(text).str();
}

}  // namespace switchyard
