// A small file of the user's, read whole.
#pragma once

#include <string>
#include <string_view>

namespace switchyard {

// Throws InputError when it can't be read; `what` is what was expected: "a scenario file (TOML)".
std::string read_text_file(const std::string& path, std::string_view what);

}  // namespace switchyard
