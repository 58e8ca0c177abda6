#include "scenario/django_settings.h"

#include <fmt/format.h>

#include "django/worker_process.h"

namespace switchyard {

DjangoSettings read_django_settings(const std::string& path) {
  const django::WorkerProcess worker({path, {}, 0, {}}, django::kLoadingPatience);
  DjangoSettings settings;
  settings.databases = worker.databases();
  settings.candidate.name = worker.routers().empty()
                                ? "Django without routers"
                                : fmt::format("Django: {}", fmt::join(worker.routers(), " + "));
  settings.candidate.routers.push_back({"django", {{"settings", path}}});
  return settings;
}

}  // namespace switchyard
