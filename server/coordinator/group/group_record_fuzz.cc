// Any bytes as the records of __consumer_offsets: they are read or refused, and whatever group they make can be loaded,
// described, written again, and lose its members to their time-outs.
#include <cstdlib>

#include "server/coordinator/group/group_machine.h"

namespace {

using namespace muir;
using namespace muir::server;

// Takes a length byte and as many bytes as there are.
ByteView take(ByteView& input) {
  if (input.empty()) return {};
  const auto size = std::min(std::to_integer<std::size_t>(input[0]), input.size() - 1);
  const ByteView taken = input.subspan(1, size);
  input = input.subspan(1 + size);
  return taken;
}

void replay_again(GroupMachine& machine, const CoordinatorRecord& record) {
  ReplayedRecord replayed{Offset(0), kNoProducerId, record.key, std::nullopt};
  if (record.value) replayed.value = ByteView(*record.value);
  if (!machine.replay(replayed, true)) std::abort();  // What it writes it must be able to read.
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView input(reinterpret_cast<const std::byte*>(data), size);
  GroupSettings settings;
  settings.group_max_size = 3;
  GroupMachine machine(settings, [] { return Uuid(); });
  for (std::int64_t offset = 0; !input.empty(); ++offset) {
    const auto flags = std::to_integer<unsigned>(input[0]);
    input = input.subspan(1);
    const ProducerId producer = flags % 4 == 1 ? ProducerId(1) : kNoProducerId;
    const ByteView key = take(input);
    ReplayedRecord record{Offset(offset), producer, key, std::nullopt};
    if (flags % 8 < 6) record.value = take(input);
    static_cast<void>(machine.replay(record, false));
    if (flags % 16 == 7) machine.replay_end_of_transaction(ProducerId(1), flags > 127);
  }
  Moment now{Instant{std::chrono::hours{1}}, 1'700'000'000'000};
  Effects effects;
  machine.loaded(now, effects);
  for (const auto& listing : machine.list()) {
    if (!machine.describe(listing.group_id)) std::abort();
    const ClassicGroup* group = machine.groups().find(listing.group_id);
    effects.records.push_back(group->to_record(group->assignments()));
    OffsetFetchCommand all;
    all.group_id = listing.group_id;
    static_cast<void>(machine.fetch_offsets(all));
  }
  for (int ticks = 0; ticks < 100 && machine.next_deadline(); ++ticks) {
    now.instant = std::max(now.instant, *machine.next_deadline());
    now.wall_ms += 86'400'000;
    machine.tick(now, effects);
  }
  for (const auto& record : effects.records) replay_again(machine, record);
  Effects last;
  machine.unloaded(last);
  return 0;
}
