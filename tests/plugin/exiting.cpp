// A router that ends the program where no call may: when it is made, asked or destroyed.
#include <cstdlib>
#include <string>

#include "switchyard_router.h"

namespace {

void* create(const switchyard_config* config) {
  const std::string where = config->values[0].text;
  if (where == "create") std::exit(0);
  return new std::string(where);
}

void destroy(void* router) {
  const auto* where = static_cast<std::string*>(router);
  if (*where == "destroy") std::exit(0);
  delete where;
}

void choose(void* router, const switchyard_query*, const switchyard_view*, std::int64_t,
            switchyard_decision*) {
  const auto& where = *static_cast<std::string*>(router);
  if (where == "choose") std::exit(0);
  if (where == "quick_exit") std::quick_exit(0);
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
  plugin.name = "exiting";
  plugin.parameter_count = 1;
  plugin.parameters = kParameters;
  plugin.create = create;
  plugin.destroy = destroy;
  plugin.choose = choose;
  return plugin;
}();

}  // namespace

const switchyard_plugin* switchyard_router(std::uint32_t) {
  return &kPlugin;
}
