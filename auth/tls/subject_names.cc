#include "auth/tls/subject_names.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include "auth/tls/openssl_handles.h"

namespace muir::auth {

std::vector<std::string> alternative_names(const X509* certificate) {
  const GeneralNamesPtr names(
      static_cast<GENERAL_NAMES*>(::X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> texts;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const std::unique_ptr<BIO, FreeWith<BIO_free>> text(::BIO_new(::BIO_s_mem()));
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    ::GENERAL_NAME_print(text.get(), const_cast<GENERAL_NAME*>(name));
    char* data = nullptr;
    const long size = ::BIO_get_mem_data(text.get(), &data);
    std::string_view value(data, static_cast<std::size_t>(size));
    value.remove_prefix(std::min(value.find(':') + 1, value.size()));  // OpenSSL's word for the kind.
    texts.push_back(fmt::format("[{}, {}]", name->type, value));
  }
  std::ranges::sort(texts);
  return texts;
}

}  // namespace muir::auth
