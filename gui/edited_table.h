// A table of like parts of the cluster that are edited cell by cell, as text or by a choice of
// words. What makes no cluster is refused and said; every edit is one of the document's, and undone
// there.
#pragma once

#include <QAbstractTableModel>

#include <functional>
#include <span>

#include "gui/document.h"

namespace switchyard::gui {

class EditedTable : public QAbstractTableModel {
  Q_OBJECT

 public:
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  bool setData(const QModelIndex& index, const QVariant& value, int role) override;
  Qt::ItemFlags flags(const QModelIndex& index) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 Q_SIGNALS:
  void rejected(const QString& message);

 protected:
  struct Title {
    const char* text;
    const char* help;
  };

  // `part` is what a row is called where an edit of it is undone: "a node". The document and the
  // titles, one a column, must outlive it.
  EditedTable(Document& document, std::span<const Title> titles, QString part, QObject* parent);

  const ClusterSpec& cluster() const { return document_.scenario().cluster; }
  void edit(const QString& what, const std::function<void(ClusterSpec&)>& change);

  virtual std::size_t count_rows() const = 0;
  virtual QString text(std::size_t row, int column) const = 0;
  // Throws InputError, saying what was expected.
  virtual void set(ClusterSpec& cluster, std::size_t row, int column,
                   const std::string& text) const = 0;
  // The words that a cell may be, empty if it is none of a few.
  virtual QStringList choices(int column) const = 0;
  virtual bool has_value(std::size_t /*row*/, int /*column*/) const { return true; }

 private:
  Document& document_;
  std::span<const Title> titles_;
  QString part_;
  int rows_ = 0;  // as the views know it
};

// Of words from the files' vocabulary.
QStringList to_choices(std::span<const std::string_view> words);
// The place of a word among them. Throws InputError that lists them.
std::size_t place_of(const std::string& word, std::span<const std::string_view> words);

}  // namespace switchyard::gui
