// What a comparison takes from a user's Django settings: the databases, and the routers as a
// candidate beside the others.
#pragma once

#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace switchyard {

struct DjangoSettings {
  std::vector<std::string> databases;  // the names in DATABASES, in their order
  Candidate candidate;                 // with DATABASE_ROUTERS
};

// Runs the settings module, with the user's rights. Throws InputError in a sentence where it can't
// be loaded.
DjangoSettings read_django_settings(const std::string& path);

}  // namespace switchyard
