/* A router that uses what nobody has. */
#include "switchyard_router.h"

extern const switchyard_plugin switchyard_test_of_nobody;

const switchyard_plugin* switchyard_router(uint32_t abi) {
  (void)abi;
  return &switchyard_test_of_nobody;
}
