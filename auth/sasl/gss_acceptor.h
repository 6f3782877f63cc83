#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "auth/sasl/gss_context.h"

namespace muir::auth {

// The realm of /etc/krb5.conf, or of the file in KRB5_CONFIG; empty if it names none.  Reads files.
std::string default_kerberos_realm();

// Accepts clients of Kerberos as one service of this machine, by MIT's libgssapi_krb5 (docs/adr/094).  Owner: the
// listener's configuration; used from threads that may wait, one exchange a call.
class GssAcceptor {
 public:
  // Tickets for `principal` only, opened by its keys in the file `keytab` and in no other, whatever the environment
  // says.
  GssAcceptor(std::string principal, std::string keytab);
  GssAcceptor(const GssAcceptor&) = delete;
  GssAcceptor& operator=(const GssAcceptor&) = delete;
  ~GssAcceptor();

  // Whether the keytab can be read and has the principal; a sentence if not.  Keys that are added to it later are
  // found.
  GssResult<void> acquire() const;

  // For one client.  The acceptor outlives it.
  std::unique_ptr<GssContext> new_context() const;

  const std::string& principal() const { return principal_; }

  struct Credential;

 private:
  const std::string principal_;
  const std::string keytab_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<Credential> credential_;  // Null until it could be had.

  GssResult<std::shared_ptr<Credential>> credential() const;
  friend class AcceptingContext;
};

}  // namespace muir::auth
