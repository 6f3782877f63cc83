#include "storage/log/file_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "storage/log/checkpoint_file.h"
#include "wire/base/bytes.h"
#include "wire/base/uuid.h"

namespace muir::storage {
namespace {

constexpr std::size_t kNameBytesMax = 255;
constexpr std::size_t kOffsetDigits = 20;

std::optional<PartitionDirectory::State> state_of(std::string_view name) {
  using State = PartitionDirectory::State;
  if (name.ends_with(kDeleteDirSuffix)) return State::deleted;
  if (name.ends_with(kFutureDirSuffix)) return State::future;
  if (name.ends_with(kStrayDirSuffix)) return State::stray;
  return std::nullopt;
}

}  // namespace

std::string offset_file_name(Offset offset, std::string_view suffix) {
  return fmt::format("{:020}{}", offset.value, suffix);
}

std::optional<Offset> offset_of_file(std::string_view name) {
  const std::string_view digits = name.substr(0, name.find('.'));
  if (digits.size() != kOffsetDigits || digits.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto value = parse_decimal<std::int64_t>(digits);
  if (!value) return std::nullopt;
  return Offset{*value};
}

std::string partition_directory_name(std::string_view topic, PartitionId partition) {
  return fmt::format("{}-{}", topic, partition.value);
}

std::optional<PartitionDirectory> parse_partition_directory(std::string_view name) {
  PartitionDirectory directory;
  if (const auto state = state_of(name)) {
    // "<topic>-<partition>.<unique>-delete": the unique part is after the last dot, which a topic may contain too.
    const auto dot = name.rfind('.');
    if (dot != std::string_view::npos && name.substr(dot + 1).size() > kDeleteDirSuffix.size() - 1) {
      directory.state = *state;
      name = name.substr(0, dot);
    }
  }
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto partition = parse_decimal<std::int32_t>(name.substr(dash + 1));
  if (!partition || *partition < 0) return std::nullopt;
  directory.topic = name.substr(0, dash);
  directory.partition = PartitionId{*partition};
  return directory;
}

std::string unique_directory_name(std::string_view topic, PartitionId partition, std::string_view suffix) {
  const Uuid id = Uuid::random();
  const std::string ending =
      fmt::format("-{}.{:016x}{:016x}{}", partition.value, load_big_endian<std::uint64_t>(id.bytes.data()),
                  load_big_endian<std::uint64_t>(id.bytes.data() + 8), suffix);
  return std::string(topic.substr(0, kNameBytesMax - ending.size())) + ending;
}

}  // namespace muir::storage
