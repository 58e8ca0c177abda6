#include "gui/start_page.h"

#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "gui/recent_files.h"

namespace switchyard::gui {

StartPage::StartPage(QWidget* parent)
    : QWidget(parent),
      files_(new QListWidget),
      error_(new ErrorLine(QStringLiteral("start-error"))) {
  setObjectName(QStringLiteral("start"));
  auto* title = new QLabel(tr("<h2>Which router fits this workload?</h2>"));
  auto* hint = new QLabel(
      tr("Choose a scenario or a recording and press Enter, or drop a file here: a scenario "
         "(.toml), a report (.json), or a log of PostgreSQL, MySQL, MariaDB, ProxySQL, MaxScale or "
         "Django. A scenario "
         "may name routers of your own: their code then runs unsandboxed, with your rights."));
  hint->setWordWrap(true);
  files_->setWordWrap(true);
  files_->setObjectName(QStringLiteral("files"));
  files_->setAccessibleName(tr("Scenarios and recordings"));
  hint->setBuddy(files_);
  auto* open = new QPushButton(tr("&Open another file…"));
  open->setObjectName(QStringLiteral("open"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(24, 24, 24, 24);
  layout->addWidget(title);
  layout->addWidget(hint);
  layout->addWidget(error_);
  layout->addWidget(files_, 1);
  layout->addWidget(open, 0, Qt::AlignLeft);
  connect(open, &QPushButton::clicked, this, &StartPage::open_asked);
  connect(files_, &QListWidget::itemActivated, this, [this](const QListWidgetItem* item) {
    const QString path = item->data(Qt::UserRole).toString();
    if (!path.isEmpty()) Q_EMIT chosen(path);
  });
  refresh();
}

void StartPage::show_error(const QString& message) {
  error_->show_error(message);
}

void StartPage::refresh() {
  files_->clear();
  const auto add_group = [&](const QString& title, const QStringList& paths) {
    if (paths.isEmpty()) return;
    auto* heading = new QListWidgetItem(title, files_);
    QFont font = heading->font();
    font.setBold(true);
    heading->setFont(font);
    heading->setFlags(Qt::NoItemFlags);
    for (const QString& path : paths) {
      const QString about = about_file(path);
      const QString name = QFileInfo(path).fileName();
      auto* item = new QListWidgetItem(
          about.isEmpty() ? name : name + QStringLiteral(" — ") + about, files_);
      item->setData(Qt::UserRole, path);
      item->setToolTip(path);
    }
  };
  const QString unsaved = unsaved_file();
  if (QFileInfo::exists(unsaved)) add_group(tr("Left without being saved"), {unsaved});
  QStringList recent = recent_files();
  recent.removeAll(unsaved);
  add_group(tr("Opened before"), recent);
  add_group(tr("Scenarios that come with Switchyard"), bundled_scenarios());
  add_group(tr("Recordings that come with Switchyard"), bundled_recordings());
  for (int i = 0; i < files_->count(); ++i) {
    if (files_->item(i)->data(Qt::UserRole).isValid()) {
      files_->setCurrentRow(i);
      break;
    }
  }
}

}  // namespace switchyard::gui
