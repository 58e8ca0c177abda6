// A library that throws before it has said what its router is.
#include <stdexcept>

#include "switchyard_router.h"

const switchyard_plugin* switchyard_router(std::uint32_t) {
  throw std::runtime_error("no licence");
}
