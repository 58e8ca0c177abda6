// Parameters of strategies: declared once in the catalogue, checked against it, read by name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"

namespace switchyard {

struct ParameterInfo {
  enum class Type : std::uint8_t { kInteger, kNumber, kBoolean, kChoice, kDuration, kText, kFile };
  std::string_view name;
  Type type = Type::kInteger;
  std::string_view default_value;
  std::string_view help;       // what it does
  std::string_view unit = {};  // of a number that has one; a duration names its own
  // kFile: a path, in a scenario relative to it.
  // kInteger: inclusive range.
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  // kNumber: inclusive range.
  double lowest = 0;
  double highest = 1;
  // kChoice: the allowed words.
  std::span<const std::string_view> choices = {};
  // kDuration: inclusive range; whether it may also be 0, and "forever", which is the longest one.
  Nanoseconds shortest = 0;
  Nanoseconds longest = kLongestDuration;
  bool or_zero = false;
  bool endless = false;
};

// What a value may be, in a few words: "integer from 1 to 64", "true | false", "duration".
std::string limits_of(const ParameterInfo& parameter);

inline constexpr std::array<std::string_view, 3> kPins = {"none", "transaction", "session"};
// The parameter of every strategy that can keep to a node.
constexpr ParameterInfo pin_parameter(std::string_view default_value) {
  return {.name = "pin",
          .type = ParameterInfo::Type::kChoice,
          .default_value = default_value,
          .help =
              "what stays on one database: nothing, a transaction (on a primary unless it is "
              "read only), or all reads of a session and all its writes",
          .choices = kPins};
}
inline constexpr ParameterInfo kPinTransaction = pin_parameter("transaction");

// Name and value as written by the user.
using ParameterTexts = std::vector<std::pair<std::string, std::string>>;

// Of a text "key=value,key=value"; nothing if it is none.
std::optional<ParameterTexts> parse_parameters(std::string_view text);

// Checked values; every declared parameter has one.
class Parameters {
 public:
  // Throws InputError on an unknown name (naming the nearest) and on a value of the wrong type or
  // out of range. `strategy`: as the user named it. `takes_more`: names that are unknown here may
  // be known elsewhere.
  Parameters(std::string_view strategy, std::span<const ParameterInfo> declared,
             const ParameterTexts& given, bool takes_more = false);

  // Whose they are, as the user named it.
  const std::string& strategy() const { return strategy_; }

  // REQUIRES the name to be declared with that type.
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  Nanoseconds duration(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  // Of a kChoice: its place among the choices, as an enumerator that stands for it.
  template <class Enum>
  Enum choice(std::string_view name) const {
    return static_cast<Enum>(place_of_choice(name));
  }
  bool has(std::string_view name) const;
  // What was given beside the declared ones, unchecked.
  const ParameterTexts& more() const { return more_; }

 private:
  std::string strategy_;
  std::size_t place_of_choice(std::string_view name) const;

  struct Value {
    ParameterInfo info;
    std::string text;
  };
  const Value& value(std::string_view name) const;
  std::vector<Value> values_;
  ParameterTexts more_;
};

}  // namespace switchyard
