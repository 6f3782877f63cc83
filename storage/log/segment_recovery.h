#pragma once

#include "storage/log/leader_epochs.h"
#include "storage/log/producer_state.h"
#include "storage/log/segment.h"

namespace muir::storage {

// Walks every batch of a segment that may be torn: checks structure and CRC, cuts the file where the first is wrong,
// rebuilds the indexes, and notes leader epochs that `epochs` does not know yet.  `producers` is the state of the
// batches before the segment, and afterwards that of those in it too: it tells where an aborted transaction began.
// Returns how many bytes were cut.
// Fails with corrupt_segment when something would have to be cut and may not be; otherwise with what the disk said.
Task<Result<std::uint32_t>> recover_segment(Segment& segment, LeaderEpochs& epochs, ProducerState& producers,
                                            bool may_cut = true);

// Notes the epochs of all batches that can be walked, without looking at anything else.
Task<Result<void>> note_epochs(Segment& segment, LeaderEpochs& epochs);

}  // namespace muir::storage
