#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/acl/acl.h"
#include "auth/acl/prefix_tree.h"
#include "auth/acl/principal.h"

namespace muir::auth {

// Who asks, and from where.
struct Subject {
  const Principal& principal;
  std::string_view host;
};

// Every ACL, so that those about one question are found in two walks along the resource's name: one among the ACLs of
// the asking principal, one among those of everybody (ADR 087).  A value: copies share what they have in common, any
// number of threads reads one.  Holds an ACL as often as it was added.
class AclIndex {
  // What an ACL says beyond its principal and resource.
  struct Entry {
    std::string host;
    Operation operation;
    Permission permission;
    auto operator<=>(const Entry&) const = default;
  };

 public:
  static constexpr std::uint64_t kEmptyVersion = 1;

  // The ACL that decides; views the index and the question.
  struct Match {
    const Entry* entry = nullptr;
    PatternType pattern_type = PatternType::UNKNOWN;
    std::string_view resource_name;
    bool is_of_everybody = false;

    explicit operator bool() const { return entry != nullptr; }
    Permission permission() const { return entry->permission; }
  };

  void add(const Acl& acl);
  bool remove(const Acl& acl);  // One of it; false: there is none.
  bool contains(const Acl& acl) const;
  std::size_t size() const { return size_; }

  // Two of one version say the same; each change makes a version that no other index of this process has or had.
  std::uint64_t version() const { return version_; }

  // The ACL that denies, the most specific one first; else the one that allows, the most general one first, as Kafka
  // names them.  DENY wins over ALLOW, whoever it is said of.  None: nothing is said that concerns the question.
  Match find(const Subject& who, Operation operation, const Resource& resource) const;

  // Whether any ACL, of whatever principal, is about `resource`.
  bool says_anything_of(const Resource& resource) const;

  // Whether ACLs allow `operation` on some resource of the type, without being outweighed by a DENY that covers it
  // (KIP-679).  Only the operation itself and ALL count, not what implies it, as in Kafka.
  bool allows_on_any(const Subject& who, Operation operation, ResourceType type) const;

  // `match` as an ACL, for the log.
  static Acl to_acl(const Match& match, const Principal& principal, ResourceType type);

 private:
  // The ACLs of one principal on the name that leads here, sorted by host.  The wildcard is the empty prefix.
  struct Entries {
    std::vector<Entry> literal;
    std::vector<Entry> prefixed;
    bool empty() const { return literal.empty() && prefixed.empty(); }
  };
  struct Counts {
    std::uint32_t literal = 0;
    std::uint32_t prefixed = 0;
    bool empty() const { return literal == 0 && prefixed == 0; }
  };
  struct Search;
  struct Patterns;
  using Tree = PrefixTree<Entries>;

  static Tree::Cursor of_principal(const Tree& tree, ResourceType type, std::string_view principal_type,
                                   std::string_view principal_name, bool& exists);

  Tree by_principal_;               // Keys: type, length of the principal, principal, name.
  PrefixTree<Counts> by_resource_;  // Keys: type, name.
  std::size_t size_ = 0;
  std::uint64_t version_ = kEmptyVersion;
};

}  // namespace muir::auth
