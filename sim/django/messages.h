// What goes between a run and the process of its Django routers, over a pair of sockets on one
// machine: fixed structs for queries, and texts (their length, then JSON) around them.
//
// The run sends the path of the settings module as it is, which need not be JSON's UTF-8, and an
// order: {"routers": […], "seed": …, "tables": […]}. It is answered {"databases": […], "routers":
// […]} or {"error": "…"}. Then it sends Asks; what each is answered by is told there.
#pragma once

#include <cstdint>
#include <type_traits>

namespace switchyard::django {

// Where the process finds its end of the pair.
inline constexpr int kSocket = 3;
// Where Python writes where it hung, and why it crashed. What it prints goes elsewhere.
inline constexpr int kLog = 4;
inline constexpr std::uint16_t kNoDatabase = 0xFFFF;

struct Ask {
  enum class Kind : std::uint8_t {
    kRead,          // answered by an Answer
    kWrite,         // likewise
    kSessionEnd,    // of `session`; not answered
    kDatabaseUp,    // `database` is reachable again; not answered
    kDatabaseDown,  // not answered
    kAccount,       // answered by a text: a list of sentences
  };
  std::int64_t now_ns = 0;
  std::uint32_t session = 0;
  std::uint32_t table = 0;  // place in the order's list, or its size: the recording names none
  std::uint32_t object_table = 0;        // likewise, of the object that it names
  std::uint32_t object = 0;              // its key; 0: none
  std::uint16_t database = kNoDatabase;  // the one that the object was loaded from, if any
  Kind kind = Kind::kRead;
  std::uint8_t has_object = 0;  // else it names none
  std::uint8_t in_transaction = 0;
};

struct Answer {
  std::int64_t spent_ns = 0;             // by the routers
  std::uint16_t database = kNoDatabase;  // kNoDatabase: the routers failed
};

static_assert(std::is_trivially_copyable_v<Ask> && std::is_trivially_copyable_v<Answer>);

}  // namespace switchyard::django
