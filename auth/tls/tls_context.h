#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/acl/principal.h"
#include "auth/tls/openssl_handles.h"
#include "auth/tls/principal_mapper.h"
#include "auth/tls/store_contents.h"
#include "auth/tls/ticket_keys.h"
#include "auth/tls/tls_settings.h"
#include "wire/base/clock.h"

namespace muir::auth {

// What all connections of one TLS listener share: its certificate, whom it trusts, its protocols and ciphers, its
// ticket keys.  Immutable: changed settings make a new one, and connections keep the one that they began with. Used
// from every shard at once; owned together by the listener and its connections.
class TlsContext {
 public:
  // Reads the stores, so it blocks: at start, or on the pool.  A sentence for the operator if anything is wrong.
  static TlsResult<std::shared_ptr<const TlsContext>> create(const TlsSettings& settings, std::string_view listener,
                                                             const Clock& clock);

  // The server's side of one connection, before its first byte.  Null when memory is short.
  SslPtr new_connection() const { return SslPtr(::SSL_new(context_.get())); }

  // Whom a connection whose handshake is done speaks for, as Kafka's DefaultKafkaPrincipalBuilder: ANONYMOUS without a
  // certificate; nothing when ssl.principal.mapping.rules do not know the certificate's name.
  std::optional<Principal> principal_of(const SSL* connection) const;

  const TlsSettings& settings() const { return settings_; }

  // Whether this may take the place of `before` on a running listener (KIP-226): the same number of certificates, and
  // no other names in them unless ssl.allow.dn.changes and ssl.allow.san.changes say so.
  TlsResult<> check_successor_of(const TlsContext& before) const;

 private:
  struct Identity {
    std::string alias;
    std::string distinguished_name;
    std::vector<std::string> alternative_names;  // Sorted.
  };

  TlsContext(TlsSettings settings, PrincipalMapper mapper, const Clock& clock);
  TlsResult<> set_protocols();
  TlsResult<> set_key();
  TlsResult<> use_keys(const StoreContents& store);
  TlsResult<> set_trust();
  void set_sessions(std::string_view listener);

  const TlsSettings settings_;
  const PrincipalMapper mapper_;
  TicketKeys ticket_keys_;
  ContextPtr context_;
  std::vector<Identity> identities_;
};

}  // namespace muir::auth
