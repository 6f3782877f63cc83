#include "auth/tls/distinguished_name.h"

#include <array>
#include <string_view>

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/obj_mac.h>

#include "auth/tls/unicode.h"

namespace muir::auth {
namespace {

struct Keyword {
  int nid;
  std::string_view text;
};
constexpr std::array<Keyword, 9> kKeywords = {{{NID_commonName, "CN"},
                                               {NID_countryName, "C"},
                                               {NID_localityName, "L"},
                                               {NID_stateOrProvinceName, "ST"},
                                               {NID_organizationName, "O"},
                                               {NID_organizationalUnitName, "OU"},
                                               {NID_streetAddress, "STREET"},
                                               {NID_domainComponent, "DC"},
                                               {NID_userId, "UID"}}};

// Empty for an attribute that RFC 2253 has no word for.
std::string_view keyword_of(const ASN1_OBJECT* type) {
  const int nid = ::OBJ_obj2nid(type);
  for (const Keyword& keyword : kKeywords)
    if (keyword.nid == nid) return keyword.text;
  return {};
}

bool is_text(const ASN1_STRING* value) {
  switch (::ASN1_STRING_type(value)) {
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_GENERALSTRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
    case V_ASN1_UTF8STRING:
      return true;
    default:
      return false;
  }
}

bool is_blank(char c) { return c == ' ' || c == '\r'; }

// A NUL, which would end the name for whoever reads it as a C string, is spelled out.
std::string escape(std::string_view text) {
  constexpr std::string_view kEscaped = ",=+<>#;\"\\";
  std::string escaped;
  for (const char c : text) {
    if (kEscaped.find(c) != std::string_view::npos) escaped.push_back('\\');
    if (c == '\0')
      escaped += "\\00";
    else
      escaped.push_back(c);
  }
  std::size_t lead = 0, trail = escaped.size();
  while (lead < escaped.size() && is_blank(escaped[lead])) ++lead;
  while (trail > lead && is_blank(escaped[trail - 1])) --trail;
  std::string out;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    if (i < lead || i >= trail) out.push_back('\\');
    out.push_back(escaped[i]);
  }
  return out;
}

std::string oid_text(const ASN1_OBJECT* type) {
  char oid[128] = {};
  ::OBJ_obj2txt(oid, sizeof oid, type, 1);
  return oid;
}

std::string der_in_hex(const ASN1_STRING* value) {
  unsigned char* der = nullptr;
  ASN1_TYPE holder{};
  ::ASN1_TYPE_set1(&holder, ::ASN1_STRING_type(value), value);
  const int size = ::i2d_ASN1_TYPE(&holder, &der);
  std::string hex = "#";
  for (int i = 0; i < size; ++i) hex += fmt::format("{:02x}", der[i]);
  ::OPENSSL_free(der);
  ::ASN1_STRING_free(holder.value.asn1_string);
  return hex;
}

std::string attribute(const X509_NAME_ENTRY* entry) {
  const ASN1_OBJECT* const type = ::X509_NAME_ENTRY_get_object(entry);
  const ASN1_STRING* const value = ::X509_NAME_ENTRY_get_data(entry);
  const std::string_view keyword = keyword_of(type);
  if (keyword.empty()) return oid_text(type) + "=" + der_in_hex(value);
  if (!is_text(value)) return std::string(keyword) + "=" + der_in_hex(value);
  const std::string_view text(reinterpret_cast<const char*>(::ASN1_STRING_get0_data(value)),
                              static_cast<std::size_t>(::ASN1_STRING_length(value)));
  return std::string(keyword) + "=" + escape(to_valid_utf8(text));
}

}  // namespace

std::string distinguished_name(const X509_NAME* name) {
  std::string text;  // The last relative name comes first; those of one set keep their order.
  std::string group;
  const int count = ::X509_NAME_entry_count(name);
  for (int i = 0; i < count; ++i) {
    const X509_NAME_ENTRY* const entry = ::X509_NAME_get_entry(name, i);
    const bool continues_set =
        i > 0 && ::X509_NAME_ENTRY_set(entry) == ::X509_NAME_ENTRY_set(::X509_NAME_get_entry(name, i - 1));
    if (continues_set) {
      group += "+" + attribute(entry);
      continue;
    }
    if (i > 0) text = text.empty() ? group : group + "," + text;
    group = attribute(entry);
  }
  return text.empty() ? group : group + "," + text;
}

}  // namespace muir::auth
