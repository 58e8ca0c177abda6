#include "telling.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static telling_script script;

static void tell(const char* format, ...) {
  const size_t size = strlen(script.told);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(script.told + size, sizeof script.told - size, format, arguments);
  va_end(arguments);
}

static void tell_view(const switchyard_view* view) {
  tell(" view %" PRIu32 ":", view->node_count);
  for (uint32_t i = 0; i < view->node_count; ++i) {
    tell(" %s", view->eligible == NULL ? "any" : view->eligible[i] ? "yes" : "no");
    if (view->outstanding != NULL) tell(" o%" PRIu32, view->outstanding(view, i));
    if (view->missing == NULL) continue;
    const switchyard_position third = {3, 0, 0};
    tell(" m%" PRIu64 " l%" PRId64 " w%" PRId64 " r%d", view->missing(view, i),
         view->lag_ns(view, i), view->last_write_ns(view, i), view->reached(view, i, third));
  }
  if (view->needs_position) tell(" needs position");
  /* Of a node that there is not, nothing can be seen. */
  const switchyard_position first = {1, view->node_count, 0};
  if ((view->outstanding != NULL && view->outstanding(view, view->node_count) != 0) ||
      (view->missing != NULL &&
       (view->missing(view, view->node_count) != 0 || view->lag_ns(view, view->node_count) != 0 ||
        view->last_write_ns(view, SWITCHYARD_NONE) != 0 || view->reached(view, 0, first)))) {
    tell(" and beyond");
  }
}

static void tell_answer(const switchyard_probe_answer* answer) {
  tell(" probe of %" PRIu32 " at %" PRId64 " sent %" PRId64 " up %" PRIu32 " in flight %" PRIu32
       " latency %" PRId64,
       answer->node, answer->now_ns, answer->sent_ns, answer->is_up, answer->in_flight,
       answer->latency_ns);
  for (uint32_t i = 0; i < answer->reached_count; ++i) {
    tell(" %" PRIu32 "/%" PRIu64, answer->reached[i].origin, answer->reached[i].number);
  }
}

static void* create(const switchyard_config* config) {
  if (script.error != NULL) {
    snprintf(config->error, config->error_size, "%s", script.error);
    return NULL;
  }
  tell("create");
  for (uint32_t i = 0; i < config->node_count; ++i) {
    tell(" %s,%" PRIu32 ",%g,%" PRId64, config->nodes[i].name, config->nodes[i].role,
         config->nodes[i].weight, config->nodes[i].ping_ns);
  }
  tell(" default %" PRIu32 " of %" PRIu32 " routers;", config->default_node, config->instances);
  for (uint32_t i = 0; i < config->value_count; ++i) {
    tell(" %s,%" PRId64 ",%g", config->values[i].text, config->values[i].integer,
         config->values[i].number);
  }
  tell("; tables");
  for (uint32_t i = 0; i < config->table_count; ++i) tell(" %s", config->tables[i]);
  tell("; random %" PRIu32, config->random_u32(config->random));
  tell(" %" PRIu32 " %" PRIu32 "\n", config->random_below(config->random, 1000),
       config->random_below(config->random, 0));
  ++script.living;
  return &script;
}

static void destroy(void* router) {
  (void)router;
  --script.living;
}

static void choose(void* router, const switchyard_query* query, const switchyard_view* view,
                   int64_t now_ns, switchyard_decision* decision) {
  (void)router;
  tell("choose at %" PRId64 " kind %" PRIu32 " op %c session %" PRIu32 " key %" PRIu32
       " table %" PRIu32 " transaction %" PRIu32 " reads %" PRIu32 " origin %" PRIu32
       " waited %" PRIu32 " asked %" PRId64,
       now_ns, query->kind, (char)query->op, query->session, query->key, query->table,
       query->transaction, query->read_only_transaction, query->origin, query->waited_out,
       query->asked_ns);
  if (query->probe != NULL) tell_answer(query->probe);
  tell_view(view);
  tell("\n");
  if (script.answer.kind == SWITCHYARD_NO_ANSWER) return; /* what it is by itself */
  decision->kind = script.answer.kind;
  decision->reason = script.answer.reason;
  decision->node = script.answer.node;
  decision->until_ns = script.answer.until_ns;
  decision->awaited_count = script.answer.awaited_count;
  for (uint32_t i = 0; i < script.answer.awaited_count && i < 3; ++i) {
    decision->awaited[i] = script.awaited[i];
  }
}

static uint32_t signals_of(const void* router) {
  (void)router;
  return script.signals;
}

