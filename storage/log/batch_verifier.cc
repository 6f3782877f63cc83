#include "storage/log/batch_verifier.h"

namespace muir::storage {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

// Where the offsets of the batches before `position` end; the segment's base offset when it cannot be told.
Task<Result<Offset>> end_before(FilePtr file, BatchRange range, std::uint32_t position) {
  BatchScanner scanner(file, 0, position, BatchScanner::kLookupChunkBytes);
  Offset end = range.segment_base_offset;
  for (;;) {
    const auto batch = co_await scanner.next();
    if (!batch && is_damage(batch.error())) co_return range.segment_base_offset;
    if (!batch) co_return batch.error();
    if (!*batch) co_return end;
    end = (*batch)->header.last_offset() + 1;
  }
}

}  // namespace

Task<Result<Verdict>> verify_batches(FilePtr file, BatchRange range) {
  BatchScanner scanner(file, range.begin, range.file_end, kChunkBytes);
  Verdict verdict{range.begin, false, kNoOffset};
  std::optional<ScannedBatch> last;  // Its own bytes are right; whether its offsets are, the next one shows.
  std::optional<Offset> end_before_last;
  for (;;) {
    const bool is_beyond = scanner.position() >= range.end;
    std::optional<ScannedBatch> next;
    if (scanner.position() < range.file_end) {
      const auto batch = co_await scanner.next();
      if (!batch && !is_damage(batch.error())) co_return batch.error();
      if (batch && *batch) next = **batch;
    }
    const Offset next_base = next ? next->header.base_offset : range.segment_end_offset;
    const bool is_torn = !next && scanner.position() < range.file_end;
    if (last && !is_torn && next_base <= last->header.last_offset()) {
      if (!end_before_last) {
        const auto end = co_await end_before(file, range, last->position);
        if (!end) co_return end.error();
        end_before_last = *end;
      }
      verdict.bad_offset = next_base;
      if (last->header.base_offset == *end_before_last) verdict.good_end = last->end_position();
      if (last->header.base_offset != *end_before_last) verdict.bad_offset = last->header.base_offset;
      verdict.is_whole = verdict.good_end >= range.end;
      co_return verdict;
    }
    if (last) verdict.good_end = last->end_position();
    verdict.is_whole = verdict.good_end >= range.end;
    if (is_beyond || verdict.is_whole) co_return verdict;
    if (!next) co_return verdict;
    verdict.bad_offset = next->header.base_offset;
    if (next->header.last_offset() < next->header.base_offset) co_return verdict;
    const auto intact = co_await scanner.check_crc();
    if (!intact && !is_damage(intact.error())) co_return intact.error();
    if (!intact) co_return verdict;
    verdict.bad_offset = kNoOffset;
    if (last) end_before_last = last->header.last_offset() + 1;
    last = next;
  }
}

}  // namespace muir::storage
