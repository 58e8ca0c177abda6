// Errors about what a user gave us. Thrown only where input enters; the replay itself never throws.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace switchyard {

// Where in a file something is wrong. Lines and columns count from 1; 0 means "not known".
struct SourceLocation {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
};

// One line for the user: "file:line:column: what is wrong, what was expected, what to do".
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message) : std::runtime_error(message) {}
  InputError(const SourceLocation& where, const std::string& message);
};

// The run was interrupted by the user; nothing was written.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

// The candidate nearest to a misspelt name, or empty when none is near enough to be meant.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);

// "; did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates);

// "a", "a and b", "a, b and c".
std::string join_names(std::span<const std::string_view> names);

}  // namespace switchyard
