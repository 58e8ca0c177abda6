#include "gui/result_view.h"

#include <QBuffer>
#include <QImage>
#include <QSvgGenerator>

#include <algorithm>

#include "core/atomic_file.h"
#include "core/error.h"

namespace switchyard::gui {
namespace {

constexpr int kExportScale = 2;

}  // namespace

bool sets_range(const Shown& shown, std::size_t report) {
  return shown.colours[report] >= 0 ||
         std::ranges::all_of(shown.colours, [](int colour) { return colour < 0; });
}

QByteArray ResultView::picture_svg() {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator svg;
  svg.setOutputDevice(&buffer);
  svg.setSize(picture_size());
  svg.setViewBox(QRect(QPoint(), picture_size()));
  svg.setTitle(accessibleName());
  svg.setDescription(accessibleDescription());
  QPainter painter(&svg);
  painter.setRenderHint(QPainter::Antialiasing);
  paint_picture(painter);
  painter.end();
  return bytes;
}

void ResultView::save_picture(const QString& path) {
  const QSize size = picture_size();
  const std::string name = path.toStdString();
  if (size.isEmpty()) throw InputError(name + ": what is in sight has no picture to write");
  QByteArray bytes;
  if (path.endsWith(QStringLiteral(".svg"))) {
    bytes = picture_svg();
  } else if (path.endsWith(QStringLiteral(".png"))) {
    QImage image(size * kExportScale, QImage::Format_ARGB32);
    image.fill(palette().color(QPalette::Base));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(kExportScale, kExportScale);
    paint_picture(painter);
    painter.end();
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "PNG");
  } else {
    throw InputError(name + ": a picture's name ends with .png or .svg");
  }
  AtomicFile file(name);
  file.write(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
  file.commit();
}

}  // namespace switchyard::gui
