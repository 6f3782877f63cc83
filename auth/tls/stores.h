#pragma once

#include "auth/tls/store_contents.h"
#include "auth/tls/tls_settings.h"

namespace muir::auth {

// The key store that the settings name, with at least one key; none if they name none.  Reads files and derives keys:
// it blocks.  Which settings go together is Kafka's (DefaultSslEngineFactory).
TlsResult<std::optional<StoreContents>> load_key_store(const TlsSettings& settings);

// The same of the trust store, with at least one certificate.
TlsResult<std::optional<StoreContents>> load_trust_store(const TlsSettings& settings);

}  // namespace muir::auth
