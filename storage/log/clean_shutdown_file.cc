#include "storage/log/clean_shutdown_file.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "storage/disk/atomic_file.h"
#include "storage/log/checkpoint_file.h"

namespace muir::storage {
namespace {

constexpr std::uint64_t kFileBytesMax = 64 << 10;

std::string path_in(const std::string& log_dir) { return log_dir + "/" + std::string(kCleanShutdownFile); }

}  // namespace

std::optional<std::int64_t> parse_clean_shutdown(std::string_view text) {
  boost::system::error_code failure;
  const auto json = boost::json::parse(text, failure);
  if (failure || !json.is_object()) return std::nullopt;
  const auto* const epoch = json.as_object().if_contains("brokerEpoch");
  if (epoch == nullptr || !epoch->is_int64()) return std::nullopt;
  return epoch->as_int64();
}

std::string format_clean_shutdown(std::int64_t broker_epoch) {
  return fmt::format(R"({{"version":0,"brokerEpoch":{}}})", broker_epoch);
}

Task<Result<CleanShutdown>> read_clean_shutdown(Disk& disk, std::string log_dir) {
  const std::string path = path_in(log_dir);
  const auto bytes = co_await read_file(disk, path, kFileBytesMax);
  if (!bytes) co_return bytes.error();
  if (!*bytes) co_return CleanShutdown{};
  co_return CleanShutdown{true, parse_clean_shutdown(as_text(**bytes))};
}

Task<Result<void>> write_clean_shutdown(Disk& disk, std::string log_dir, std::int64_t broker_epoch) {
  const std::string path = path_in(log_dir);
  const std::string text = format_clean_shutdown(broker_epoch);
  const auto written = co_await write_text(disk, path, text);
  co_return written;
}

Task<Result<void>> remove_clean_shutdown(Disk& disk, std::string log_dir) {
  const std::string path = path_in(log_dir);
  const auto removed = co_await disk.remove(path);
  if (!removed) co_return removed;
  const auto named = co_await disk.sync_directory(log_dir);
  co_return named;
}

}  // namespace muir::storage
