#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace muir::server {

// What a client may have only so much of.
enum class QuotaType : std::uint8_t {
  produce,              // Bytes of Produce requests a second.
  fetch,                // Bytes of Fetch responses a second.
  request,              // Per cent of one thread's time.
  controller_mutation,  // Partitions created and deleted a second (KIP-599).
};

inline constexpr std::size_t kQuotaTypes = 4;
inline constexpr std::array kAllQuotaTypes{QuotaType::produce, QuotaType::fetch, QuotaType::request,
                                           QuotaType::controller_mutation};

// As Kafka's metrics spell it: "Produce", "ControllerMutation".
std::string_view name(QuotaType type);

// The metric that is held against the quota: "byte-rate", "request-time", "tokens".
std::string_view metric_name(QuotaType type);

// Which type a key of a ClientQuotaRecord sets, such as "producer_byte_rate"; none for a key that is not for users and
// client ids.
std::optional<QuotaType> quota_type_of(std::string_view key);

// How the past is looked at: `quota.window.num` samples of `quota.window.size.seconds` each.
struct QuotaWindows {
  int samples = 11;
  std::int64_t window_ms = 1000;

  std::int64_t whole_ms() const { return samples * window_ms; }
};

}  // namespace muir::server
