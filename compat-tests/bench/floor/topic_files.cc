#include "topic_files.h"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "wire/record/batch.h"

namespace muir::floor {
namespace {

constexpr std::size_t kFilesOfSyncfs = 4;  // One thread: so many, one after the other, take longer.

}  // namespace

std::string TopicFiles::path_of(std::string_view name, std::size_t partition) const {
  return fmt::format("{}/{}-{}.log", directory_, name, partition);
}

bool TopicFiles::create(std::string_view name, std::int32_t partitions) {
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    ::close(partitions_[i].fd);
    ::unlink(path_of(name_, i).c_str());
  }
  unsynced_.clear();
  partitions_.assign(static_cast<std::size_t>(partitions), {});
  name_ = name;
  for (std::int32_t i = 0; i < partitions; ++i) {
    const std::string path = path_of(name, static_cast<std::size_t>(i));
    partitions_[static_cast<std::size_t>(i)].fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (partitions_[static_cast<std::size_t>(i)].fd < 0) return false;
  }
  return true;
}

std::int64_t TopicFiles::append(std::int32_t index, MutableByteView bytes) {
  if (index < 0 || static_cast<std::size_t>(index) >= partitions_.size()) return -1;
  Partition& partition = partitions_[static_cast<std::size_t>(index)];
  const auto batch = wire::BatchView::parse(bytes);
  if (!batch || !batch->crc_is_valid()) return -1;
  if (partition.batch_bytes == 0) {
    partition.batch_bytes = bytes.size();
    partition.batch_records = batch->record_count();
  }
  if (partition.batch_bytes != bytes.size() || partition.batch_records != batch->record_count()) return -1;
  const std::int64_t base_offset = partition.end_offset;
  wire::set_base_offset(bytes, Offset{base_offset});
  partition.end_offset += batch->record_count();
  if (!writes_) return base_offset;
  const ssize_t written = ::pwrite(partition.fd, bytes.data(), bytes.size(), static_cast<off_t>(partition.size_bytes));
  if (written != static_cast<ssize_t>(bytes.size())) return -1;
  partition.size_bytes += bytes.size();
  if (std::ranges::find(unsynced_, partition.fd) == unsynced_.end()) unsynced_.push_back(partition.fd);
  return base_offset;
}

bool TopicFiles::sync() {
  const auto files = std::exchange(unsynced_, {});
  if (files.size() >= kFilesOfSyncfs) return ::syncfs(files.front()) == 0;
  return std::ranges::all_of(files, [](int fd) { return ::fdatasync(fd) == 0; });
}

std::uint64_t TopicFiles::position_of(const Partition& partition, std::int64_t offset) const {
  if (partition.batch_records == 0) return partition.size_bytes;
  return static_cast<std::uint64_t>(offset / partition.batch_records) * partition.batch_bytes;
}

}  // namespace muir::floor
