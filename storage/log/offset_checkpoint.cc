#include "storage/log/offset_checkpoint.h"

#include "storage/log/checkpoint_file.h"

namespace muir::storage {

Result<OffsetCheckpoint> parse_offset_checkpoint(std::string_view text) {
  const auto lines = parse_checkpoint(text);
  if (!lines) return lines.error();
  OffsetCheckpoint checkpoint;
  for (const std::string_view line : *lines) {
    const auto fields = split_fields(line);
    if (fields.size() != 3) return Errc::malformed_file;
    const auto partition = parse_decimal<std::int32_t>(fields[1]);
    const auto offset = parse_decimal<std::int64_t>(fields[2]);
    if (!partition || !offset) return Errc::malformed_file;
    checkpoint[{std::string(fields[0]), PartitionId{*partition}}] = Offset{*offset};
  }
  return checkpoint;
}

std::string format_offset_checkpoint(const OffsetCheckpoint& checkpoint) {
  std::vector<std::string> lines;
  lines.reserve(checkpoint.size());
  for (const auto& [name, offset] : checkpoint)
    lines.push_back(name.topic + " " + std::to_string(name.partition.value) + " " + std::to_string(offset.value));
  return format_checkpoint(lines);
}

Task<Result<OffsetCheckpoint>> read_offset_checkpoint(Disk& disk, std::string log_dir, std::string_view name) {
  const std::string path = log_dir + "/" + std::string(name);
  const auto text = co_await read_text(disk, path);
  if (!text) co_return text.error();
  co_return parse_offset_checkpoint(*text);
}

Task<Result<void>> write_offset_checkpoint(Disk& disk, std::string log_dir, std::string_view name,
                                           OffsetCheckpoint checkpoint) {
  const std::string path = log_dir + "/" + std::string(name);
  const std::string text = format_offset_checkpoint(checkpoint);
  const auto written = co_await write_text(disk, path, text);
  co_return written;
}

}  // namespace muir::storage
