#include "workload/asking.h"

namespace switchyard {
namespace {

// From the lowest bit: a bit of each call, set for a write; how many; which decides; two flags.
constexpr std::uint32_t kCountShift = 8;
constexpr std::uint32_t kDecidedShift = 12;
constexpr std::uint32_t kNumberMask = 0xF;
constexpr std::uint32_t kWithObject = 1U << 16;
constexpr std::uint32_t kIsRecorded = 1U << 17;

}  // namespace

std::uint32_t pack(const Asking& asking) {
  if (!asking.is_recorded) return 0;
  std::uint32_t packed = kIsRecorded | (asking.with_object ? kWithObject : 0U) |
                         std::uint32_t{asking.call_count} << kCountShift |
                         std::uint32_t{asking.decided_by} << kDecidedShift;
  for (std::size_t i = 0; i < asking.call_count; ++i) {
    if (asking.calls[i] == RequestClass::kWrite) packed |= 1U << i;
  }
  return packed;
}

Asking unpack_valid_asking(std::uint32_t packed) {
  Asking asking;
  asking.is_recorded = (packed & kIsRecorded) != 0;
  asking.call_count = static_cast<std::uint8_t>(packed >> kCountShift & kNumberMask);
  asking.decided_by = static_cast<std::uint8_t>(packed >> kDecidedShift & kNumberMask);
  asking.with_object = (packed & kWithObject) != 0;
  for (std::size_t i = 0; i < asking.call_count; ++i) {
    asking.calls[i] = (packed >> i & 1) != 0 ? RequestClass::kWrite : RequestClass::kRead;
  }
  return asking;
}

std::optional<Asking> unpack_asking(std::uint32_t packed) {
  if ((packed >> kCountShift & kNumberMask) > Asking::kMostCalls) return std::nullopt;
  const Asking asking = unpack_valid_asking(packed);
  if (asking.decided_by > Asking::kMostRemembered || pack(asking) != packed) return std::nullopt;
  return asking;
}

std::string to_text(const Asking& asking) {
  if (!asking.is_recorded) return "";
  std::string text;
  for (std::size_t i = 0; i < asking.call_count; ++i) {
    const bool decides = asking.call_count - i == asking.decided_by;
    const bool reads = asking.calls[i] == RequestClass::kRead;
    text += reads ? (decides ? 'R' : 'r') : (decides ? 'W' : 'w');
  }
  if (asking.decided_by == 0) text += '-';
  if (asking.decided_by > asking.call_count) {
    text += '=';
    text += static_cast<char>('0' + asking.decided_by);
  }
  if (asking.with_object) text += '*';
  return text;
}

std::optional<Asking> parse_asking(std::string_view text) {
  Asking asking;
  if (text.empty()) return asking;
  asking.is_recorded = true;
  if (text.ends_with('*')) {
    asking.with_object = true;
    text.remove_suffix(1);
  }
  std::size_t decider = 0;  // its number, from 1
  for (; !text.empty(); text.remove_prefix(1)) {
    const std::size_t letter = std::string_view("rRwW").find(text.front());
    if (letter == std::string_view::npos) break;
    if (asking.call_count == Asking::kMostCalls) return std::nullopt;
    asking.calls[asking.call_count++] = letter < 2 ? RequestClass::kRead : RequestClass::kWrite;
    if (letter % 2 == 0) continue;
    if (decider != 0) return std::nullopt;
    decider = asking.call_count;
  }
  if (decider != 0) {
    asking.decided_by = static_cast<std::uint8_t>(asking.call_count - decider + 1);
    return text.empty() ? std::optional(asking) : std::nullopt;
  }
  if (text == "-") return asking;
  if (text.size() != 2 || text[0] != '=') return std::nullopt;
  // What its own calls said is written as a capital letter.
  if (text[1] <= '0' + asking.call_count || text[1] > '0' + int{Asking::kMostRemembered}) {
    return std::nullopt;
  }
  asking.decided_by = static_cast<std::uint8_t>(text[1] - '0');
  return asking;
}

}  // namespace switchyard
