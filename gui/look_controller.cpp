#include "gui/look_controller.h"

#include <algorithm>
#include <utility>

namespace switchyard::gui {

LookController::LookController(QObject* parent) : QObject(parent) {
  connect(&background_, &Background::failed, this, &LookController::failed);
}

void LookController::set_scenario(std::shared_ptr<const Scenario> scenario) {
  background_.cancel();
  look_ = nullptr;
  scenario_ = std::move(scenario);
}

int LookController::place_of(const std::string& candidate) const {
  if (!scenario_) return -1;
  const auto& all = scenario_->candidates;
  const auto found = std::ranges::find(all, candidate, &Candidate::name);
  return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

void LookController::start(
    std::function<void(const CloseLook&, CompareControl&, const Background::Tell&)> work) {
  background_.start(1, [this, scenario = scenario_, look = look_, work = std::move(work)](
                           CompareControl& control, const Background::Tell& tell) {
    std::shared_ptr<const CloseLook> own = look;
    if (!own) {
      own = std::make_shared<const CloseLook>(*scenario, control);
      tell([this, own] { look_ = own; });
    }
    work(*own, control, tell);
  });
}

void LookController::look_at(int candidate, Nanoseconds time_ns, std::size_t before,
                             std::size_t after) {
  start([=, this](const CloseLook& look, CompareControl& control, const Background::Tell& tell) {
    auto report = std::make_shared<const MomentReport>(
        look.at(static_cast<std::size_t>(candidate), time_ns, before, after, control));
    tell([this, report] { Q_EMIT moment(report); });
  });
}

void LookController::look_at_request(int candidate, std::uint64_t request, std::size_t before,
                                     std::size_t after) {
  start([=, this](const CloseLook& look, CompareControl& control, const Background::Tell& tell) {
    auto report = std::make_shared<const MomentReport>(
        look.at_request(static_cast<std::size_t>(candidate), request, before, after, control));
    tell([this, report] { Q_EMIT moment(report); });
  });
}

void LookController::map_heat(int candidate, std::size_t columns) {
  start([=, this](const CloseLook& look, CompareControl& control, const Background::Tell& tell) {
    auto report = std::make_shared<const HeatReport>(
        look.heat(static_cast<std::size_t>(candidate), columns, control));
    tell([this, candidate, report] { Q_EMIT heat(candidate, report); });
  });
}

}  // namespace switchyard::gui
