#include "auth/acl/authorizer.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace muir::auth {
namespace {

using enum Operation;
using Rule = Decision::Rule;

Acl acl(std::string_view resource, PatternType pattern, std::string_view principal, Operation operation,
        Permission permission, std::string_view host = "*", ResourceType type = ResourceType::TOPIC) {
  return {type, std::string(resource), pattern, std::string(principal), std::string(host), operation, permission};
}

Acl allow(std::string_view resource, std::string_view principal, Operation operation) {
  return acl(resource, PatternType::LITERAL, principal, operation, Permission::ALLOW);
}

Acl deny(std::string_view resource, std::string_view principal, Operation operation) {
  return acl(resource, PatternType::LITERAL, principal, operation, Permission::DENY);
}

const Principal kAlice{"User", "alice"};
const Subject kAliceHere{kAlice, "10.0.0.1"};

AclIndex index_of(std::initializer_list<Acl> acls) {
  AclIndex index;
  for (const Acl& one : acls) index.add(one);
  return index;
}

bool may(const AclIndex& acls, Operation operation, std::string_view topic, Authorizer::Settings settings = {}) {
  return Authorizer(std::move(settings)).decide(acls, kAliceHere, operation, {ResourceType::TOPIC, topic}).is_allowed;
}

TEST(Authorizer, WithoutOneEverybodyMayDoEverything) {
  const Decision decision = Authorizer().decide({}, kAliceHere, ALTER, kCluster);
  EXPECT_TRUE(decision);
  EXPECT_EQ(decision.rule, Rule::no_authorizer);
  EXPECT_EQ(Authorizer().authorized_operations({}, kAliceHere, kCluster), supported_operations(ResourceType::CLUSTER));
}

TEST(Authorizer, DeniesWhatNothingAllows) {
  const Decision decision = Authorizer(Authorizer::Settings{}).decide({}, kAliceHere, READ, {ResourceType::TOPIC, "t"});
  EXPECT_FALSE(decision);
  EXPECT_EQ(to_string(decision, kAlice, ResourceType::TOPIC), "DefaultDeny");
}

TEST(Authorizer, DenyOutweighsAllowWhereverItStands) {
  for (const Acl& denial : {deny("t", "User:alice", READ), deny("*", "User:*", ALL),
                            acl("", PatternType::PREFIXED, "User:alice", READ, Permission::DENY)}) {
    Acl named = denial;
    if (named.resource_name.empty()) named.resource_name = "t";
    const auto acls = index_of({allow("t", "User:alice", READ), allow("*", "User:*", READ), named});
    EXPECT_FALSE(may(acls, READ, "t")) << to_string(named);
  }
}

TEST(Authorizer, AllowingImpliesDescribeAndDenyingDoesNot) {
  for (const Operation operation : {READ, WRITE, DELETE, ALTER}) {
    EXPECT_TRUE(may(index_of({allow("t", "User:alice", operation)}), DESCRIBE, "t")) << name(operation);
    EXPECT_TRUE(may(index_of({allow("t", "User:alice", DESCRIBE), deny("t", "User:alice", operation)}), DESCRIBE, "t"));
  }
  EXPECT_TRUE(may(index_of({allow("t", "User:alice", ALTER_CONFIGS)}), DESCRIBE_CONFIGS, "t"));
  EXPECT_FALSE(may(index_of({allow("t", "User:alice", ALTER_CONFIGS)}), DESCRIBE, "t"));
  EXPECT_FALSE(may(index_of({allow("t", "User:alice", CREATE)}), DESCRIBE, "t"));
}

TEST(Authorizer, HostsAreComparedAsText) {
  const auto from = [](std::string_view host) {
    return index_of({acl("t", PatternType::LITERAL, "User:alice", READ, Permission::ALLOW, host)});
  };
  EXPECT_TRUE(may(from("10.0.0.1"), READ, "t"));
  EXPECT_FALSE(may(from("10.0.0.10"), READ, "t"));
  EXPECT_FALSE(may(from("10.0.0.0/8"), READ, "t")) << "4.3 has no networks";
}

TEST(Authorizer, AllowsEveryoneOnlyWhereNoAclIsAboutTheResource) {
  const auto acls =
      index_of({allow("t", "User:bob", WRITE), acl("pre", PatternType::PREFIXED, "User:bob", WRITE, Permission::DENY)});
  const Authorizer::Settings open{.allow_everyone_if_no_acl_found = true};
  EXPECT_FALSE(may(acls, READ, "t", open));
  EXPECT_FALSE(may(acls, READ, "prefix", open));
  EXPECT_TRUE(may(acls, READ, "tt", open));
  EXPECT_FALSE(may(acls, READ, "tt"));
  EXPECT_FALSE(may(index_of({allow("*", "User:bob", WRITE)}), READ, "tt", open));
}

TEST(Authorizer, SuperUserIsDeniedNothing) {
  const Authorizer authorizer({.super_users = {kAlice}});
  const Decision decision =
      authorizer.decide(index_of({deny("*", "User:*", ALL)}), kAliceHere, READ, {ResourceType::TOPIC, "t"});
  EXPECT_TRUE(decision);
  EXPECT_EQ(to_string(decision, kAlice, ResourceType::TOPIC), "SuperUser");
}

TEST(Authorizer, NamesTheRuleInKafkasWords) {
  const auto acls = index_of({acl("te", PatternType::PREFIXED, "User:*", READ, Permission::ALLOW)});
  const auto decision =
      Authorizer(Authorizer::Settings{}).decide(acls, kAliceHere, DESCRIBE, {ResourceType::TOPIC, "test"});
  EXPECT_EQ(to_string(decision, kAlice, ResourceType::TOPIC),
            "MatchingAcl(acl=StandardAcl(resourceType=TOPIC, resourceName=te, patternType=PREFIXED, principal=User:*, "
            "host=*, operation=READ, permissionType=ALLOW))");
}

TEST(Authorizer, AuthorizedOperationsAreThoseThatItAllows) {
  const Authorizer authorizer(Authorizer::Settings{});
  const auto acls = index_of({allow("t", "User:alice", READ)});
  EXPECT_EQ(authorizer.authorized_operations(acls, kAliceHere, {ResourceType::TOPIC, "t"}), 1 << 3 | 1 << 8);
  EXPECT_EQ(authorizer.authorized_operations(acls, kAliceHere, kCluster), 0);
}

// What every one of the ACLs says, asked one after the other: Kafka's rules without an index.
class NaiveModel {
 public:
  explicit NaiveModel(const std::vector<Acl>& acls) : acls_(acls) {}

