#include "server/throttling/client_quota_manager.h"

#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "server/runtime/pool.h"

namespace muir::server {
namespace {

using std::chrono::milliseconds;

// Three shards on this thread, turn by turn, and clients on each of them.
class QuotasOnShards : public testing::Test {
 protected:
  static constexpr std::size_t kShards = 3;

  QuotasOnShards() {
    for (std::size_t i = 0; i < kShards; ++i) {
      shards.push_back(std::make_unique<Shard>(ShardId{static_cast<std::uint32_t>(i)}, "by hand", clock));
      all.push_back(shards.back().get());
    }
    manager.emplace(all, pool, ClientQuotaManager::Settings{},
                    [this](IpConnectionRates rates) { ip_rates = std::move(rates); });
  }

  // Runs `work` as a task of one shard, and all shards until it has ended.
  void on(std::size_t shard, const std::function<Task<void>()>& work) {
    struct Start final : Message {
      std::function<void()> begin;
      void run() override { begin(); }
    } start;
    bool has_ended = false;
    start.begin = [&] { all[shard]->tasks().spawn("test", drive(work, has_ended)); };
    all[shard]->send(start);
    for (int i = 0; i < 1000 && !has_ended; ++i) {
      for (Shard* one : all) one->run_turn();
    }
    ASSERT_TRUE(has_ended);
  }

  static Task<void> drive(const std::function<Task<void>()>& work, bool& has_ended) {
    co_await work();
    has_ended = true;
  }

  void set(std::vector<std::pair<std::string_view, std::optional<std::string_view>>> entity, std::string_view key,
           std::optional<double> value) {
    wire::ClientQuotaRecord record;
    for (const auto& [type, name] : entity) {
      auto& part = record.entity.emplace_back();
      part.entity_type = type;
      part.entity_name = name;
    }
    record.key = key;
    record.remove = !value;
    record.value = value.value_or(0);
    MetadataChanges changes;
    ASSERT_TRUE(image->client_quotas.apply(record, changes));
    publish(changes);
  }

  void publish(const MetadataChanges& changes) {
    const auto published = std::make_shared<const MetadataImage>(*image);
    on(0, [&] { return manager->apply(published, changes); });
  }

  // A client's connection on one shard produces so many bytes; how long it is held up.
  struct Client {
    std::size_t shard;
    std::string user;
    std::string client_id;
    std::shared_ptr<ClientThrottle> throttle;
  };

  std::int64_t produce(Client& client, double bytes) {
    std::int64_t throttle_ms = 0;
    on(client.shard, [&] { return produce_there(client, bytes, throttle_ms); });
    return throttle_ms;
  }

  Task<void> produce_there(Client& client, double bytes, std::int64_t& throttle_ms) {
    ClientThrottle* throttle = manager->attend(client.throttle, client.user, client.client_id);
    if (throttle != nullptr && throttle->produce()) throttle_ms = co_await throttle->produce().record(bytes);
  }

