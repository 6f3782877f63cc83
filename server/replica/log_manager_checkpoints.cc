// What the LogManager writes into its directories.

#include <algorithm>

#include "server/replica/log_manager.h"
#include "server/runtime/log.h"

namespace muir::server {

Task<void> LogManager::write_checkpoint(std::string_view name, OffsetsByDir offsets) {
  for (Managed& managed : dirs_) {
    if (!managed.open) continue;
    const auto written = co_await managed.open->write_checkpoint(name, std::move(offsets[managed.dir.path]));
    if (!written)
      log_error("checkpoint not written", field("dir", managed.dir.path), field("file", name),
                field("error", written.error().message()));
  }
}

Task<void> LogManager::mark_clean(std::int64_t broker_epoch, const std::vector<std::string>& dirty) {
  for (Managed& managed : dirs_) {
    const bool is_dirty = std::ranges::find(dirty, managed.dir.path) != dirty.end();
    if (!managed.open || !managed.may_be_clean || is_dirty) continue;
    const auto marked = co_await managed.open->mark_clean(broker_epoch);
    if (!marked)
      log_error("clean stop not marked", field("dir", managed.dir.path), field("error", marked.error().message()));
  }
}

}  // namespace muir::server
