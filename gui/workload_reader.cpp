#include "gui/workload_reader.h"

#include "workload/open_trace.h"
#include "workload/synthetic.h"

namespace switchyard::gui {
namespace {

// About as many as a strip is wide: shorter stretches would show chance, not load.
constexpr std::size_t kStretches = 300;

}  // namespace

WorkloadReader::WorkloadReader(QObject* parent) : QObject(parent) {
  connect(&background_, &Background::failed, this, &WorkloadReader::failed);
}

void WorkloadReader::read(const WorkloadSpec& workload, std::uint64_t seed) {
  background_.start(0,
                    [this, workload, seed](CompareControl& control, const Background::Tell& tell) {
                      ImportOptions import = workload.import;
                      import.on_progress = reading_progress(control);
                      const Trace trace = workload.synthetic ? generate(*workload.synthetic, seed)
                                                             : open_trace(workload.trace, import);
                      auto view = std::make_shared<WorkloadView>();
                      view->rate = rate_over_time(trace, kStretches);
                      view->summary = summarize(trace);
                      tell([this, view] { Q_EMIT ready(view); });
                    });
}

}  // namespace switchyard::gui
