// Candidates changed step by step, as an editor does, with names that go on telling the truth.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "scenario/scenario.h"

namespace switchyard {

// What --router takes to make the candidate's routers: "d_choices:d=3,tie=random"; nothing where
// that option can't say it: guards, several instances, commas or plus signs in a value.
std::optional<std::string> router_option(const Candidate& candidate);

// `name`, or with the first number behind it that none of `taken` has: "name (2)".
std::string unused_name(const std::string& name, std::span<const Candidate> taken);

// A like candidate of another name, to be given other parameters.
Candidate variant_of(const Candidate& candidate, std::span<const Candidate> taken);

// All that a candidate consists of: routers first, then guards. REQUIRES place < their number.
std::size_t count_uses(const Candidate& candidate);
const RouterUse& use_at(const Candidate& candidate, std::size_t place);

// What follows changes a candidate. One that is called after its routers, guards and parameters is
// called so afterwards, unlike any of `others`; a name of its own stays, but for the value of a
// swept parameter in it.

// Gives the router or guard at `place` a parameter, or takes it back to its default. Throws
// InputError, and leaves the candidate as it was, when there is no such parameter or its value is
// out of limits.
void set_parameter(Candidate& candidate, std::size_t place, std::string_view parameter,
                   const std::optional<std::string>& value, std::span<const Candidate> others);

// Puts a guard, with its defaults, behind those that there are: it is asked last. Throws InputError
// when there is none of that name.
void add_guard(Candidate& candidate, std::string_view guard, std::span<const Candidate> others);
// REQUIRES the place of a guard, as use_at() counts.
void remove_guard(Candidate& candidate, std::size_t place, std::span<const Candidate> others);

}  // namespace switchyard
