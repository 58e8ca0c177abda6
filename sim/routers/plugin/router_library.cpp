#include "routers/plugin/router_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <filesystem>
#include <limits>
#include <system_error>

#include "core/digest.h"
#include "core/error.h"
#include "core/text_file.h"
#include "core/version.h"
#include "routers/plugin/elf_file.h"

namespace switchyard {
namespace {

constexpr std::uint32_t kAllSignals = (SWITCHYARD_PROBES << 1) - 1;
// All that the first version of the struct had.
constexpr std::size_t kFirstSize =
    offsetof(switchyard_plugin, on_timer) + sizeof(switchyard_plugin::on_timer);

bool is_empty(const char* text) {
  return text == nullptr || *text == '\0';
}

ParameterInfo::Type type_of(std::uint32_t type) {
  switch (type) {
    case SWITCHYARD_NUMBER:
      return ParameterInfo::Type::kNumber;
    case SWITCHYARD_BOOLEAN:
      return ParameterInfo::Type::kBoolean;
    case SWITCHYARD_CHOICE:
      return ParameterInfo::Type::kChoice;
    case SWITCHYARD_DURATION:
      return ParameterInfo::Type::kDuration;
    case SWITCHYARD_TEXT:
      return ParameterInfo::Type::kText;
    default:
      return ParameterInfo::Type::kInteger;
  }
}

ParameterInfo info_of(const switchyard_parameter& given) {
  ParameterInfo info;
  info.name = given.name;
  info.type = type_of(given.type);
  info.default_value = given.default_value;
  info.help = is_empty(given.help) ? "" : given.help;
  info.min = given.min;
  info.max = given.max == 0 ? INT64_MAX : given.max;
  const bool is_bounded = given.lowest != 0 || given.highest != 0;
  info.lowest = is_bounded ? given.lowest : std::numeric_limits<double>::lowest();
  info.highest = is_bounded ? given.highest : std::numeric_limits<double>::max();
  info.shortest = std::max<std::int64_t>(0, given.min);
  info.longest = given.max == 0 ? kLongestDuration : given.max;
  return info;
}

}  // namespace

std::string description_of_thrown() {
  try {
    throw;
  } catch (const std::exception& error) {
    return fmt::format("threw an exception ({}), which no call of a router library may do",
                       error.what());
  } catch (...) {
    return "threw an exception, which no call of a router library may do";
  }
}

RouterLibrary::RouterLibrary(const std::string& path)
    : path_(path), file_name_(std::filesystem::path(path).filename().string()) {
  load();
  if (is_empty(plugin_.name)) fail("does not say what its router is called (name)");
  if (plugin_.create == nullptr || plugin_.destroy == nullptr || plugin_.choose == nullptr) {
    fail("lacks create, destroy or choose, which every router needs");
  }
  if ((plugin_.signals & ~kAllSignals) != 0) {
    fail(fmt::format("wants signals that this version does not have ({:#x})",
                     plugin_.signals & ~kAllSignals));
  }
  check_calls();
  read_parameters();
}

void RouterLibrary::Close::operator()(void* handle) const {
  dlclose(handle);
}

void RouterLibrary::fail(std::string_view what) const {
  throw InputError(fmt::format("router library '{}' {}", path_, what));
}

void RouterLibrary::load() {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) {
    fail(
        "was not found; build it, or correct the path, which is relative to the scenario's folder "
        "or, given by --router, to the current one");
  }
  std::string reason = why_not_loadable(path_);
  if (reason.empty()) {
    // A name without a slash would be searched for elsewhere.
    handle_.reset(dlopen(std::filesystem::absolute(path_).c_str(), RTLD_NOW | RTLD_LOCAL));
    if (handle_ == nullptr) reason = dlerror();
  }
  if (handle_ == nullptr) {
    fail(
        fmt::format("can't be loaded ({}); it must be a shared library for this machine (cc "
                    "-shared -fPIC) that is linked with all it uses",
                    reason));
  }
  using Entry = const switchyard_plugin* (*)(std::uint32_t);
  const auto entry = reinterpret_cast<Entry>(dlsym(handle_.get(), "switchyard_router"));
  if (entry == nullptr) {
    fail(
        "has no function switchyard_router(); define it as switchyard_router.h declares it, in C++ "
        "as extern \"C\"");
  }
  const switchyard_plugin* plugin = nullptr;
  try {
    plugin = entry(SWITCHYARD_ROUTER_ABI);
  } catch (...) {
    fail(description_of_thrown());
  }
  if (plugin == nullptr || plugin->abi != SWITCHYARD_ROUTER_ABI) {
    fail(
        fmt::format("was made for {} of the router interface, and this switchyard ({}) has "
                    "version {}; build it with this one's switchyard_router.h",
                    plugin == nullptr ? "another version" : fmt::format("version {}", plugin->abi),
                    kVersion, SWITCHYARD_ROUTER_ABI));
  }
  if (plugin->struct_size < kFirstSize) {
    fail(
        fmt::format("describes its router in {} bytes, fewer than version {} of the router "
                    "interface has; set struct_size to sizeof(switchyard_plugin)",
                    plugin->struct_size, SWITCHYARD_ROUTER_ABI));
  }
  std::memcpy(&plugin_, plugin, std::min<std::size_t>(plugin->struct_size, sizeof plugin_));
}

