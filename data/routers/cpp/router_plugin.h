// A C++ class as a router of Switchyard's C interface: copy this beside your own.
//
// The class is made from the configuration, `explicit R(const switchyard_config&)`, and may throw
// there. It has `void choose(const switchyard_query&, const switchyard_view&, int64_t now_ns,
// switchyard_decision&)`, and on_topology(span of states), on_dispatch(), on_response() where it
// wants them. What choose() throws fails the query; what the others throw is told with the
// library's name, and ends the run.
#pragma once

#include <switchyard_router.h>

#include <cstdio>
#include <exception>
#include <span>

template <class R>
struct RouterCalls {
  static void* create(const switchyard_config* config) {
    try {
      return new R(*config);
    } catch (const std::exception& error) {
      std::snprintf(config->error, config->error_size, "%s", error.what());
      return nullptr;
    }
  }
  static void destroy(void* router) { delete static_cast<R*>(router); }
  static void choose(void* router, const switchyard_query* query, const switchyard_view* view,
                     int64_t now_ns, switchyard_decision* decision) noexcept {
    try {
      static_cast<R*>(router)->choose(*query, *view, now_ns, *decision);
    } catch (...) {
      decision->kind = SWITCHYARD_FAIL;
    }
  }
  static void on_topology(void* router, const switchyard_state* states, uint32_t count, int64_t) {
    static_cast<R*>(router)->on_topology(std::span(states, count));
  }
  static void on_dispatch(void* router, const switchyard_dispatch* dispatch) {
    static_cast<R*>(router)->on_dispatch(*dispatch);
  }
  static void on_response(void* router, const switchyard_response* response) {
    static_cast<R*>(router)->on_response(*response);
  }
};

// The description of R, but for its parameters.
template <class R>
constexpr switchyard_plugin plugin_of(const char* name, const char* summary, uint32_t signals) {
  using Calls = RouterCalls<R>;
  switchyard_plugin plugin = {};
  plugin.abi = SWITCHYARD_ROUTER_ABI;
  plugin.struct_size = sizeof plugin;
  plugin.name = name;
  plugin.summary = summary;
  plugin.signals = signals;
  plugin.create = &Calls::create;
  plugin.destroy = &Calls::destroy;
  plugin.choose = &Calls::choose;
  if constexpr (requires { &R::on_topology; }) plugin.on_topology = &Calls::on_topology;
  if constexpr (requires { &R::on_dispatch; }) plugin.on_dispatch = &Calls::on_dispatch;
  if constexpr (requires { &R::on_response; }) plugin.on_response = &Calls::on_response;
  return plugin;
}
