// Which node each session's recent objects are of, as Django's instance hint tells routers: the one
// that it loaded them from, or saved them to since.
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
    s.loaded.put(key, node);
    s.saved.drop(key);
  }

  // New ones keep none from memory that were loaded.
  void saved(std::uint32_t session, std::uint32_t key, NodeId node) {
    if (key == kNone) return;
    Session& s = sessions_[session];
    Objects& objects = s.loaded.has(key) ? s.loaded : s.saved;
    objects.put(key, node);
  }

  // kNoNode when the session neither loaded nor saved that object lately.
  NodeId origin(std::uint32_t session, std::uint32_t key) const {
    if (key == kNone) return kNoNode;
    const Session& s = sessions_[session];
    const NodeId loaded_from = s.loaded.node(key);
    return loaded_from != kNoNode ? loaded_from : s.saved.node(key);
  }

 private:
  struct Object {
    std::uint32_t key = kNone;
    NodeId node = kNoNode;
  };
  // The latest, by when they came first.
  class Objects {
   public:
    void put(std::uint32_t key, NodeId node) {
      for (Object& object : objects_) {
        if (object.key == key) {
          object.node = node;
          return;
        }
      }
      objects_[next_] = {key, node};
      next_ = (next_ + 1) % kObjects;
    }
    NodeId node(std::uint32_t key) const {
      for (const Object& object : objects_) {
        if (object.key == key) return object.node;
      }
      return kNoNode;
    }
    void drop(std::uint32_t key) {
      for (Object& object : objects_) {
        if (object.key == key) object = {};
      }
    }
    bool has(std::uint32_t key) const { return node(key) != kNoNode; }

   private:
    std::array<Object, kObjects> objects_;
    std::size_t next_ = 0;
  };
  struct Session {
    Objects loaded;
    Objects saved;
  };
  std::vector<Session> sessions_;
};

}  // namespace switchyard
