/* A router that writes down all it is told and answers what a test wants. Its state is the
 * library's own, so only one test at a time may use it. */
#ifndef SWITCHYARD_TESTS_TELLING_H
#define SWITCHYARD_TESTS_TELLING_H

#include "switchyard_router.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct telling_script {
  switchyard_plugin plugin; /* what the library tells of itself, … */
  int is_absent;            /* … or that it works with no such version */
  uint32_t asked_abi;
  const char* error; /* what create() fails with; null: it does not */
  uint32_t signals;
  switchyard_decision answer;
  switchyard_position awaited[4];
  uint32_t probes[4];
  uint32_t probe_count;
  int64_t next_timer;
  int living; /* routers */
  char told[16384];
} telling_script;

/* What the library goes by, as it was when it was loaded. */
telling_script* telling_start(void);

#ifdef __cplusplus
}
#endif

#endif
