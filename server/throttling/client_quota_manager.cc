#include "server/throttling/client_quota_manager.h"

#include <algorithm>
#include <unordered_map>

#include "server/runtime/host_lookup.h"
#include "server/runtime/log.h"
#include "server/runtime/pool.h"

namespace muir::server {
namespace {

constexpr std::string_view kConnectionRate = "connection_creation_rate";

// A share that no connection holds is kept for so long: a client that comes back all the time must not get a new lease
// each time.
constexpr std::chrono::seconds kShareKept{60};

QuotaName name_of(const ClientQuotaEntity& entity, const std::string& type) {
  const auto found = entity.find(type);
  if (found == entity.end()) return {};
  return found->second ? QuotaName::given(*found->second) : QuotaName::any();
}

QuotaLimits limits_of(const ClientQuotasImage& image) {
  QuotaLimits limits;
  for (const auto& [entity, quotas] : image.all()) {
    if (entity.contains("ip")) continue;
    for (const auto& [key, bound] : *quotas) {
      const auto type = quota_type_of(key);
      if (type) limits.set(*type, name_of(entity, "user"), name_of(entity, "client-id"), bound);
    }
  }
  return limits;
}

}  // namespace

// What one shard has of it.
struct ClientQuotaManager::ShardQuotas {
  explicit ShardQuotas(QuotaWindows windows) : sensors(windows) {}

  QuotaSensors sensors;  // Of the entities that are at home here.
  LimitsPtr limits;      // Null: nothing is limited.
  std::uint64_t version = 0;
  // Of those that connections of this shard have had to do with lately; QuotaSensors::kEntitiesMax at most.
  std::unordered_map<QuotaEntity, std::shared_ptr<QuotaShare>> shares;
  std::size_t shares_looked_at = 64;

  void forget_unused(Instant now) {
    std::erase_if(shares, [now](const auto& item) {
      return item.second.use_count() == 1 && now - item.second->last_used() >= kShareKept;
    });
    shares_looked_at = 2 * shares.size() + 64;
  }
};

ClientQuotaManager::ClientQuotaManager(std::vector<Shard*> shards, Pool& pool, Settings settings,
                                       ApplyIpRates apply_ip_rates)
    : shards_(std::move(shards)),
      pool_(pool),
      apply_ip_rates_(std::move(apply_ip_rates)),
      mutation_sensors_(settings.controller) {
  for (std::size_t i = 0; i < shards_.size(); ++i) parts_.push_back(std::make_unique<ShardQuotas>(settings.client));
}

ClientQuotaManager::~ClientQuotaManager() = default;

Task<void> ClientQuotaManager::apply(MetadataImagePtr image, const MetadataChanges& changes) {
  if (!changes.is_snapshot && !changes.client_quotas) co_return;
  const ClientQuotasImage& quotas = image->client_quotas;
  if (version_ == 0 && quotas.all().empty()) co_return;  // There never were any.
  ++version_;
  auto limits = std::make_shared<const QuotaLimits>(limits_of(quotas));
  const bool limits_any = std::ranges::any_of(kAllQuotaTypes, [&](QuotaType type) { return limits->has_any(type); });
  if (!limits_any) limits = nullptr;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const auto use_there = [this, i, &limits] { return use(*parts_[i], limits, version_); };
    co_await call(*shards_[i], use_there);
  }
  co_await apply_ip_rates(*image);
  log_info("Client quotas changed", field("entities", quotas.all().size()));
}

Task<void> ClientQuotaManager::use(ShardQuotas& on_shard, LimitsPtr limits, std::uint64_t version) {
  on_shard.limits = std::move(limits);
  on_shard.version = version;
  co_return;
}

ClientThrottle* ClientQuotaManager::attend(std::shared_ptr<ClientThrottle>& cached, std::string_view user,
                                           std::string_view client_id) {
  ShardQuotas& on_shard = *parts_[Shard::current()->id().value];
  if (!cached) {
    if (on_shard.limits == nullptr) return nullptr;
    cached = std::make_shared<ClientThrottle>();
  }
  if (!cached->is_of(on_shard.version, user, client_id)) {
    cached->version_ = on_shard.version;
    cached->user_ = user;
    cached->client_id_ = client_id;
    resolve(on_shard, *cached);
  }
  return on_shard.limits == nullptr ? nullptr : cached.get();
}

void ClientQuotaManager::resolve(ShardQuotas& on_shard, ClientThrottle& throttle) const {
  const QuotaLimits none;
  const QuotaLimits& limits = on_shard.limits == nullptr ? none : *on_shard.limits;
  for (const QuotaType type : kAllQuotaTypes) {
    auto limit = limits.resolve(type, throttle.user_, throttle.client_id_);
    if (type == QuotaType::controller_mutation) {
      throttle.mutations_ = std::move(limit);
      continue;
    }
    ClientThrottle::Part part;
    if (limit) part = {share(on_shard, limit->entity), limit->bound};
    throttle.parts_[static_cast<std::size_t>(type)] = std::move(part);
  }
}

std::shared_ptr<QuotaShare> ClientQuotaManager::share(ShardQuotas& on_shard, const QuotaEntity& entity) const {
  const auto found = on_shard.shares.find(entity);
  if (found != on_shard.shares.end()) return found->second;
  if (on_shard.shares.size() >= on_shard.shares_looked_at) on_shard.forget_unused(Shard::current()->clock().now());
  const bool has_room = on_shard.shares.size() < QuotaSensors::kEntitiesMax;
  const QuotaEntity whose = has_room ? entity : QuotaSensors::overflow_of(entity.type);
  const std::size_t home = std::hash<QuotaEntity>{}(whose) % shards_.size();
  auto& share = on_shard.shares[whose];
  if (!share)
    share = std::make_shared<QuotaShare>(whose, *shards_[home], parts_[home]->sensors,
                                         std::max<std::size_t>(1, shards_.size() - 1));
  return share;
}

Task<std::string> ClientQuotaManager::address_of_host(std::string host) const {
  if (is_numeric_host(host)) co_return address_of(host);
  const auto look_up = [&host] { return address_of(host); };
  co_return co_await pool_.run(look_up);
}

// A name that was an address of a host when the quota was set, and is none now, limits nobody.
Task<void> ClientQuotaManager::apply_ip_rates(const MetadataImage& image) {
  IpConnectionRates rates;
  for (const auto& [entity, quotas] : image.client_quotas.all()) {
    const auto ip = entity.find("ip");
    const auto rate = quotas->find(kConnectionRate);
    if (ip == entity.end() || rate == quotas->end()) continue;
    const auto bound = static_cast<std::int32_t>(rate->second);
    if (!ip->second) {
      rates.of_any = bound;
      continue;
    }
    const auto address = co_await address_of_host(*ip->second);
    if (address.empty()) {
      log_warn("A quota of connections is for a host that is not known", field("host", *ip->second));
    } else {
      rates.of_ip[address] = bound;
    }
  }
  if (rates == ip_rates_) co_return;
  ip_rates_ = rates;
  apply_ip_rates_(std::move(rates));
}

}  // namespace muir::server
