#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/tls/tls_error.h"

namespace re2 {
class RE2;
}

namespace muir::auth {

// ssl.principal.mapping.rules (KIP-371): `DEFAULT` takes a certificate's whole name for the user's;
// `RULE:pattern/replacement/[LU]` rewrites it when the pattern matches all of it.  The first rule that applies decides.
// Patterns are matched in linear time, so a certificate cannot stall a shard; those with a back-reference or a
// look-around, which Java has, are refused at start.
class PrincipalMapper {
 public:
  static TlsResult<PrincipalMapper> parse(std::string_view rules);

  PrincipalMapper(PrincipalMapper&&) noexcept;
  PrincipalMapper& operator=(PrincipalMapper&&) noexcept;
  ~PrincipalMapper();

  // Nothing when no rule applies: then nobody is let in.
  std::optional<std::string> user_of(const std::string& distinguished_name) const;

 private:
  struct Rule;
  PrincipalMapper();
  static TlsResult<Rule> parse_rule(std::string_view text);
  std::vector<Rule> rules_;
};

}  // namespace muir::auth
