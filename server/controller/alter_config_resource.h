#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/controller/decide_context.h"
#include "server/controller/record_batch.h"
#include "server/metadata/config_resource.h"

// Changing the dynamic settings of one resource: the rules, whichever API asks.
namespace muir::server {

// What an IncrementalAlterConfigs request does to a key (KIP-339); the numbers are the protocol's.
enum class ConfigOperation : std::int8_t { SET = 0, DELETE = 1, APPEND = 2, SUBTRACT = 3 };

// What to do to each key of a resource.  A key that is named twice counts as the second time.
class ConfigOperations {
 public:
  struct One {
    ConfigOperation operation = ConfigOperation::SET;
    std::optional<std::string> value;
  };

  void set(std::string_view key, One what) {
    const auto at = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == key; });
    if (at == all_.end()) {
      all_.emplace_back(key, std::move(what));
    } else {
      at->second = std::move(what);
    }
  }
  const One* find(std::string_view key) const {
    const auto at = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one.first == key; });
    return at == all_.end() ? nullptr : &at->second;
  }
  bool empty() const { return all_.empty(); }
  const std::vector<std::pair<std::string, One>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, One>> all_;
};

enum class ConfigTarget : std::uint8_t { existing_resource, new_resource };

// Values that one resource is to have; none deletes the key.
struct ConfigChange {
  ConfigResource resource;
  std::vector<std::pair<std::string, std::optional<std::string>>> values;
};

// A change that may be made, or why it may not.
struct ConfigOutcome {
  ApiError error;
  ConfigChange change;
};

// What the operations come to.  One key that is refused refuses them all.
ConfigOutcome alter_config_resource(const DecideContext& context, const ConfigResource& resource,
                                    const ConfigOperations& operations, ConfigTarget target);

// The same for AlterConfigs, which names the whole of what shall be: every other key is deleted.
ConfigOutcome replace_config_resource(const DecideContext& context, const ConfigResource& resource,
                                      const ConfigOperations& wanted);

// The change as Config records.
void write_config_records(const ConfigChange& change, RecordBatch& records);

// A ClearElr record if the change touches min.insync.replicas: who was eligible under the old setting need not have
// what is committed under the new one (KIP-966).
void write_clear_elr_records(const DecideContext& context, const ConfigChange& change, RecordBatch& records);

}  // namespace muir::server
