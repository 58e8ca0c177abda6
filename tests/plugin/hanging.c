/* A router that says so and never returns when it is asked. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <unistd.h>

#include "switchyard_router.h"

static int some_router;

static void* create(const switchyard_config* config) {
  (void)config;
  return &some_router;
}

static void destroy(void* router) {
  (void)router;
}

static void choose(void* router, const switchyard_query* query, const switchyard_view* view,
                   int64_t now_ns, switchyard_decision* decision) {
  (void)router;
  (void)query;
  (void)view;
  (void)now_ns;
  (void)decision;
  fputs("hanging\n", stderr);
  for (;;) pause();
}

static const switchyard_plugin plugin = {.abi = SWITCHYARD_ROUTER_ABI,
                                         .struct_size = sizeof(switchyard_plugin),
                                         .name = "hanging",
                                         .create = create,
                                         .destroy = destroy,
                                         .choose = choose};

const switchyard_plugin* switchyard_router(uint32_t abi) {
  (void)abi;
  return &plugin;
}
