// How a recorded application asked its routers where a statement should run, for those that ask
// otherwise than once a statement: Django's ORM asks several times in one operation, as a read or
// a write whatever the statement is, and lets earlier answers decide.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workload/op.h"

namespace switchyard {

struct Asking {
  static constexpr std::size_t kMostCalls = 8;
  // The answers of its latest calls that a session remembers.
  static constexpr std::size_t kMostRemembered = 8;

  // False: once, as its operation tells; of what is neither a read nor a write, nobody.
  bool is_recorded = false;
  // The calls made when the statement is issued, in order.
  std::array<RequestClass, kMostCalls> calls{};
  std::uint8_t call_count = 0;
  // It runs where this call said: 1 is the session's latest, those above included. 0: on `default`,
  // of which nobody is asked.
  std::uint8_t decided_by = 0;
  // The calls name an object, so that where no router answers it runs on the object's database.
  bool with_object = false;

  bool operator==(const Asking&) const = default;
};

// As a column holds it; 0 where nothing is recorded.
std::uint32_t pack(const Asking& asking);
// Nothing if no Asking is packed so.
std::optional<Asking> unpack_asking(std::uint32_t packed);
// REQUIRES it to be packed by pack().
Asking unpack_valid_asking(std::uint32_t packed);

// As the native CSV has it: a letter for each call, r or w, of which a capital one decides; else
// `=2`, where the session's second latest call said, or `-`, on `default`; then `*` if the calls
// name an object. Empty where nothing is recorded.
std::string to_text(const Asking& asking);
std::optional<Asking> parse_asking(std::string_view text);

}  // namespace switchyard
