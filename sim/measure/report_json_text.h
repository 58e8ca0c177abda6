// The text of a report as JSON, before anything is made of it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace switchyard {

// An object with "switchyard", an object, and "candidates", an array. `file` is the name for
// messages. Throws InputError, with line and column where the text is no JSON.
nlohmann::ordered_json parse_report_json(std::string_view text, const std::string& file);

}  // namespace switchyard
