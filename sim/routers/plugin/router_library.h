// A router's shared library, loaded as long as this lives.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "routers/parameters.h"
#include "routers/plugin/switchyard_router.h"

namespace switchyard {

// What the exception that is being handled tells, to follow the name of the library that threw it.
std::string description_of_thrown();

class RouterLibrary {
 public:
  // Throws InputError when there is no such file, when it can't be loaded, holds no router or one
  // for another version of the interface, when its code throws, and when what it tells of itself
  // contradicts itself.
  explicit RouterLibrary(const std::string& path);

  // Fields that the library did not know yet are null.
  const switchyard_plugin& plugin() const { return plugin_; }
  // Those that it declares, and `pin`.
  std::span<const ParameterInfo> parameters() const { return parameters_; }
  // Without the folder.
  const std::string& file_name() const { return file_name_; }
  // Of the file's content, in hex.
  std::string sha256() const;

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  void load();
  void check_calls() const;
  void read_parameters();
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  std::string file_name_;
  std::unique_ptr<void, Close> handle_;
  switchyard_plugin plugin_ = {};
  std::vector<std::vector<std::string_view>> choices_;  // of the parameters that have some
  std::vector<ParameterInfo> parameters_;
};

}  // namespace switchyard
