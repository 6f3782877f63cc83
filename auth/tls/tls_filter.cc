#include "auth/tls/tls_filter.h"

#include <algorithm>

#include <openssl/err.h>

#include "auth/tls/byte_bio.h"

namespace muir::auth {
namespace {

constexpr std::byte kHandshakeRecord{0x16};

class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    switch (static_cast<TlsErrc>(value)) {
      case TlsErrc::closed:
        return "closed by peer";
      case TlsErrc::not_tls:
        return "not a TLS handshake";
      case TlsErrc::handshake_failed:
        return "TLS handshake failed";
      case TlsErrc::unknown_principal:
        return "no principal mapping rule knows the certificate";
      case TlsErrc::record_invalid:
        return "TLS record is invalid";
      case TlsErrc::no_memory:
        return "no memory for a TLS connection";
    }
    return "unknown";
  }
};

}  // namespace

Error make_error_code(TlsErrc errc) {
  static const TlsCategory category;
  return {static_cast<int>(errc), category};
}

// For the time of one call OpenSSL sees the caller's bytes.
class TlsFilter::Call {
 public:
  Call(TlsFilter& filter, ByteView& in, OwnedBytes& out) : bio_(::SSL_get_rbio(filter.ssl_.get())), in_(in) {
    io_ = {in, &out};
    ByteBio::attach(bio_, &io_);
    ::ERR_clear_error();
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    in_ = io_.in;
    ByteBio::attach(bio_, nullptr);
  }

 private:
  BIO* const bio_;
  ByteView& in_;
  ByteBio io_;
};

Result<> TlsFilter::begin(ByteView in) {
  if (in.front() != kHandshakeRecord) return failure_ = TlsErrc::not_tls;
  ssl_ = context_->new_connection();
  BIO* const bio = ssl_ ? ByteBio::create() : nullptr;
  if (bio == nullptr) return failure_ = TlsErrc::no_memory;
  ::SSL_set_bio(ssl_.get(), bio, bio);
  ::SSL_set_accept_state(ssl_.get());
  return ok();
}

// What a result that is no success means; no error: more bytes are needed.
Error TlsFilter::failed(int result, TlsErrc otherwise) {
  switch (::SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {};
    case SSL_ERROR_ZERO_RETURN:
      return failure_ = TlsErrc::closed;
    default:
      reason_ = openssl_reason();
      return failure_ = otherwise;
  }
}

Result<TlsFilter::Progress> TlsFilter::handshake(ByteView& in, OwnedBytes& out) {
  if (failure_) return failure_;
  if (!ssl_) {
    if (in.empty()) return Progress::needs_more;
    const auto begun = begin(in);
    if (!begun) return begun.error();
  }
  const Call call(*this, in, out);
  const int result = ::SSL_do_handshake(ssl_.get());
  is_open_ = result == 1;
  if (is_open_) return Progress::done;
  if (const Error error = failed(result, TlsErrc::handshake_failed)) return error;
  return Progress::needs_more;
}

Result<Principal> TlsFilter::principal() const {
  auto principal = context_->principal_of(ssl_.get());
  if (!principal) return TlsErrc::unknown_principal;
  return std::move(*principal);
}

Result<std::size_t> TlsFilter::decrypt(ByteView& in, MutableByteView into, OwnedBytes& out) {
  if (failure_) return failure_;
  const Call call(*this, in, out);
  std::size_t done = 0;
  while (done < into.size()) {
    std::size_t count = 0;
    const int result = ::SSL_read_ex(ssl_.get(), into.data() + done, into.size() - done, &count);
    if (result != 1) {
      const Error error = failed(result, TlsErrc::record_invalid);
      if (error && done == 0) return error;
      break;
    }
    done += count;
  }
  return done;
}

Result<TlsFilter::Progress> TlsFilter::look_for_plaintext(ByteView& in, OwnedBytes& out) {
  if (failure_) return failure_;
  const Call call(*this, in, out);
  std::byte next;
  std::size_t count = 0;
  const int result = ::SSL_peek_ex(ssl_.get(), &next, 1, &count);
  if (result == 1) return Progress::done;
  if (const Error error = failed(result, TlsErrc::record_invalid)) return error;
  return Progress::needs_more;
}

Result<> TlsFilter::encrypt(ByteView plain, OwnedBytes& out) {
  if (failure_ && failure_ != TlsErrc::closed) return failure_;
  ByteView nothing;
  const Call call(*this, nothing, out);
  while (!plain.empty()) {
    std::size_t count = 0;
    const int result = ::SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &count);
    if (result != 1) {
      const Error error = failed(result, TlsErrc::record_invalid);
      return error ? error : (failure_ = TlsErrc::record_invalid);
    }
    plain = plain.subspan(count);
  }
  return ok();
}

void TlsFilter::close(OwnedBytes& out) {
  if (!is_open_ || (failure_ && failure_ != TlsErrc::closed)) return;
  is_open_ = false;
  ByteView nothing;
  const Call call(*this, nothing, out);
  ::SSL_shutdown(ssl_.get());
  ::ERR_clear_error();
}

}  // namespace muir::auth
