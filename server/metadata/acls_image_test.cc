#include "server/metadata/acls_image.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "auth/acl/authorizer.h"
#include "server/metadata/metadata_image.h"
#include "server/metadata/record_stream.h"

namespace muir::server {
namespace {

using auth::Acl;
using auth::Operation;
using auth::PatternType;
using auth::Permission;
using auth::ResourceType;

constexpr int kLives = 20, kSteps = 100, kQuestions = 20, kStepsBetweenStarts = 10;

// By the text of the documentation, one ACL after the other.
bool concerns(const Acl& acl, const std::string& user, const std::string& host, Operation operation,
              const std::string& topic) {
  if (acl.principal != "User:*" && acl.principal != "User:" + user) return false;
  if (acl.host != "*" && acl.host != host) return false;
  const bool is_prefix = acl.pattern_type == PatternType::PREFIXED;
  if (is_prefix ? !topic.starts_with(acl.resource_name) : acl.resource_name != "*" && acl.resource_name != topic)
    return false;
  if (acl.operation == Operation::ALL || acl.operation == operation) return true;
  const bool implies = acl.operation == Operation::READ || acl.operation == Operation::WRITE;
  return acl.permission == Permission::ALLOW && operation == Operation::DESCRIBE && implies;
}

using Acls = std::map<Uuid, Acl>;

bool naive(const Acls& acls, const std::string& user, const std::string& host, Operation operation,
           const std::string& topic) {
  bool is_allowed = false;
  for (const auto& [id, acl] : acls) {
    if (!concerns(acl, user, host, operation, topic)) continue;
    if (acl.permission == Permission::DENY) return false;
    is_allowed = true;
  }
  return is_allowed;
}

// A world so small that ACLs meet.
struct World {
  explicit World(std::uint64_t seed) : random(seed) {}

  template <class T>
  T one_of(const std::vector<T>& choices) {
    return choices[random() % choices.size()];
  }
  std::string user() { return one_of<std::string>({"alice", "bob"}); }
  std::string host() { return one_of<std::string>({"10.0.0.1", "10.0.0.2"}); }
  std::string topic() { return one_of<std::string>({"a", "ab", "abc", "b"}); }
  Operation operation() { return one_of<Operation>({Operation::READ, Operation::WRITE, Operation::DESCRIBE}); }

  Acl acl() {
    Acl acl;
    acl.resource_type = ResourceType::TOPIC;
    acl.pattern_type = one_of<PatternType>({PatternType::LITERAL, PatternType::PREFIXED});
    acl.resource_name = acl.pattern_type == PatternType::LITERAL && random() % 4 == 0 ? "*" : topic();
    acl.principal = random() % 4 == 0 ? "User:*" : "User:" + user();
    acl.host = random() % 2 == 0 ? "*" : host();
    acl.operation = random() % 4 == 0 ? Operation::ALL : operation();
    acl.permission = random() % 3 == 0 ? Permission::DENY : Permission::ALLOW;
    return acl;
  }

  std::mt19937_64 random;
};

OwnedBytes added(const Uuid& id, const Acl& acl) {
  wire::AccessControlEntryRecord record;
  record.id = id;
  record.resource_type = static_cast<std::int8_t>(acl.resource_type);
  record.resource_name = acl.resource_name;
  record.pattern_type = static_cast<std::int8_t>(acl.pattern_type);
  record.principal = acl.principal;
  record.host = acl.host;
  record.operation = static_cast<std::int8_t>(acl.operation);
  record.permission_type = static_cast<std::int8_t>(acl.permission);
  return frame_of(record);
}

OwnedBytes removed(const Uuid& id) {
  wire::RemoveAccessControlEntryRecord record;
  record.id = id;
  return frame_of(record);
}

// What a broker knows that starts with this snapshot.
MetadataImage started_with(const std::vector<OwnedBytes>& snapshot) {
  MetadataImage image;
  MetadataChanges changes;
  for (const OwnedBytes& frame : snapshot) EXPECT_TRUE(image.apply(frame, changes));
  return image;
}

void change(World& world, MetadataImage& image, Acls& acls) {
  MetadataChanges changes;
  if (!acls.empty() && world.random() % 5 < 2) {
    const auto at = std::next(acls.begin(), static_cast<std::ptrdiff_t>(world.random() % acls.size()));
    ASSERT_TRUE(image.apply(removed(at->first), changes));
    acls.erase(at);
    return;
  }
  const auto id = Uuid::from_halves(world.random(), world.random());
  acls[id] = world.acl();
  ASSERT_TRUE(image.apply(added(id, acls[id]), changes));
}

void ask(World& world, const MetadataImage& image, const Acls& acls) {
  static const auth::Authorizer authorizer(auth::Authorizer::Settings{});
  const std::string user = world.user(), host = world.host(), topic = world.topic();
  const Operation operation = world.operation();
  const auth::Principal who{"User", user};
  const auto decided =
      authorizer.decide(image.acls.index(), {who, host}, operation, {ResourceType::TOPIC, topic}).is_allowed;
  ASSERT_EQ(decided, naive(acls, user, host, operation, topic)) << user << " from " << host << ", topic " << topic;
}

// CVE-2024-27309.
TEST(AclsImage, DecidesAsANaiveModelAlsoAfterSnapshotsAndStarts) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world(seed);
  for (int life = 0; life < kLives; ++life) {
    MetadataImage image;
    Acls acls;
    for (int step = 0; step < kSteps; ++step) {
      change(world, image, acls);
      if (step % kStepsBetweenStarts == 0) image = started_with(image.to_records());
      for (int question = 0; question < kQuestions; ++question) ask(world, image, acls);
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace muir::server
