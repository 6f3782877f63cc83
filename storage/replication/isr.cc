#include "storage/replication/isr.h"

#include <algorithm>

namespace muir::storage {

bool Isr::contains(NodeId broker) const { return std::ranges::find(committed_, broker) != committed_.end(); }

}  // namespace muir::storage
