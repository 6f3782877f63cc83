#pragma once

#include <string>
#include <string_view>

#include "auth/sasl/scram_credential.h"
#include "server/quorum/feature_levels.h"
#include "wire/base/bytes.h"

namespace muir::server {

// A user whom a cluster knows from its first moment on: `--add-scram` of the format command (KIP-900).
struct InitialScramUser {
  auth::ScramMechanism mechanism{};
  std::string name;
  auth::ScramCredential credential;

  OwnedBytes record() const;  // The frame of its UserScramCredentialRecord.
};

// SCRAM-SHA-256=[name=alice,password=secret], with salt, iterations and saltedpassword as kafka-storage takes them.
// Hashes the password, which takes some milliseconds.
OrSentence<InitialScramUser> parse_scram_argument(std::string_view argument);

}  // namespace muir::server
