#include <cstddef>
#include <cstdint>

#include "auth/sasl/jaas.h"
#include "auth/sasl/jwt.h"
#include "auth/sasl/kerberos_short_namer.h"
#include "auth/sasl/made_up_credential.h"
#include "auth/sasl/oauth_bearer_exchange.h"
#include "auth/sasl/plain_exchange.h"
#include "auth/sasl/scram_exchange.h"
#include "wire/base/check.h"

// Any bytes to every exchange: they fail, and nobody gets in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muir;
  using namespace muir::auth;
  const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
  static const PlainUsers users{{"alice", "a password that no fuzzer finds"}};
  PlainExchange plain(users);
  CHECK(plain.evaluate(bytes).verdict == SaslStep::Verdict::failure);

  // The first line is the first message, the rest the second.
  const std::string_view text = as_text(bytes);
  const auto cut = text.find('\n');
  ScramLookup lookup;
  lookup.user = [](std::string_view user) {
    return ScramFound{{OwnedBytes(16), OwnedBytes(32), OwnedBytes(32), 4096}, user == "alice"};
  };
  lookup.made_up = [](std::string_view user) {
    return made_up_credential(ScramMechanism::sha_256, OwnedBytes(32), user, {});
  };
  ScramExchange scram(ScramMechanism::sha_256, lookup, "nonce");
  if (scram.evaluate(as_bytes(text.substr(0, cut))).verdict == SaslStep::Verdict::challenge &&
      cut != std::string_view::npos) {
    CHECK(scram.evaluate(as_bytes(text.substr(cut + 1))).verdict == SaslStep::Verdict::failure);
  }
  OAuthBearerExchange token([](std::string_view shown) -> boost::system::result<JwtClaims, std::string> {
    static const JsonWebKeys none = *JsonWebKeys::parse("{\"keys\":[]}");
    return verify_jwt(shown, none, JwtRules(), 0);
  });
  CHECK(token.evaluate(bytes).verdict != SaslStep::Verdict::success);
  // No keytab: what is fuzzed is what stands before the library, and the reading of names.
  const auto rules = KerberosShortNamer::parse({std::string(text.substr(0, cut)), "DEFAULT"}, "REALM");
  if (rules && cut != std::string_view::npos) {
    const auto user = rules->user_of(text.substr(cut + 1));
    CHECK(!user || (!user->empty() && user->find_first_of("/@") == std::string::npos));
  }
  static_cast<void>(JsonWebKeys::parse(text));
  static_cast<void>(jwt_key_id(text));
  static_cast<void>(parse_scram_client_final(text));
  static_cast<void>(parse_jaas(text));
  return 0;
}
