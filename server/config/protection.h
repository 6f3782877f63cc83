#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/endpoint.h"

namespace muir::server {

// A broker that is told to protect something and cannot must not start: somebody would believe in a lock that is not
// there.  A key is such a one when its row says Fate::protects; its default is the safe value.

// One way to ask for protection, and what the broker answers: what a test starts the real program with.
struct ProtectedKey {
  std::string key;
  std::string sample;  // A value that must stop the start-up.
  std::string remedy;  // The end of the one line that it stops with.
};

// Every row, and the listeners, which protect by their protocol where that is SASL.
std::vector<ProtectedKey> protected_keys();

// Fails with Kind::unprotected and one line: key, value (hidden for passwords), remedy.  Looks at `key`, at
// `listener.name.*.key`, and at what plug-ins of Kafka's read from the same file.
ConfigResult<> check_protection(const ConfigMap& given);

// The same for what the roads to other nodes speak.
ConfigResult<> check_protocols(const std::vector<Endpoint>& listeners, const std::vector<std::string>& controller_names,
                               const ProtocolMap& protocols);

}  // namespace muir::server
