// Which node each session loaded its recent objects from: Django's instance hint for a later save.
#pragma once

#include <array>
#include <vector>

#include "core/ids.h"

namespace switchyard {

class OriginMemory {
 public:
  // As many objects as one page of an application usually holds at a time.
  static constexpr std::size_t kObjects = 8;

  explicit OriginMemory(std::size_t sessions) : sessions_(sessions) {}

  void loaded(std::uint32_t session, std::uint32_t key, NodeId node) {
    if (key == kNone) return;
    Session& s = sessions_[session];
    for (Object& object : s.objects) {
      if (object.key == key) {
        object.node = node;
        return;
      }
    }
    s.objects[s.next] = {key, node};
    s.next = (s.next + 1) % kObjects;
  }

  // kNoNode when the session did not read that key lately.
  NodeId origin(std::uint32_t session, std::uint32_t key) const {
    if (key == kNone) return kNoNode;
    for (const Object& object : sessions_[session].objects) {
      if (object.key == key) return object.node;
    }
    return kNoNode;
  }

 private:
  struct Object {
    std::uint32_t key = kNone;
    NodeId node = kNoNode;
  };
  struct Session {
    std::array<Object, kObjects> objects;
    std::size_t next = 0;
  };
  std::vector<Session> sessions_;
};

}  // namespace switchyard
