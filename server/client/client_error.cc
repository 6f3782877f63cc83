#include "server/client/client_error.h"

#include "wire/base/result.h"

namespace muir::server {

ClientError client_system_error(std::string what) {
  return client_error(std::move(what) + ": " + last_system_error().message());
}

}  // namespace muir::server
