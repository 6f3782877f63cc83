#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

namespace muir::auth {

// primary[/instance][@REALM], as Kafka takes a principal apart.
struct KerberosName {
  std::string primary;
  std::optional<std::string> instance;
  std::optional<std::string> realm;
};

// None if there is more than one / or @.
std::optional<KerberosName> parse_kerberos_name(std::string_view principal);

// sasl.kerberos.principal.to.local.rules: which user a Kerberos principal is.  `DEFAULT` takes the primary of a
// principal of the default realm; `RULE:[n:format](regex)s/pattern/replacement/g/L` makes a text of a principal with n
// parts (of $0, the realm, $1 and $2), which must match the regex as a whole, rewrites it, and turns it into lower or
// upper case.  The first rule that applies decides.  Patterns are matched in linear time (docs/adr/081).
class KerberosShortNamer {
 public:
  // Fails with a sentence on a rule that could never work.
  static boost::system::result<KerberosShortNamer, std::string> parse(const std::vector<std::string>& rules,
                                                                      std::string default_realm);

  KerberosShortNamer(KerberosShortNamer&&) noexcept;
  KerberosShortNamer& operator=(KerberosShortNamer&&) noexcept;
  ~KerberosShortNamer();

  // None when no rule applies, or the one that does makes no simple name: then nobody is let in.
  std::optional<std::string> user_of(std::string_view principal) const;

 private:
  struct Rule;
  KerberosShortNamer();
  static boost::system::result<Rule, std::string> parse_rule(const std::string& text);
  std::string default_realm_;
  std::vector<Rule> rules_;
};

}  // namespace muir::auth
