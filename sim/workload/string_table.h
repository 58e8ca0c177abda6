// Dense ids for names: the first name seen is 0. Text lies in one block, so that a table can be
// written to a file and mapped back as it is.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace switchyard {

// Read-only view: name i is text[ends[i - 1], ends[i]).
struct StringTableView {
  std::span<const std::uint64_t> ends;
  std::string_view text;

  std::size_t size() const { return ends.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::uint64_t begin = i == 0 ? 0 : ends[i - 1];
    return text.substr(begin, ends[i] - begin);
  }
};

class StringTable {
 public:
  // The id of a name, given a new one if it has none.
  std::uint32_t intern(std::string_view name);
  std::size_t size() const { return ends_.size(); }
  StringTableView view() const { return {ends_, {text_.data(), text_.size()}}; }

 private:
  // 128 bits of XXH3: two names share one with a probability below 1e-19 among a billion names, so
  // a name already seen is known by it alone, without a look at its text.
  struct Hash128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Hash128&) const = default;
  };
  struct Low64 {
    using is_avalanching = void;
    std::size_t operator()(const Hash128& hash) const { return hash.low; }
  };

  std::vector<std::uint64_t> ends_;
  std::vector<char> text_;
  boost::unordered_flat_map<Hash128, std::uint32_t, Low64> ids_;
};

}  // namespace switchyard
