#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/system/result.hpp>

namespace muir::server {

// Why a configuration is refused.  Unlike elsewhere the reason is a sentence: it goes verbatim to the operator's
// terminal or into the error_message of a response, and names the key, the value and what is allowed.
struct ConfigError {
  enum class Kind {
    invalid_config,   // A value or a combination is not allowed: INVALID_CONFIG on the wire.
    invalid_request,  // The resource itself cannot be configured so: INVALID_REQUEST on the wire.
    unprotected,      // Start-up only: a key asks for protection that this version cannot give.
  };

  Kind kind = Kind::invalid_config;
  std::string message;
};

template <class T = void>
class [[nodiscard]] ConfigResult : public boost::system::result<T, ConfigError> {
 public:
  using boost::system::result<T, ConfigError>::result;
};

// Configuration as text: what a file, an AlterConfigs request or a ConfigRecord carries.  Sorted, so that messages and
// logs are the same every time.
using ConfigMap = std::map<std::string, std::string, std::less<>>;

inline ConfigError invalid_config(std::string message) {
  return {ConfigError::Kind::invalid_config, std::move(message)};
}
inline ConfigError invalid_request(std::string message) {
  return {ConfigError::Kind::invalid_request, std::move(message)};
}

// Kafka's sentence for a refused value: "Invalid value -3 for configuration num.partitions: Value must be at least 1".
ConfigError invalid_value(std::string_view key, std::string_view value, std::string_view why);

}  // namespace muir::server
