// A router that throws where no call may: when it is made, or when it is asked.
#include <stdexcept>
#include <string_view>

#include "switchyard_router.h"

namespace {

void* create(const switchyard_config* config) {
  if (config->values[0].text == std::string_view("create")) throw std::runtime_error("no luck");
  static int some_router;
  return &some_router;
}

void choose(void*, const switchyard_query*, const switchyard_view*, std::int64_t,
            switchyard_decision*) {
  throw 42;
}

constexpr switchyard_parameter kParameters[] = {{.name = "where",
                                                 .type = SWITCHYARD_TEXT,
                                                 .choice_count = 0,
                                                 .default_value = "choose",
                                                 .help = nullptr,
                                                 .min = 0,
                                                 .max = 0,
                                                 .lowest = 0,
                                                 .highest = 0,
                                                 .choices = nullptr}};

constexpr switchyard_plugin kPlugin = [] {
  switchyard_plugin plugin = {};
  plugin.abi = SWITCHYARD_ROUTER_ABI;
  plugin.struct_size = sizeof plugin;
  plugin.name = "throwing";
  plugin.parameter_count = 1;
  plugin.parameters = kParameters;
  plugin.create = create;
  plugin.destroy = [](void*) {};
  plugin.choose = choose;
  return plugin;
}();

}  // namespace

const switchyard_plugin* switchyard_router(std::uint32_t) {
  return &kPlugin;
}
