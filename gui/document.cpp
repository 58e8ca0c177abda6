#include "gui/document.h"

#include <fmt/format.h>

#include <QFileInfo>
#include <QRegularExpression>

#include <utility>

#include "core/atomic_file.h"
#include "scenario/default_scenario.h"
#include "scenario/edit_candidate.h"
#include "scenario/vocabulary.h"
#include "scenario/write_scenario.h"

namespace switchyard::gui {
namespace {

// As a shell reads it.
QString quoted(const QString& word) {
  static const QRegularExpression special(QStringLiteral("[^A-Za-z0-9_./:=,+@%-]"));
  if (!word.isEmpty() && !word.contains(special)) return word;
  QString inside = word;
  inside.replace(QLatin1Char('\''), QStringLiteral("'\\''"));
  return QLatin1Char('\'') + inside + QLatin1Char('\'');
}

}  // namespace

class Document::Edit : public QUndoCommand {
 public:
  Edit(Document& document, const QString& what, Scenario before, Scenario after, int steps_of)
      : QUndoCommand(what),
        document_(document),
        before_(std::move(before)),
        after_(std::move(after)),
        steps_of_(steps_of) {}

  int id() const override { return steps_of_; }
  bool mergeWith(const QUndoCommand* next) override {
    after_ = static_cast<const Edit*>(next)->after_;
    setObsolete(after_ == before_);
    return true;
  }
  void undo() override { set(before_); }
  void redo() override { set(after_); }

 private:
  void set(const Scenario& scenario) {
    document_.scenario_ = scenario;
    Q_EMIT document_.changed();
  }

  Document& document_;
  Scenario before_;
  Scenario after_;
  int steps_of_;
};

void Document::open(const QString& path) {
  const std::string name = path.toStdString();
  Scenario scenario =
      path.endsWith(QStringLiteral(".toml")) ? load_scenario(name) : scenario_for(name);
  validate(scenario);
  undo_stack_.clear();
  path_ = path;
  opened_ = scenario;
  scenario_ = std::move(scenario);
  Q_EMIT reset();
  Q_EMIT changed();
}

void Document::write(const QString& path, const std::string& comment) const {
  AtomicFile file(path.toStdString());
  file.write(comment + to_toml(scenario_, QFileInfo(path).absoluteFilePath().toStdString()));
  file.commit();
}

void Document::keep(const QString& path) const {
  write(path, "# Set up from " + QFileInfo(path_).fileName().toStdString() + " and not saved.\n");
}

void Document::save(const QString& path) {
  write(path, {});
  path_ = path;
  opened_ = scenario_;
  Q_EMIT changed();
}

QString Document::command() const {
  Scenario by_options = opened_;
  by_options.seed = scenario_.seed;
  by_options.workload.loop = scenario_.workload.loop;
  by_options.workload.speed = scenario_.workload.speed;
  by_options.run.replications = scenario_.run.replications;
  by_options.run.warmup_ns = scenario_.run.warmup_ns;
  const Nanoseconds until = scenario_.run.measure_until_ns;
  // What ended somewhere can't be told to end nowhere, here and below.
  if (until != kNever || opened_.run.measure_until_ns == kNever) {
    by_options.run.measure_until_ns = until;
  }
  const TimeRange& range = scenario_.workload.range;
  const TimeRange& usual = opened_.workload.range;
  if (range.to_ns != kNever || usual.to_ns == kNever) by_options.workload.range = range;
  by_options.candidates = scenario_.candidates;
  if (!(by_options == scenario_)) return {};

  QString text = QStringLiteral("switchyard compare ");
  if (!path_.endsWith(QStringLiteral(".toml"))) text += QStringLiteral("--trace ");
  text += quoted(path_);
  if (scenario_.candidates != opened_.candidates) {
    for (const Candidate& candidate : scenario_.candidates) {
      // The option's text is the candidate's name.
      if (router_option(candidate) != candidate.name || !candidate.swept.empty()) return {};
      text += QStringLiteral(" --router ") + quoted(QString::fromStdString(candidate.name));
    }
  }
  const auto add = [&](bool differs, const char* option, const std::string& value) {
    if (differs) text += QStringLiteral(" %1 %2").arg(option, QString::fromStdString(value));
  };
  add(range.from_ns != usual.from_ns, "--from", exact_duration(range.from_ns));
  add(range.to_ns != usual.to_ns, "--to", exact_duration(range.to_ns));
  add(scenario_.workload.loop != opened_.workload.loop, "--loop",
      std::string(kLoops[static_cast<std::size_t>(scenario_.workload.loop)]));
  add(scenario_.workload.speed != opened_.workload.speed, "--speed",
      fmt::format("{}", scenario_.workload.speed));
  add(scenario_.seed != opened_.seed, "--seed", std::to_string(scenario_.seed));
  add(scenario_.run.replications != opened_.run.replications, "--replications",
      std::to_string(scenario_.run.replications));
  const std::optional<Nanoseconds>& warmup = scenario_.run.warmup_ns;
  add(warmup != opened_.run.warmup_ns, "--warmup", warmup ? exact_duration(*warmup) : "auto");
  add(until != opened_.run.measure_until_ns, "--measure-until", exact_duration(until));
  return text;
}

void Document::edit(const QString& what, const std::function<void(Scenario&)>& change,
                    int steps_of) {
  Scenario after = scenario_;
  change(after);
  if (after == scenario_) return;
  undo_stack_.push(new Edit(*this, what, scenario_, std::move(after), steps_of));
}

}  // namespace switchyard::gui
