#include "server/handlers/broker_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "server/config/config_text.h"
#include "server/config/dynamic_config.h"
#include "server/config/key_table.h"
#include "server/config/reconfiguration.h"
#include "server/handlers/effective_config.h"
#include "server/handlers/request_context.h"
#include "server/handlers/services.h"
#include "server/metadata/metadata_image.h"
#include "server/runtime/pool.h"
#include "server/tls/current_tls.h"

namespace muir::server {
namespace {

using wire::ErrorCode;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

// What a list holds before it is edited: what is set, else its default.
std::vector<std::string> entries_of(const ConfigKey& key, const ConfigMap& settings) {
  const auto at = settings.find(key.name);
  const bool has_default = key.has_default() && key.default_text.data() != nullptr;
  const std::string_view text = at != settings.end() ? std::string_view(at->second)
                                : has_default        ? key.default_text
                                                     : std::string_view{};
  return text.empty() ? std::vector<std::string>{} : split(text);
}

std::string edited(std::vector<std::string> entries, const ConfigOperations::One& what) {
  const std::vector<std::string> before = entries;
  for (const std::string& value : split(what.value.value_or(""))) {
    if (what.operation == ConfigOperation::SUBTRACT) {
      const auto at = std::ranges::find(entries, value);
      if (at != entries.end()) entries.erase(at);
    } else if (std::ranges::find(before, value) == before.end()) {
      entries.push_back(value);
    }
  }
  return join(entries, ",");
}

std::optional<ApiError> edit_list(const std::string& name, const ConfigOperations::One& what, ConfigMap& settings) {
  const ConfigKey* key = find_broker_key(name);
  if (key == nullptr) return ApiError(ErrorCode::INVALID_CONFIG, "Unknown config name: " + name);
  if (key->type != ConfigType::LIST) {
    return ApiError(ErrorCode::INVALID_CONFIG,
                    fmt::format("Config value {} is not allowed for config key: {}",
                                what.operation == ConfigOperation::APPEND ? "append" : "subtract", name));
  }
  settings[name] = edited(entries_of(*key, settings), what);
  return std::nullopt;
}

// Changes `settings` as the operations say.
std::optional<ApiError> carry_out(const ConfigOperations& operations, ConfigMap& settings) {
  for (const auto& [name, what] : operations.all()) {
    switch (what.operation) {
      case ConfigOperation::SET:
        settings[name] = what.value.value_or("");
        break;
      case ConfigOperation::DELETE:
        settings.erase(name);
        break;
      case ConfigOperation::APPEND:
      case ConfigOperation::SUBTRACT:
        if (auto problem = edit_list(name, what, settings)) return problem;
        break;
    }
  }
  return std::nullopt;
}

}  // namespace

BrokerCheck check_broker_settings(RequestContext& ctx, bool replaces, std::optional<BrokerConfig>& wanted) {
  return [&ctx, replaces, &wanted](const ConfigResource& resource,
                                   const ConfigOperations& operations) -> std::optional<ApiError> {
    const bool is_for_this_broker = !resource.name.empty();
    std::vector<std::string> ignored;  // Said when they were stored.
    ConfigMap settings;
    if (!replaces) settings = keep_what_is_allowed(ctx.image().configs.of(resource), is_for_this_broker, ignored);
    if (auto problem = carry_out(operations, settings)) return problem;
    const BrokerConfig current = effective_config(ctx);
    const auto judged = validate_broker_configs(current, settings, is_for_this_broker);
    if (!judged) return ApiError(ErrorCode::INVALID_REQUEST, judged.error().message);
    auto next = current.would_be(current.cluster_defaults(), std::move(settings));
    if (is_for_this_broker && next) wanted = std::move(*next);
    return std::nullopt;
  };
}

Task<std::optional<ApiError>> check_tls(RequestContext& ctx, BrokerConfig wanted) {
  const Services& services = ctx.services();
  const auto current = services.tls.get();
  if (current->is_empty() || services.pool == nullptr) co_return std::nullopt;
  const auto fits = co_await services.pool->run([&]() -> ConfigResult<> {
    const auto next = ListenerTls::reload(wanted, *current, services.clock);
    if (!next) return refuse_stores("org.apache.kafka.common.KafkaException", next.error());
    const auto successor = next->check_successor_of(*current);
    if (!successor) return refuse_stores("org.apache.kafka.common.config.ConfigException", successor.error());
    return {};
  });
  if (fits) co_return std::nullopt;
  co_return ApiError(ErrorCode::INVALID_REQUEST, fits.error().message);
}

}  // namespace muir::server
