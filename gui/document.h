// What is compared, as the user has set it up: a scenario of which every change can be undone.
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <functional>

#include "scenario/scenario.h"

namespace switchyard::gui {

class Document : public QObject {
  Q_OBJECT

 public:
  explicit Document(QObject* parent = nullptr) : QObject(parent) {}

  // A scenario (.toml) or any recording that the library reads, which then gets a cluster and
  // strategies like those of `switchyard compare --trace`. Throws InputError, and is left as it
  // was.
  void open(const QString& path);

  bool is_empty() const { return path_.isEmpty(); }
  const QString& path() const { return path_; }
  const Scenario& scenario() const { return scenario_; }
  // As it was opened.
  const Scenario& opened() const { return opened_; }

  // What does the same in a terminal; nothing while that needs a scenario file that says so.
  QString command() const;
  // From then on that is what was opened. Throws InputError.
  void save(const QString& path);
  // Not what was opened nor saved.
  bool is_changed() const { return !(scenario_ == opened_); }
  // A copy for later. Throws InputError.
  void keep(const QString& path) const;

  // `what` is shown beside "Undo". An edit that changes nothing is none. Edits that follow each
  // other with the same `steps_of`, unless that is negative, are undone together.
  void edit(const QString& what, const std::function<void(Scenario&)>& change, int steps_of = -1);
  QUndoStack& undo_stack() { return undo_stack_; }

 Q_SIGNALS:
  void changed();
  // All is another: what was shown of the one before is of no use.
  void reset();

 private:
  class Edit;

  void write(const QString& path, const std::string& comment) const;

  QString path_;
  Scenario opened_;
  Scenario scenario_;
  QUndoStack undo_stack_;
};

}  // namespace switchyard::gui
