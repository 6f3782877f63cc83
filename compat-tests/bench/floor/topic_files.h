#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "wire/base/bytes.h"

namespace muir::floor {

// The partitions of the one topic that a floor holds: a file each, of batches that are all of one size and one count of
// records, so that a place in the file is a division.
class TopicFiles {
 public:
  struct Partition {
    int fd = -1;
    std::int64_t end_offset = 0;
    std::uint64_t size_bytes = 0;
    std::uint64_t batch_bytes = 0;
    std::int64_t batch_records = 0;
  };

  TopicFiles(std::string directory, bool writes) : directory_(std::move(directory)), writes_(writes) {}

  // A new topic takes the place of the old one.
  bool create(std::string_view name, std::int32_t partitions);

  const std::string& name() const { return name_; }
  std::vector<Partition>& partitions() { return partitions_; }

  // Checks the CRC, sets the base offset, appends to the page cache.  The base offset; -1 if anything is wrong.
  std::int64_t append(std::int32_t partition, MutableByteView batch);

  // What was appended since the last call is on stable storage: by fdatasync, or by syncfs when there are many files.
  bool sync();

  // Where the batch that holds `offset` begins.
  std::uint64_t position_of(const Partition& partition, std::int64_t offset) const;

 private:
  std::string path_of(std::string_view name, std::size_t partition) const;

  std::string directory_;
  bool writes_;
  std::string name_;
  std::vector<Partition> partitions_;
  std::vector<int> unsynced_;
};

}  // namespace muir::floor
