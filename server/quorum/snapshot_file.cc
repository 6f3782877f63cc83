#include "server/quorum/snapshot_file.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "server/quorum/errc.h"
#include "wire/record/batch.h"

namespace muir::server {
namespace {

constexpr std::string_view kSuffix = ".checkpoint";
constexpr std::string_view kPartialSuffix = ".checkpoint.part";
constexpr std::string_view kDeletedSuffix = ".checkpoint.deleted";
constexpr std::size_t kOffsetDigits = 20;
constexpr std::size_t kEpochDigits = 10;

template <class Int>
std::optional<Int> digits(std::string_view text) {
  Int value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::string base_name(storage::OffsetAndEpoch id) {
  return fmt::format("{:020}-{:010}", id.offset.value, id.epoch.value);
}

}  // namespace

std::optional<SnapshotName> parse_snapshot_name(std::string_view name) {
  SnapshotName found;
  if (name.ends_with(kPartialSuffix))
    found.state = SnapshotName::State::partial;
  else if (name.ends_with(kDeletedSuffix))
    found.state = SnapshotName::State::deleted;
  else if (!name.ends_with(kSuffix))
    return std::nullopt;
  if (name.size() < kOffsetDigits + 1 + kEpochDigits || name[kOffsetDigits] != '-') return std::nullopt;
  const auto offset = digits<std::int64_t>(name.substr(0, kOffsetDigits));
  const auto epoch = digits<std::int32_t>(name.substr(kOffsetDigits + 1, kEpochDigits));
  if (!offset || !epoch) return std::nullopt;
  // A partial one has something random between its id and its suffix.
  if (found.state == SnapshotName::State::complete && name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size())
    return std::nullopt;
  found.id = {Offset{*offset}, Epoch{*epoch}};
  return found;
}

std::string snapshot_file_name(storage::OffsetAndEpoch id) { return base_name(id).append(kSuffix); }

std::string deleted_snapshot_file_name(storage::OffsetAndEpoch id) { return base_name(id).append(kDeletedSuffix); }

Result<std::vector<OwnedBytes>> build_snapshot(const Snapshot& snapshot, storage::OffsetAndEpoch id,
                                               std::int64_t timestamp_ms) {
  std::vector<OwnedBytes> batches;
  std::vector<ControlRecord> opening{snapshot_header_record(snapshot.last_contained_timestamp_ms)};
  if (snapshot.kraft_version.value_or(0) > 0) {
    opening.push_back(kraft_version_record(*snapshot.kraft_version));
    if (snapshot.voters) opening.push_back(kraft_voters_record(*snapshot.voters));
  }
  auto header = build_control_batch(Offset{0}, id.epoch, timestamp_ms, opening);
  if (!header) return header.error();
  batches.push_back(std::move(*header));
  Offset next{static_cast<std::int64_t>(opening.size())};

  std::vector<ByteView> records(snapshot.records.begin(), snapshot.records.end());
  for (std::span<const ByteView> rest = records; !rest.empty();) {
    const std::size_t count = count_that_fits(rest);
    if (count == 0) return QuorumErrc::batch_too_large;
    auto batch = build_batch(next, id.epoch, timestamp_ms, rest.first(count));
    if (!batch) return batch.error();
    batches.push_back(std::move(*batch));
    next = next + static_cast<std::int64_t>(count);
    rest = rest.subspan(count);
  }

  const std::vector<ControlRecord> closing{snapshot_footer_record()};
  auto footer = build_control_batch(next, id.epoch, timestamp_ms, closing);
  if (!footer) return footer.error();
  batches.push_back(std::move(*footer));
  return batches;
}

Result<> SnapshotParser::add(const ReadBatch& batch) {
  if (has_footer_) return QuorumErrc::malformed_snapshot;  // Nothing may follow it.
  if (!batch.is_control && !has_header_) return QuorumErrc::malformed_snapshot;
  for (const ReadBatch::Control& control : batch.controls) {
    if (!has_header_ && control.type != ControlType::snapshot_header) return QuorumErrc::malformed_snapshot;
    if (control.type == ControlType::snapshot_header) {
      const auto timestamp = read_snapshot_header(control.value);
      if (!timestamp || has_header_) return QuorumErrc::malformed_snapshot;
      has_header_ = true;
      snapshot_.last_contained_timestamp_ms = *timestamp;
    } else if (control.type == ControlType::snapshot_footer) {
      has_footer_ = true;
    } else if (control.type == ControlType::kraft_version) {
      const auto version = read_kraft_version(control.value);
      if (!version) return version.error();
      snapshot_.kraft_version = *version;
    } else if (control.type == ControlType::kraft_voters) {
      auto voters = read_kraft_voters(control.value);
      if (!voters) return voters.error();
      snapshot_.voters = std::move(*voters);
    }
  }
  for (const ByteView record : batch.records) snapshot_.records.emplace_back(record.begin(), record.end());
  return ok();
}

Result<Snapshot> SnapshotParser::finish() {
  if (!has_header_ || !has_footer_) return QuorumErrc::malformed_snapshot;
  return std::move(snapshot_);
}

Result<Snapshot> parse_snapshot(ByteView bytes) {
  SnapshotParser parser;
  while (!bytes.empty()) {
    const auto batch = read_batch(bytes);
    if (!batch) return QuorumErrc::malformed_snapshot;
    if (const auto added = parser.add(*batch); !added) return added.error();
    bytes = bytes.subspan(batch->size_bytes);
  }
  return parser.finish();
}

Task<Result<void>> write_snapshot_file(storage::Disk& disk, std::string directory, std::string name,
                                       std::vector<OwnedBytes> batches) {
  const std::string final_path = directory + "/" + name;
  const std::string partial = final_path + ".part";
  const auto file = co_await disk.open(partial, storage::OpenMode::replace);
  if (!file) co_return file.error();
  std::uint64_t position = 0;
  for (const OwnedBytes& batch : batches) {
    const ByteView parts[] = {batch};
    const auto written = co_await (*file)->write(position, parts);
    if (!written) {
      static_cast<void>(
          co_await disk.remove(partial));  // It may be what fills the disk; the next start removes it too.
      co_return written.error();
    }
    position += batch.size();
  }
  const auto synced = co_await (*file)->sync_data();
  if (!synced) co_return synced.error();
  const auto renamed = co_await disk.rename(partial, final_path);
  if (!renamed) co_return renamed.error();
  co_return co_await disk.sync_directory(directory);
}

Task<Result<Snapshot>> read_snapshot_file(storage::Disk& disk, std::string path) {
  const auto file = co_await disk.open(path, storage::OpenMode::read);
  if (!file) co_return file.error();
  const auto size = co_await (*file)->size();
  if (!size) co_return size.error();
  if (*size > kSnapshotBytesMax) co_return QuorumErrc::malformed_snapshot;

  SnapshotParser parser;
  OwnedBytes buffer;
  for (std::uint64_t position = 0; position < *size;) {
    buffer.resize(std::min<std::uint64_t>(wire::kBatchFrameBytes, *size - position));
    const auto head = co_await (*file)->read(position, buffer);
    if (!head) co_return head.error();
    // One batch may be somewhat larger than we would write it.
    const auto frame = wire::BatchFrame::read(buffer, 2 * kMetadataBatchBytesMax);
    if (!frame || *size - position < frame->size_bytes) co_return QuorumErrc::malformed_snapshot;
    buffer.resize(frame->size_bytes);
    const auto read = co_await (*file)->read(position, buffer);
    if (!read) co_return read.error();
    const auto batch = read_batch(buffer);
    if (!batch) co_return QuorumErrc::malformed_snapshot;
    const auto added = parser.add(*batch);
    if (!added) co_return added.error();
    position += frame->size_bytes;
  }
  co_return parser.finish();
}

}  // namespace muir::server
