#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace muir::auth {

// One login module of a `sasl.jaas.config`: `class flag name=value ...;`.  Nothing is ever loaded: of the class only
// the name counts, and only Kafka's own and the JVM's for Kerberos are known (CVE-2023-25194).
struct JaasEntry {
  enum class Module : unsigned char { plain, scram, oauth_bearer, kerberos };

  Module module{};
  std::map<std::string, std::string, std::less<>> options;  // Secret.
};

// Why a line is refused: a sentence without any of its values.
using JaasResult = boost::system::result<JaasEntry, std::string>;

// A line with exactly one login module, as Kafka demands.
JaasResult parse_jaas(std::string_view text);

}  // namespace muir::auth