  Permission decide(const Subject& who, Operation asked, const Resource& resource, bool* speaks = nullptr) const {
    Permission decided = Permission::UNKNOWN;
    for (const Acl& acl : acls_) {
      if (acl.resource_type != resource.type || !covers(acl, resource.name)) continue;
      if (speaks != nullptr) *speaks = true;
      if (!concerns(acl, who)) continue;
      if (acl.permission == Permission::DENY && (acl.operation == ALL || acl.operation == asked))
        return Permission::DENY;
      if (acl.permission == Permission::ALLOW && allows(acl.operation, asked)) decided = Permission::ALLOW;
    }
    return decided;
  }

  bool allows_on_any(const Subject& who, Operation asked, ResourceType type) const {
    const auto says = [&](const Acl& acl, Permission permission) {
      return acl.resource_type == type && acl.permission == permission && concerns(acl, who) &&
             (acl.operation == ALL || acl.operation == asked);
    };
    return std::ranges::any_of(acls_, [&](const Acl& allowing) {
      if (!says(allowing, Permission::ALLOW)) return false;
      return std::ranges::none_of(acls_, [&](const Acl& denying) {
        if (!says(denying, Permission::DENY)) return false;
        if (denying.is_wildcard()) return true;
        if (allowing.is_wildcard()) return false;
        if (denying.pattern_type == PatternType::PREFIXED)
          return allowing.resource_name.starts_with(denying.resource_name);
        return allowing.pattern_type == PatternType::LITERAL && allowing.resource_name == denying.resource_name;
      });
    });
  }

 private:
  static bool covers(const Acl& acl, std::string_view name) {
    if (acl.pattern_type == PatternType::PREFIXED) return name.starts_with(acl.resource_name);
    return acl.resource_name == "*" || acl.resource_name == name;
  }
  static bool concerns(const Acl& acl, const Subject& who) {
    return (acl.principal == "User:*" || acl.principal == who.principal.to_string()) &&
           (acl.host == "*" || acl.host == who.host);
  }
  static bool allows(Operation said, Operation asked) {
    if (said == ALL || said == asked) return true;
    if (asked == DESCRIBE) return said == READ || said == WRITE || said == DELETE || said == ALTER;
    return asked == DESCRIBE_CONFIGS && said == ALTER_CONFIGS;
  }

