// A router that throws where no call may: when it is made, asked or destroyed, then
// at all events or only if it was asked before.
#include <stdexcept>
#include <string>

#include "switchyard_router.h"

namespace {

struct Thrower {
  std::string where;
  bool was_asked = false;
};

void* create(const switchyard_config* config) {
  const std::string where = config->values[0].text;
  if (where == "create") throw std::runtime_error("no luck");
  return new Thrower{where};
}

void destroy(void* router) {
  const Thrower thrower = *static_cast<Thrower*>(router);
  delete static_cast<Thrower*>(router);
  if (thrower.where == "destroy" || (thrower.where == "end of run" && thrower.was_asked)) {
    throw std::runtime_error("no end");
  }
}

void choose(void* router, const switchyard_query*, const switchyard_view*, std::int64_t,
            switchyard_decision*) {
  auto& thrower = *static_cast<Thrower*>(router);
  thrower.was_asked = true;
  if (thrower.where == "choose") throw 42;
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
  plugin.destroy = destroy;
  plugin.choose = choose;
  return plugin;
}();

}  // namespace

const switchyard_plugin* switchyard_router(std::uint32_t) {
  return &kPlugin;
}
