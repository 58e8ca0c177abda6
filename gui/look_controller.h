// Looks closer at runs that are shown, in the background.
#pragma once

#include <QObject>
#include <QString>

#include <memory>
#include <string>

#include "gui/background.h"
#include "measure/close_look.h"

namespace switchyard::gui {

class LookController : public QObject {
  Q_OBJECT

 public:
  explicit LookController(QObject* parent = nullptr);

  // What is shown from now on came from this; null: from where nobody can look.
  void set_scenario(std::shared_ptr<const Scenario> scenario);
  const Scenario* scenario() const { return scenario_.get(); }
  // The place of a candidate by its name, or -1.
  int place_of(const std::string& candidate) const;

  // Each cancels what was asked for before, and is answered once.
  void look_at(int candidate, Nanoseconds time_ns, std::size_t before, std::size_t after);
  void look_at_request(int candidate, std::uint64_t request, std::size_t before, std::size_t after);
  void map_heat(int candidate, std::size_t columns);
  void cancel() { background_.cancel(); }
  bool is_looking() const { return background_.control() != nullptr; }

 Q_SIGNALS:
  void moment(std::shared_ptr<const switchyard::MomentReport> report);
  void heat(int candidate, std::shared_ptr<const switchyard::HeatReport> report);
  void failed(const QString& message);

 private:
  void start(std::function<void(const CloseLook&, CompareControl&, const Background::Tell&)> work);

  std::shared_ptr<const Scenario> scenario_;
  std::shared_ptr<const CloseLook> look_;  // once its workload has been read
  Background background_;
};

}  // namespace switchyard::gui
