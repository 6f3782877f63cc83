#include "auth/tls/subject_names.h"

#include <algorithm>

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
    ::GENERAL_NAME_print(text.get(), sk_GENERAL_NAME_value(names.get(), i));
    char* data = nullptr;
    const long size = ::BIO_get_mem_data(text.get(), &data);
    texts.emplace_back(data, static_cast<std::size_t>(size));
  }
  std::ranges::sort(texts);
  return texts;
}

}  // namespace muir::auth
