/* Reads go to the replica with the fewest requests that were sent there and not answered, the first
 * in order among equals; writes go to the primary. As `least_outstanding` with tie = first. */
#include <stdio.h>
#include <stdlib.h>
#include <switchyard_router.h>

typedef struct fewest {
  uint32_t node_count;
  uint32_t default_node;
  uint32_t writer; /* where writes go */
  int include_primary;
  uint8_t takes_reads[]; /* per node */
} fewest;

static void follow(fewest* router, const switchyard_state* states) {
  uint32_t writer = SWITCHYARD_NONE;
  uint32_t readers = 0;
  for (uint32_t i = 0; i < router->node_count; ++i) {
    const int is_primary = states[i].role == SWITCHYARD_PRIMARY;
    if (is_primary && states[i].is_up && (writer == SWITCHYARD_NONE || i == router->default_node)) {
      writer = i;
    }
    router->takes_reads[i] = states[i].is_up && (!is_primary || router->include_primary);
    readers += router->takes_reads[i];
  }
  /* While no primary is up, writes go where the last one was, and fail there. */
  if (writer != SWITCHYARD_NONE) router->writer = writer;
  for (uint32_t i = 0; readers == 0 && i < router->node_count; ++i) {
    router->takes_reads[i] = states[i].is_up && states[i].role == SWITCHYARD_PRIMARY;
  }
}

static void* create(const switchyard_config* config) {
  fewest* router = calloc(1, sizeof *router + config->node_count);
  switchyard_state* states = calloc(config->node_count, sizeof *states);
  if (router == NULL || states == NULL) {
    snprintf(config->error, config->error_size, "out of memory");
    free(router);
    free(states);
    return NULL;
  }
  router->node_count = config->node_count;
  router->default_node = config->default_node;
  router->writer = config->default_node;
  router->include_primary = config->values[0].integer != 0;
  for (uint32_t i = 0; i < config->node_count; ++i) {
    states[i].is_up = 1;
    states[i].role = config->nodes[i].role;
  }
  follow(router, states);
  free(states);
  return router;
}

static void choose(void* self, const switchyard_query* query, const switchyard_view* view,
                   int64_t now_ns, switchyard_decision* decision) {
  const fewest* router = self;
  uint32_t least = UINT32_MAX;
  (void)now_ns;
  decision->kind = SWITCHYARD_TO_NODE;
  decision->node = router->writer;
  if (query->kind == SWITCHYARD_WRITE) {
    decision->reason = SWITCHYARD_NEEDS_PRIMARY;
    return;
  }
  for (uint32_t i = 0; i < router->node_count; ++i) {
    if (!router->takes_reads[i] || (view->eligible != NULL && !view->eligible[i])) continue;
    const uint32_t count = view->outstanding(view, i);
    if (count < least) {
      least = count;
      decision->node = i;
    }
  }
}

static void on_topology(void* self, const switchyard_state* states, uint32_t count,
                        int64_t now_ns) {
  (void)count;
  (void)now_ns;
  follow(self, states);
}

static const switchyard_parameter parameters[] = {
    {.name = "include_primary",
     .type = SWITCHYARD_BOOLEAN,
     .default_value = "false",
     .help = "whether primaries take reads beside the replicas"}};

static const switchyard_plugin plugin = {
    .abi = SWITCHYARD_ROUTER_ABI,
    .struct_size = sizeof(switchyard_plugin),
    .name = "fewest",
    .summary = "reads to the replica with the fewest unanswered requests, the first of equals",
    .signals = SWITCHYARD_OUTSTANDING,
    .parameter_count = sizeof parameters / sizeof parameters[0],
    .parameters = parameters,
    .create = create,
    .destroy = free,
    .choose = choose,
    .on_topology = on_topology};

const switchyard_plugin* switchyard_router(uint32_t abi) {
  (void)abi;
  return &plugin;
}