static void on_dispatch(void* router, const switchyard_dispatch* d) {
  (void)router;
  tell("dispatch at %" PRId64 " to %" PRIu32 " session %" PRIu32 " key %" PRIu32 " table %" PRIu32
       " kind %" PRIu32 " op %c transaction %" PRIu32 "\n",
       d->now_ns, d->node, d->session, d->key, d->table, d->kind, (char)d->op, d->transaction);
}

static void on_response(void* router, const switchyard_response* r) {
  (void)router;
  tell("response at %" PRId64 " of %" PRIu32 " session %" PRIu32 " key %" PRIu32 " table %" PRIu32
       " kind %" PRIu32 " op %c transaction %" PRIu32 " status %" PRIu32 " latency %" PRId64
       " position %" PRIu32 "/%" PRIu64 " waiting %" PRIu32 " service %" PRId64 "\n",
       r->now_ns, r->node, r->session, r->key, r->table, r->kind, (char)r->op, r->transaction,
       r->status, r->latency_ns, r->position.origin, r->position.number, r->waiting, r->service_ns);
}

static void on_topology(void* router, const switchyard_state* states, uint32_t count,
                        int64_t now_ns) {
  (void)router;
  tell("topology at %" PRId64 ":", now_ns);
  for (uint32_t i = 0; i < count; ++i)
    tell(" %" PRIu32 ",%" PRIu32, states[i].is_up, states[i].role);
  tell("\n");
}

static void on_observation(void* router, const switchyard_view* view, int64_t now_ns) {
  (void)router;
  tell("observation at %" PRId64, now_ns);
  tell_view(view);
  tell("\n");
}

static void on_session_start(void* router, uint32_t session, int64_t now_ns) {
  (void)router;
  tell("start of %" PRIu32 " at %" PRId64 "\n", session, now_ns);
}

static void on_session_end(void* router, uint32_t session, int64_t now_ns) {
  (void)router;
  tell("end of %" PRIu32 " at %" PRId64 "\n", session, now_ns);
}

static uint32_t take_probes(void* router, uint32_t* nodes) {
  (void)router;
  for (uint32_t i = 0; i < script.probe_count && i < 3; ++i) nodes[i] = script.probes[i];
  return script.probe_count;
}

static void on_probe(void* router, const switchyard_probe_answer* answer) {
  (void)router;
  tell("answer:");
  tell_answer(answer);
  tell("\n");
}

static int64_t next_timer(const void* router) {
  (void)router;
  return script.next_timer;
}

static void on_timer(void* router, const switchyard_view* view, int64_t now_ns) {
  (void)router;
  tell("timer at %" PRId64, now_ns);
  tell_view(view);
  tell("\n");
}

static const char* const colours[] = {"red", "green"};
static const switchyard_parameter parameters[] = {
    {.name = "count", .type = SWITCHYARD_INTEGER, .default_value = "3", .min = 1, .max = 9},
    {.name = "share", .type = SWITCHYARD_NUMBER, .default_value = "0.5", .highest = 1},
    {.name = "strict", .type = SWITCHYARD_BOOLEAN, .default_value = "true"},
    {.name = "colour",
     .type = SWITCHYARD_CHOICE,
     .choice_count = 2,
     .default_value = "green",
     .help = "of the bicycle shed",
     .choices = colours},
    {.name = "window", .type = SWITCHYARD_DURATION, .default_value = "250ms"},
    {.name = "label", .type = SWITCHYARD_TEXT, .default_value = ""}};

telling_script* telling_start(void) {
  const uint32_t all = (SWITCHYARD_PROBES << 1) - 1;
  const telling_script start = {.plugin = {.abi = SWITCHYARD_ROUTER_ABI,
                                           .struct_size = sizeof(switchyard_plugin),
                                           .name = "telling",
                                           .summary = "tells what it was told",
                                           .signals = all,
                                           .parameter_count = 6,
                                           .parameters = parameters,
                                           .create = create,
                                           .destroy = destroy,
                                           .choose = choose,
                                           .signals_of = signals_of,
                                           .on_dispatch = on_dispatch,
                                           .on_response = on_response,
                                           .on_topology = on_topology,
                                           .on_observation = on_observation,
                                           .on_session_start = on_session_start,
                                           .on_session_end = on_session_end,
                                           .take_probes = take_probes,
                                           .on_probe = on_probe,
                                           .next_timer = next_timer,
                                           .on_timer = on_timer},
                                .signals = all,
                                .answer = {.kind = SWITCHYARD_TO_NODE},
                                .next_timer = SWITCHYARD_NEVER};
  script = start;
  return &script;
}

const switchyard_plugin* switchyard_router(uint32_t abi) {
  if (script.plugin.struct_size == 0) telling_start();
  script.asked_abi = abi;
  return script.is_absent ? NULL : &script.plugin;
}
