#pragma once

#include <memory>
#include <optional>
#include <string>

#include "auth/acl/principal.h"
#include "auth/tls/openssl_handles.h"
#include "auth/tls/tls_context.h"
#include "wire/base/bytes.h"
#include "wire/base/result.h"

namespace muir::auth {

// Why a TLS connection ends.
enum class TlsErrc {
  closed = 1,         // The peer has said that it sends no more: end ours.
  not_tls,            // The first byte is of no TLS handshake: close without a word, whoever it is would misread one.
  handshake_failed,   // No common protocol or cipher, no certificate or a bad one: send what is to be sent, then close.
  unknown_principal,  // No rule of ssl.principal.mapping.rules knows the name in the peer's certificate: close.
  record_invalid,     // A record that was tampered with or makes no sense: send what is to be sent, then close.
  no_memory,          // There is none for a connection: close.
};

Error make_error_code(TlsErrc errc);

// One TLS connection, the server's side, as a filter: bytes from the peer in, bytes for the peer out, plain text on the
// other side.  It knows no socket and never waits.  Bytes for the peer are appended to an `out` that the caller
// empties, also after a failure: then it is an alert.  Bytes from the peer are taken from the front of `in`; what is
// left there belongs to a later call. State for OpenSSL is made on the first byte; between records it holds no buffer.
// Owner: a connection, on its shard.
class TlsFilter {
 public:
  explicit TlsFilter(std::shared_ptr<const TlsContext> context) : context_(std::move(context)) {}

  enum class Progress { done, needs_more };

  // Goes on with the handshake.
  Result<Progress> handshake(ByteView& in, OwnedBytes& out);

  // Whom the peer's certificate speaks for, once the handshake is done.
  Result<Principal> principal() const;

  // Fills `into` as far as `in` reaches; how many bytes that was, 0 if more are needed.  An error comes first with the
  // call behind the last plain text.
  Result<std::size_t> decrypt(ByteView& in, MutableByteView into, OwnedBytes& out);

  // Whether plain text is here, without taking it; `in` is used up if more is needed.
  Result<Progress> look_for_plaintext(ByteView& in, OwnedBytes& out);

  // All of `plain` as records.
  Result<> encrypt(ByteView plain, OwnedBytes& out);

  // Says goodbye, if there is somebody to say it to.
  void close(OwnedBytes& out);

  // Plain text of a record that was not all taken.
  std::size_t pending() const { return ssl_ ? static_cast<std::size_t>(::SSL_pending(ssl_.get())) : 0; }

  bool is_open() const { return is_open_; }
  bool is_resumed() const { return ssl_ && ::SSL_session_reused(ssl_.get()) == 1; }
  std::string protocol() const { return ssl_ ? ::SSL_get_version(ssl_.get()) : ""; }

  // OpenSSL's word for the last failure, for the log.
  const std::string& reason() const { return reason_; }

 private:
  class Call;

  Result<> begin(ByteView in);
  Error failed(int result, TlsErrc otherwise);

  const std::shared_ptr<const TlsContext> context_;
  SslPtr ssl_;
  bool is_open_ = false;
  Error failure_;
  std::string reason_;
};

}  // namespace muir::auth

template <>
struct boost::system::is_error_code_enum<muir::auth::TlsErrc> : std::true_type {};
