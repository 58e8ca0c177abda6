// Laws of times as people type them: "5ms", "lognormal mean=4ms cv=1.5".
#pragma once

#include <string>
#include <string_view>

#include "workload/law.h"

namespace switchyard {

// A constant as its duration, another law by its name and numbers; one with lists as in a scenario
// file: { law = "bimodal", … }. parse_law() reads it back.
std::string short_text(const Law& law);

// Any of these forms. Throws InputError saying what was expected.
Law parse_law(std::string_view text);

}  // namespace switchyard
