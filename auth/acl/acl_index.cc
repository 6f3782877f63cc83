#include "auth/acl/acl_index.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <span>
#include <utility>

namespace muir::auth {
namespace {

// The wildcard covers what the empty prefix would; no ACL has an empty name.
std::string_view stored_name(const Acl& acl) { return acl.is_wildcard() ? std::string_view() : acl.resource_name; }
bool is_stored_as_prefix(const Acl& acl) { return acl.pattern_type != PatternType::LITERAL || acl.is_wildcard(); }

// The length keeps a name from being taken for a part of the principal.
void append_head(std::string& key, ResourceType type, std::size_t principal_bytes) {
  key += static_cast<char>(type);
  key += static_cast<char>(principal_bytes >> 8 & 0xff);
  key += static_cast<char>(principal_bytes & 0xff);
}

std::string principal_key(const Acl& acl) {
  std::string key;
  append_head(key, acl.resource_type, acl.principal.size());
  key += acl.principal;
  key += stored_name(acl);
  return key;
}

std::string resource_key(ResourceType type, std::string_view name) {
  std::string key(1, static_cast<char>(type));
  key += name;
  return key;
}

// READ, WRITE, DELETE and ALTER imply DESCRIBE, and ALTER_CONFIGS implies DESCRIBE_CONFIGS, where they are allowed; to
// deny one of them denies nothing else.
bool covers(Operation said, Permission permission, Operation asked) {
  using enum Operation;
  if (said == ALL || said == asked) return true;
  if (permission != Permission::ALLOW) return false;
  if (asked == DESCRIBE) return said == READ || said == WRITE || said == DELETE || said == ALTER;
  return asked == DESCRIBE_CONFIGS && said == ALTER_CONFIGS;
}

// Indexes are made on several threads.
std::uint64_t next_version() {
  static std::atomic<std::uint64_t> last{AclIndex::kEmptyVersion};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

struct ByHost {
  template <class Entry>
  bool operator()(const Entry& entry, std::string_view host) const {
    return entry.host < host;
  }
  template <class Entry>
  bool operator()(std::string_view host, const Entry& entry) const {
    return host < entry.host;
  }
};

// Calls `use` for the entries that concern a host.
template <class Entries, class Use>
void for_host(const Entries& entries, std::string_view host, Use use) {
  if (entries.empty()) return;
  for (const std::string_view said : {kEverything, host}) {
    const auto [begin, end] = std::equal_range(entries.begin(), entries.end(), said, ByHost{});
    for (auto at = begin; at != end; ++at) use(*at);
    if (host == kEverything) return;
  }
}

}  // namespace

void AclIndex::add(const Acl& acl) {
  const bool is_prefix = is_stored_as_prefix(acl);
  by_principal_.change(principal_key(acl), [&](Entries& entries) {
    auto& list = is_prefix ? entries.prefixed : entries.literal;
    Entry entry{acl.host, acl.operation, acl.permission};
    list.insert(std::ranges::upper_bound(list, entry), std::move(entry));
  });
  by_resource_.change(resource_key(acl.resource_type, stored_name(acl)),
                      [&](Counts& counts) { ++(is_prefix ? counts.prefixed : counts.literal); });
  ++size_;
  version_ = next_version();
}

bool AclIndex::contains(const Acl& acl) const {
  const Entries* entries = by_principal_.find(principal_key(acl));
  if (entries == nullptr) return false;
  const auto& list = is_stored_as_prefix(acl) ? entries->prefixed : entries->literal;
  return std::ranges::binary_search(list, Entry{acl.host, acl.operation, acl.permission});
}

bool AclIndex::remove(const Acl& acl) {
  if (!contains(acl)) return false;
  const bool is_prefix = is_stored_as_prefix(acl);
  by_principal_.change(principal_key(acl), [&](Entries& entries) {
    auto& list = is_prefix ? entries.prefixed : entries.literal;
    list.erase(std::ranges::lower_bound(list, Entry{acl.host, acl.operation, acl.permission}));
  });
  by_resource_.change(resource_key(acl.resource_type, stored_name(acl)),
                      [&](Counts& counts) { --(is_prefix ? counts.prefixed : counts.literal); });
  --size_;
  version_ = next_version();
  return true;
}

AclIndex::Tree::Cursor AclIndex::of_principal(const Tree& tree, ResourceType type, std::string_view principal_type,
                                              std::string_view principal_name, bool& exists) {
  const std::size_t bytes = principal_type.size() + 1 + principal_name.size();
  const char head[] = {static_cast<char>(type), static_cast<char>(bytes >> 8 & 0xff), static_cast<char>(bytes & 0xff)};
  Tree::Cursor cursor(tree);
  exists = cursor.descend({head, sizeof head}) && cursor.descend(principal_type) && cursor.descend(":") &&
           cursor.descend(principal_name);
  return cursor;
}

// Looks at the leaves on the way along a resource's name, from the wildcard to the name itself.
struct AclIndex::Search {
  const AclIndex& index;
  std::string_view host;
  Operation operation;
  Resource resource;
  Match allowing{};
  Match denying{};

