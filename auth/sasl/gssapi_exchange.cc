#include "auth/sasl/gssapi_exchange.h"

#include <utility>

namespace muir::auth {
namespace {

// The layers that RFC 4752 numbers; Kafka protects its connections by TLS or not at all.
constexpr std::byte kNoLayer{1};
// No layer, and how much the server could take of one: Java's 65536, although there is none.
constexpr std::byte kOffer[] = {kNoLayer, std::byte{1}, std::byte{0}, std::byte{0}};
constexpr int kTokensMax = 4;  // Kerberos needs one, or two.

SaslStep failed(GssError error) { return SaslStep::failure(std::move(error.reason)); }

}  // namespace

SaslStep GssapiExchange::evaluate(ByteView message) {
  switch (std::exchange(expects_, Expects::nothing)) {
    case Expects::token:
      return accept(message);
    case Expects::acknowledgement:
      return message.empty() ? offer() : SaslStep::failure("the client says more than its security context needs");
    case Expects::choice:
      return choose(message);
    case Expects::nothing:
      break;
  }
  return SaslStep::failure("the exchange is over");
}

SaslStep GssapiExchange::accept(ByteView token) {
  if (++tokens_ > kTokensMax) return SaslStep::failure("the security context does not come to an end");
  auto accepted = context_->accept(token);
  if (!accepted) return failed(accepted.error());
  if (accepted->is_established && accepted->token.empty()) return offer();
  expects_ = accepted->is_established ? Expects::acknowledgement : Expects::token;
  return SaslStep::challenge(std::move(accepted->token));
}

SaslStep GssapiExchange::offer() {
  auto wrapped = context_->wrap(kOffer);
  if (!wrapped) return failed(wrapped.error());
  expects_ = Expects::choice;
  return SaslStep::challenge(std::move(*wrapped));
}

SaslStep GssapiExchange::choose(ByteView message) {
  auto choice = context_->unwrap(message);
  if (!choice) return failed(choice.error());
  if (choice->size() < std::size(kOffer)) return SaslStep::failure("the client's choice of a layer is too short");
  if ((static_cast<std::byte>(choice->front()) & kNoLayer) == std::byte{})
    return SaslStep::failure("the client wants a security layer");
  auto peer = context_->peer();
  if (!peer) return failed(peer.error());
  auto user = names_.user_of(*peer);
  if (!user) return SaslStep::failure("sasl.kerberos.principal.to.local.rules make no user of " + *peer);
  identity_.authorization_id = std::move(*user);
  return SaslStep::silent_success();
}

}  // namespace muir::auth