// A call that would never come is a mistake that nobody would find.
void RouterLibrary::check_calls() const {
  struct Call {
    std::string_view name;
    bool is_there;
    std::uint32_t signal;
    std::string_view signal_name;
  };
  const switchyard_plugin& p = plugin_;
  const Call calls[] = {
      {"on_dispatch", p.on_dispatch != nullptr, SWITCHYARD_RESPONSES, "SWITCHYARD_RESPONSES"},
      {"on_response", p.on_response != nullptr, SWITCHYARD_RESPONSES, "SWITCHYARD_RESPONSES"},
      {"on_session_start", p.on_session_start != nullptr, SWITCHYARD_SESSIONS,
       "SWITCHYARD_SESSIONS"},
      {"on_session_end", p.on_session_end != nullptr, SWITCHYARD_SESSIONS, "SWITCHYARD_SESSIONS"},
      {"on_observation", p.on_observation != nullptr, SWITCHYARD_POSITIONS, "SWITCHYARD_POSITIONS"},
      {"take_probes", p.take_probes != nullptr, SWITCHYARD_PROBES, "SWITCHYARD_PROBES"},
      {"on_probe", p.on_probe != nullptr, SWITCHYARD_PROBES, "SWITCHYARD_PROBES"},
      {"next_timer", p.next_timer != nullptr, SWITCHYARD_TIMERS, "SWITCHYARD_TIMERS"},
      {"on_timer", p.on_timer != nullptr, SWITCHYARD_TIMERS, "SWITCHYARD_TIMERS"}};
  for (const Call& call : calls) {
    if (call.is_there && (p.signals & call.signal) == 0) {
      fail(fmt::format("has {}(), which is never called as its signals lack {}", call.name,
                       call.signal_name));
    }
  }
  if ((p.next_timer == nullptr) != (p.on_timer == nullptr)) {
    fail("has one of next_timer() and on_timer(); a timer needs both");
  }
}

void RouterLibrary::read_parameters() {
  if (plugin_.parameter_count > 0 && plugin_.parameters == nullptr) {
    fail("has a parameter_count, but no parameters");
  }
  const std::span given(plugin_.parameters, plugin_.parameter_count);
  choices_.reserve(given.size());
  ParameterTexts defaults;
  for (const switchyard_parameter& one : given) {
    if (is_empty(one.name) || one.default_value == nullptr || one.type > SWITCHYARD_TEXT ||
        (one.type == SWITCHYARD_CHOICE && (one.choices == nullptr || one.choice_count == 0))) {
      fail(
          fmt::format("declares parameter number {} without a name, a default, a known type or its "
                      "choices",
                      parameters_.size()));
    }
    const bool is_taken =
        std::ranges::find(parameters_, one.name, &ParameterInfo::name) != parameters_.end();
    if (is_taken || one.name == kPinTransaction.name || one.name == std::string_view("use")) {
      fail(fmt::format("declares a parameter '{}', a name that {}; rename it", one.name,
                       is_taken ? "another has" : "stands for something else"));
    }
    ParameterInfo& info = parameters_.emplace_back(info_of(one));
    if (info.type == ParameterInfo::Type::kChoice) {
      std::vector<std::string_view>& choices = choices_.emplace_back();
      for (std::uint32_t i = 0; i < one.choice_count; ++i) {
        if (one.choices[i] == nullptr) {
          fail(fmt::format("declares {} choices of parameter '{}', but number {} is null",
                           one.choice_count, one.name, i));
        }
        choices.emplace_back(one.choices[i]);
      }
      info.choices = choices;
    }
    defaults.emplace_back(info.name, info.default_value);
  }
  parameters_.push_back(kPinTransaction);
  // Throws if a default is not allowed.
  Parameters(path_, parameters_, defaults);
}

std::string RouterLibrary::sha256() const {
  return sha256_hex(read_text_file(path_, "a router library"));
}

}  // namespace switchyard
