// A client that knows no key, to the exchange and the real library behind it: lines are its messages, with \n and
// \\ for the bytes that end one.  A first message that begins with an A gets the frame of a Kerberos token round it, so
// that what follows reaches the reader of requests.  The client gets nowhere, however it begins.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "auth/sasl/gss_acceptor.h"
#include "auth/sasl/gssapi_exchange.h"
#include "wire/base/check.h"

namespace {

using namespace muir;
using namespace muir::auth;

// A keytab (MIT's format 5.2) with one AES key for kafka/localhost@REALM.
std::string write_keytab() {
  const auto path = std::filesystem::temp_directory_path() / "gssapi-exchange-fuzz.keytab";
  const auto text = [](std::string_view part) {
    return std::string({'\0', static_cast<char>(part.size())}) + std::string(part);
  };
  const std::string entry = std::string("\0\2", 2) + text("REALM") + text("kafka") + text("localhost") +
                            std::string("\0\0\0\1\0\0\0\0\1\0\x11", 11) + text(std::string(16, 'k'));
  std::ofstream(path, std::ios::binary) << std::string("\5\2\0\0\0", 5) << static_cast<char>(entry.size()) << entry;
  return path;
}

std::string take_message(std::string_view& text) {
  std::string message;
  while (!text.empty()) {
    char c = text.front();
    text.remove_prefix(1);
    if (c == '\n') break;
    if (c == '\\' && !text.empty()) {
      c = text.front() == 'n' ? '\n' : text.front();
      text.remove_prefix(1);
    }
    message.push_back(c);
  }
  return message;
}

// RFC 4121, section 4.1: the mechanism, and that a KRB_AP_REQ follows.
std::string framed(const std::string& request) {
  const std::string inner = std::string("\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00", 13) + request;
  const auto size = inner.size();
  const char frame[] = {'\x60', '\x83', static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                        static_cast<char>(size)};
  return std::string(frame, sizeof frame) + inner;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const GssAcceptor acceptor("kafka/localhost@REALM", write_keytab());
  static const auto names = *KerberosShortNamer::parse({"RULE:[1:$1]", "DEFAULT"}, "REALM");
  CHECK(acceptor.acquire());
  GssapiExchange exchange(acceptor.new_context(), names);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.starts_with('A')) {
    text.remove_prefix(1);
    if (exchange.evaluate(as_bytes(framed(take_message(text)))).verdict != SaslStep::Verdict::challenge) return 0;
  }
  for (SaslStep::Verdict verdict = SaslStep::Verdict::challenge;
       verdict == SaslStep::Verdict::challenge && !text.empty();) {
    verdict = exchange.evaluate(as_bytes(take_message(text))).verdict;
    CHECK(verdict != SaslStep::Verdict::success);
  }
  return 0;
}
