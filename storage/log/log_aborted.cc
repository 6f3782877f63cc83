// Which aborted transactions a reader must leave out.
#include "storage/log/log.h"

namespace muir::storage {
namespace {

// From one segment to the next, until an entry says that nothing older was open then.
Task<Result<std::vector<AbortedTxn>>> collect(std::vector<std::shared_ptr<Segment>> segments, Offset from,
                                              Offset upper) {
  std::vector<AbortedTxn> all;
  for (const auto& segment : segments) {
    const auto search = co_await segment->transaction_index().collect(from, upper);
    if (!search) co_return search.error();
    all.insert(all.end(), search->txns.begin(), search->txns.end());
    if (search->is_complete) break;
  }
  co_return all;
}

}  // namespace

Task<Result<std::vector<AbortedTxn>>> Log::aborted_transactions(Offset from, Offset upper) {
  const std::size_t floor = segments_.floor(from);
  const auto first = segments_.begin() + static_cast<std::ptrdiff_t>(floor == SegmentList::kNone ? 0 : floor);
  const auto all = co_await collect({first, segments_.end()}, from, upper);
  co_return all;
}

Io<std::vector<AbortedTxn>> Log::aborted_transactions_in(const LogSlice& slice, Offset from) {
  if (slice.segment == kNoOffset) return std::vector<AbortedTxn>{};
  bool any = false;
  for (std::size_t i = segments_.size(); i-- > 0 && segments_[i]->base_offset() >= slice.segment;)
    any |= segments_[i]->transaction_index().reaches(from);
  if (!any) return std::vector<AbortedTxn>{};
  return collect_aborted_in(slice, from);
}

Task<Result<std::vector<AbortedTxn>>> Log::collect_aborted_in(LogSlice slice, Offset from) {
  const std::size_t floor = segments_.floor(slice.segment);
  if (floor == SegmentList::kNone) co_return std::vector<AbortedTxn>{};
  const std::vector<std::shared_ptr<Segment>> segments(segments_.begin() + static_cast<std::ptrdiff_t>(floor),
                                                       segments_.end());
  Offset upper = segments.size() > 1 ? segments[1]->base_offset() : log_end_offset_;
  const auto bound = co_await segments[0]->indexed_offset_from(slice.bytes.position + slice.bytes.size_bytes);
  if (!bound) co_return bound.error();
  if (*bound) upper = **bound;
  const auto all = co_await collect(segments, from, upper);
  co_return all;
}

}  // namespace muir::storage