  const std::vector<Acl>& acls_;
};

// A small world, in which ACLs and questions often meet.
class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {}

  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + random_() % values.size());
  }
  std::string some_name() { return one_of<const char*>({"*", "a", "ab", "abc", "abd", "b", "*a", "hardcode", "!x"}); }
  ResourceType some_type() { return one_of({ResourceType::TOPIC, ResourceType::GROUP}); }
  Operation some_operation() { return one_of({READ, WRITE, DESCRIBE, ALTER_CONFIGS, DESCRIBE_CONFIGS, CREATE}); }
  std::string some_host() { return one_of<const char*>({"10.0.0.1", "10.0.0.2"}); }
  Principal some_principal() { return {"User", one_of<const char*>({"alice", "alic", "bob", "*"})}; }
  Acl some_acl() {
    const Principal who = some_principal();
    return acl(some_name(), one_of({PatternType::LITERAL, PatternType::PREFIXED}), who.to_string(),
               random_() % 4 == 0 ? ALL : some_operation(),
               one_of({Permission::ALLOW, Permission::ALLOW, Permission::DENY}), random_() % 2 == 0 ? "*" : some_host(),
               some_type());
  }
  std::uint32_t number() { return static_cast<std::uint32_t>(random_()); }

 private:
  std::mt19937 random_;
};

void compare(World& world, const AclIndex& index, const std::vector<Acl>& acls) {
  const NaiveModel model(acls);
  const Principal principal = world.some_principal();
  const std::string host = world.some_host(), resource_name = world.some_name();
  const Subject who{principal, host};
  const Resource resource{world.some_type(), resource_name};
  const Operation asked = world.some_operation();

  bool speaks = false;
  const Permission expected = model.decide(who, asked, resource, &speaks);
  const auto found = index.find(who, asked, resource);
  ASSERT_EQ(found ? found.permission() : Permission::UNKNOWN, expected)
      << principal.to_string() << " " << name(asked) << " " << resource_name;
  if (expected != Permission::DENY) {  // The model stops at a denial.
    ASSERT_EQ(index.says_anything_of(resource), speaks) << resource_name;
  }
  if (found) {
    const Acl rule = AclIndex::to_acl(found, principal, resource.type);
    ASSERT_NE(std::ranges::find(acls, rule), acls.end()) << to_string(rule);
  }
  ASSERT_EQ(index.allows_on_any(who, asked, resource.type), model.allows_on_any(who, asked, resource.type));
}

// CVE-2024-27309: what was left after one of several ACLs of a resource had been removed was not what it should be.
TEST(AclIndex, AgreesWithANaiveModelThroughAdditionsAndRemovals) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world(seed);
  for (int life = 0; life < 40; ++life) {
    AclIndex index;
    std::vector<Acl> acls;
    for (int step = 0; step < 200; ++step) {
      if (!acls.empty() && world.number() % 5 < 2) {
        const auto at = acls.begin() + world.number() % acls.size();
        ASSERT_TRUE(index.remove(*at));
        acls.erase(at);
      } else {
        acls.push_back(world.some_acl());
        index.add(acls.back());
      }
      ASSERT_EQ(index.size(), acls.size());
      for (int question = 0; question < 10; ++question) compare(world, index, acls);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(AclIndex, RemovesOneOfTwoThatSayTheSame) {
  auto index = index_of({allow("t", "User:alice", READ), allow("t", "User:alice", READ)});
  EXPECT_TRUE(index.remove(allow("t", "User:alice", READ)));
  EXPECT_TRUE(may(index, READ, "t"));
  EXPECT_TRUE(index.remove(allow("t", "User:alice", READ)));
  EXPECT_FALSE(may(index, READ, "t"));
  EXPECT_FALSE(index.remove(allow("t", "User:alice", READ)));
}

TEST(AclIndex, NoNameIsTakenForAPartOfAPrincipal) {
  const auto index = index_of({acl("ce", PatternType::PREFIXED, "User:ali", READ, Permission::ALLOW)});
  EXPECT_FALSE(may(index, READ, "x"));
  EXPECT_FALSE(may(index, READ, ""));
}

TEST(AclFilter, MatchFindsWhatConcernsAName) {
  const AclFilter filter{.resource_name = "test", .pattern_type = PatternType::MATCH};
  EXPECT_TRUE(filter.matches(allow("*", "User:a", READ)));
  EXPECT_TRUE(filter.matches(allow("test", "User:a", READ)));
  EXPECT_TRUE(filter.matches(acl("te", PatternType::PREFIXED, "User:a", READ, Permission::ALLOW)));
  EXPECT_FALSE(filter.matches(allow("te", "User:a", READ)));
  const AclFilter literal{.resource_name = "test", .pattern_type = PatternType::LITERAL};
  EXPECT_FALSE(literal.matches(allow("*", "User:a", READ)));
}

}  // namespace
}  // namespace muir::auth
