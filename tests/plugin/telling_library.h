// The library that tells what its router is told, as tests in C++ use it.
#pragma once

#include <dlfcn.h>

#include <string>
#include <vector>

#include "plugin/telling.h"
#include "routers/rig.h"

namespace switchyard::testing {

inline const std::string kTelling = SWITCHYARD_PLUGINS "/telling.so";

// The library that tells, as it is at first, and loaded as long as this lives.
class Telling {
 public:
  Telling() : handle_(dlopen(kTelling.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    REQUIRE(handle_ != nullptr);
    const auto start = reinterpret_cast<telling_script* (*)()>(dlsym(handle_, "telling_start"));
    REQUIRE(start != nullptr);
    script_ = start();
  }
  ~Telling() { dlclose(handle_); }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  telling_script* operator->() { return script_; }
  // Since it was asked last.
  std::string told() {
    std::string text = script_->told;
    script_->told[0] = '\0';
    return text;
  }

 private:
  void* handle_;
  telling_script* script_ = nullptr;
};

inline std::vector<NodeInfo> three_nodes() {
  return {{"main", Role::kPrimary, 1.5, 0},
          {"default", Role::kReplica, 1, 250},
          {"third", Role::kReplica, 2, 7}};
}

// What loading it, or making its router, fails with; empty if neither does.
inline std::string failure(const ParameterTexts& given = {}, const std::string& path = kTelling) {
  return error_of(path, three_nodes(), given);
}

template <class Action>
std::string error_in(Action&& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace switchyard::testing
