// The nine kinds of recorded statements, and how a router sees them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace switchyard {

enum class Op : std::uint8_t {
  kRead,         // r
  kLockingRead,  // l: SELECT … FOR UPDATE and its like; needs a primary, changes no row
  kWrite,        // w
  kDdl,          // d
  kBegin,        // b
  kCommit,       // c
  kAbort,        // a
  kSession,      // s: SET, LISTEN, PREPARE …
  kOther,        // x
};
inline constexpr std::size_t kOpCount = 9;
inline constexpr std::string_view kOpLetters = "rlwdbcasx";

// What a router is asked to place. Statements that are neither (transaction control, session
// state, other) are not routed: as in Django's atomic(), they run on `default`.
enum class RequestClass : std::uint8_t { kRead, kWrite, kControl };

constexpr RequestClass class_of(Op op) {
  if (op == Op::kRead) return RequestClass::kRead;
  return op <= Op::kDdl ? RequestClass::kWrite : RequestClass::kControl;
}

// Whether the statement changes data that other nodes must apply.
constexpr bool replicates(Op op) {
  return op == Op::kWrite || op == Op::kDdl;
}

// Whether its answer depends on which commits a node has.
constexpr bool returns_rows(Op op) {
  return op == Op::kRead || op == Op::kLockingRead;
}

constexpr std::optional<Op> op_of_letter(char letter) {
  const std::size_t position = kOpLetters.find(letter);
  if (position == std::string_view::npos) return std::nullopt;
  return static_cast<Op>(position);
}
constexpr char letter_of(Op op) {
  return kOpLetters[static_cast<std::size_t>(op)];
}

}  // namespace switchyard