  ManualClock clock;
  Pool pool{1};
  std::vector<std::unique_ptr<Shard>> shards;
  std::vector<Shard*> all;
  std::shared_ptr<MetadataImage> image = std::make_shared<MetadataImage>();
  IpConnectionRates ip_rates;
  std::optional<ClientQuotaManager> manager;
};

TEST_F(QuotasOnShards, LimitNobodyWhileThereAreNone) {
  Client client{0, "u", "c", {}};
  EXPECT_EQ(produce(client, 1e12), 0);
  EXPECT_EQ(client.throttle, nullptr);
}

TEST_F(QuotasOnShards, AreSharedByAllConnectionsOfAnEntity) {
  set({{"user", "u"}}, "producer_byte_rate", 1000);
  Client clients[] = {{0, "u", "a", {}}, {1, "u", "b", {}}, {2, "u", "c", {}}, {1, "u", "d", {}}};
  for (int round = 0; round < 2; ++round) {
    for (Client& client : clients) EXPECT_EQ(produce(client, 1200), 0);
  }
  // 9,600 of the 10,000 that the windows hold; wherever the next comes from.
  EXPECT_EQ(produce(clients[0], 300), 0);
  for (Client& client : clients) EXPECT_GT(produce(client, 500), 0) << client.client_id;
}

TEST_F(QuotasOnShards, OfOthersAreOthers) {
  set({{"user", std::nullopt}}, "producer_byte_rate", 1000);
  Client greedy{0, "greedy", "c", {}};
  Client modest{0, "modest", "c", {}};
  EXPECT_GT(produce(greedy, 20'000), 0);
  EXPECT_EQ(produce(modest, 5'000), 0);
}

TEST_F(QuotasOnShards, ChangeForConnectionsThatAreThere) {
  Client client{1, "u", "c", {}};
  set({{"client-id", "c"}}, "producer_byte_rate", 1e9);
  EXPECT_EQ(produce(client, 20'000), 0);
  set({{"client-id", "c"}}, "producer_byte_rate", 1000);
  EXPECT_GT(produce(client, 20'000), 0);
  set({{"client-id", "c"}}, "producer_byte_rate", std::nullopt);
  EXPECT_EQ(produce(client, 1e9), 0);
}

TEST_F(QuotasOnShards, CountForTheUserAndTheClientIdOfTheRequest) {
  set({{"client-id", "slow"}}, "producer_byte_rate", 1000);
  Client client{2, "u", "fast", {}};
  EXPECT_EQ(produce(client, 1e6), 0);
  client.client_id = "slow";
  EXPECT_GT(produce(client, 1e6), 0);
}

TEST_F(QuotasOnShards, AreThereAfterASnapshot) {
  MetadataChanges record_only;
  wire::ClientQuotaRecord record;
  record.entity.emplace_back().entity_type = "user";
  record.entity.back().entity_name = "u";
  record.key = "producer_byte_rate";
  record.value = 1000;
  ASSERT_TRUE(image->client_quotas.apply(record, record_only));
  MetadataChanges snapshot;
  snapshot.is_snapshot = true;
  publish(snapshot);
  Client client{0, "u", "c", {}};
  EXPECT_GT(produce(client, 20'000), 0);
}

// However many connections on however many shards, and however small their requests: a lease lets through no more than
// a hundredth of a second's quota.
TEST_F(QuotasOnShards, HoldOverTheLongRunForSmallRequestsOnManyShards) {
  constexpr double kBound = 100'000;
  set({{"user", "u"}}, "producer_byte_rate", kBound);
  std::vector<Client> clients;
  for (std::size_t i = 0; i < 9; ++i) clients.push_back({i % kShards, "u", "c", {}});
  std::vector<std::int64_t> free_at(clients.size());
  double total = 0;
  constexpr std::int64_t kRunMs = 60'000;
  for (std::int64_t now = 0; now < kRunMs; now += 5, clock.advance(milliseconds(5))) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      if (free_at[i] > now) continue;
      total += 100;
      free_at[i] = now + produce(clients[i], 100);
    }
  }
  EXPECT_LE(total, kBound * (kRunMs / 1000 + 11.5));
  EXPECT_GE(total, kBound * (kRunMs / 1000) * 0.9);
}

// One that comes again and again must not get a lease each time.
TEST_F(QuotasOnShards, CountConnectionsThatCloseAtOnce) {
  set({{"user", "u"}}, "producer_byte_rate", 100'000);
  std::int64_t throttled = 0;
  for (int i = 0; i < 40'000 && throttled == 0; ++i) {
    Client client{static_cast<std::size_t>(i) % kShards, "u", "c", {}};
    throttled = produce(client, 100);
  }
  EXPECT_GT(throttled, 0);
}

TEST_F(QuotasOnShards, OfAddressesAreHandedOn) {
  set({{"ip", "10.0.0.1"}}, "connection_creation_rate", 5);
  set({{"ip", std::nullopt}}, "connection_creation_rate", 50);
  EXPECT_EQ(ip_rates.of("10.0.0.1"), 5);
  EXPECT_EQ(ip_rates.of("10.0.0.2"), 50);
  set({{"ip", std::nullopt}}, "connection_creation_rate", std::nullopt);
  EXPECT_EQ(ip_rates.of("10.0.0.2"), INT32_MAX);
  Client client{0, "u", "c", {}};
  EXPECT_EQ(produce(client, 1e12), 0);
  EXPECT_EQ(client.throttle, nullptr) << "addresses are no business of requests";
}

}  // namespace
}  // namespace muir::server