  void among(std::string_view principal_type, std::string_view principal_name, bool is_of_everybody) {
    bool exists = false;
    auto cursor = of_principal(index.by_principal_, resource.type, principal_type, principal_name, exists);
    if (!exists) return;
    cursor.descend(resource.name, [&](const Entries& entries, std::size_t walked) {
      const std::string_view name = walked == 0 ? kEverything : resource.name.substr(0, walked);
      look(entries.prefixed,
           {nullptr, walked == 0 ? PatternType::LITERAL : PatternType::PREFIXED, name, is_of_everybody});
      if (walked == resource.name.size()) look(entries.literal, {nullptr, PatternType::LITERAL, name, is_of_everybody});
    });
  }

  void look(const std::vector<Entry>& entries, Match found) {
    for_host(entries, host, [&](const Entry& entry) {
      if (!covers(entry.operation, entry.permission, operation)) return;
      found.entry = &entry;
      if (entry.permission == Permission::ALLOW) {
        if (!allowing) allowing = found;
      } else {
        denying = found;
      }
    });
  }
};

AclIndex::Match AclIndex::find(const Subject& who, Operation operation, const Resource& resource) const {
  Search search{*this, who.host, operation, resource};
  search.among(kEverybodyType, kEverybodyName, true);
  search.among(who.principal.type, who.principal.name, false);
  return search.denying ? search.denying : search.allowing;
}

bool AclIndex::says_anything_of(const Resource& resource) const {
  const char type[] = {static_cast<char>(resource.type)};
  PrefixTree<Counts>::Cursor cursor(by_resource_);
  if (!cursor.descend({type, 1})) return false;
  bool says = false;
  cursor.descend(resource.name, [&](const Counts& counts, std::size_t walked) {
    says |= counts.prefixed > 0 || (walked == resource.name.size() && counts.literal > 0);
  });
  return says;
}

// The patterns of one kind of resource for which something is said of one question.
struct AclIndex::Patterns {
  std::set<std::string, std::less<>> denied_literals, denied_prefixes;  // "" among the prefixes: everything.
  std::vector<std::pair<PatternType, std::string>> allowed;

  bool is_outweighed(PatternType type, std::string_view name) const {
    if (type == PatternType::LITERAL && denied_literals.contains(name)) return true;
    for (std::size_t bytes = 0; bytes <= name.size(); ++bytes)
      if (denied_prefixes.contains(name.substr(0, bytes))) return true;
    return false;
  }
};

bool AclIndex::allows_on_any(const Subject& who, Operation operation, ResourceType type) const {
  Patterns patterns;
  const auto take = [&](const std::vector<Entry>& entries, PatternType pattern_type, std::string_view name) {
    for_host(entries, who.host, [&](const Entry& entry) {
      if (entry.operation != operation && entry.operation != Operation::ALL) return;
      if (entry.permission == Permission::ALLOW) {
        patterns.allowed.emplace_back(pattern_type, name);
      } else {
        (pattern_type == PatternType::LITERAL ? patterns.denied_literals : patterns.denied_prefixes).emplace(name);
      }
    });
  };
  const auto collect = [&](std::string_view principal_type, std::string_view principal_name) {
    bool exists = false;
    const auto cursor = of_principal(by_principal_, type, principal_type, principal_name, exists);
    if (!exists) return;
    cursor.for_each([&](std::string_view name, const Entries& entries) {
      take(entries.prefixed, PatternType::PREFIXED, name);
      take(entries.literal, PatternType::LITERAL, name);
      return true;
    });
  };
  collect(kEverybodyType, kEverybodyName);
  collect(who.principal.type, who.principal.name);
  if (patterns.denied_prefixes.contains("")) return false;
  return std::ranges::any_of(patterns.allowed, [&](const auto& allowed) {
    return allowed.second.empty() || !patterns.is_outweighed(allowed.first, allowed.second);
  });
}

Acl AclIndex::to_acl(const Match& match, const Principal& principal, ResourceType type) {
  Acl acl;
  acl.resource_type = type;
  acl.resource_name = match.resource_name;
  acl.pattern_type = match.pattern_type;
  acl.principal = match.is_of_everybody ? "User:*" : principal.to_string();
  acl.host = match.entry->host;
  acl.operation = match.entry->operation;
  acl.permission = match.entry->permission;
  return acl;
}

}  // namespace muir::auth
