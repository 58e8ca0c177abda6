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
  std::vector<std::uint64_t> ends_;
  std::vector<char> text_;
  // Hash → ids with that hash, most recent first, chained through next_.
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> first_;
  std::vector<std::uint32_t> next_;
};

}  // namespace switchyard
