#include "server/runtime/url_fetch.h"

#include <ctime>
#include <fstream>
#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/ssl.h>

namespace muir::server {
namespace {

constexpr unsigned int kNapMs = 50;

using Fetched = boost::system::result<OwnedBytes, std::string>;

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
void free_text(char* text) { OPENSSL_free(text); }
using Text = std::unique_ptr<char, Deleter<free_text>>;
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Body = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Request = std::unique_ptr<OSSL_HTTP_REQ_CTX, Deleter<OSSL_HTTP_REQ_CTX_free>>;

Fetched read_file(const std::string& path, std::size_t bytes_max) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::string("the file cannot be read");
  OwnedBytes text(bytes_max + 1);
  file.read(reinterpret_cast<char*>(text.data()), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::string("the file cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > bytes_max) return std::string("the file is too large");
  return text;
}

struct Peer {
  SSL_CTX* context = nullptr;  // Null: no TLS.
  std::string host;
};

// OpenSSL calls this when the connection is there, to put TLS on it, and when it goes.
BIO* put_tls_on(BIO* bio, void* argument, int is_connecting, int) {
  const Peer& peer = *static_cast<Peer*>(argument);
  if (peer.context == nullptr) return bio;
  if (is_connecting == 0) {
    BIO* below = BIO_pop(bio);
    BIO_free(bio);
    return below;
  }
  BIO* tls = BIO_new_ssl(peer.context, 1);
  SSL* ssl = nullptr;
  BIO_get_ssl(tls, &ssl);
  if (ssl == nullptr || SSL_set_tlsext_host_name(ssl, peer.host.c_str()) != 1 ||
      SSL_set1_host(ssl, peer.host.c_str()) != 1) {
    BIO_free(tls);
    return nullptr;
  }
  return BIO_push(tls, bio);
}

Context client_context() {
  Context context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  if (SSL_CTX_set_default_verify_paths(context.get()) != 1) return nullptr;
  return context;
}

// All that comes until the other side closes, or says that it is all.  The connection does not block.
Fetched read_body(BIO* body, std::size_t said, std::size_t bytes_max, std::time_t deadline) {
  OwnedBytes text;
  std::byte chunk[4096];
  while (said == 0 || text.size() < said) {
    if (text.size() > bytes_max || said > bytes_max) return std::string("the document is too large");
    if (std::time(nullptr) > deadline) return std::string("the document takes too long");
    const int size = BIO_read(body, chunk, sizeof chunk);
    if (size > 0)
      text.insert(text.end(), chunk, chunk + size);
    else if (BIO_should_retry(body) == 0)
      break;
    else if (BIO_wait(body, deadline, kNapMs) <= 0)
      return std::string("the document takes too long");
  }
  if (text.size() < said) return std::string("the document was cut off");
  return text;
}

// The body of a 200; a redirect is an error to OSSL_HTTP_exchange() when nobody asks where to.
Fetched exchange(OSSL_HTTP_REQ_CTX* request, const char* path, std::size_t bytes_max, int seconds,
                 std::time_t deadline) {
  if (request == nullptr) return std::string("the server cannot be reached");
  if (OSSL_HTTP_set1_request(request, path, nullptr, nullptr, nullptr, nullptr, 0, bytes_max, seconds, 0) != 1)
    return std::string("the request cannot be made");
  const Body body(OSSL_HTTP_exchange(request, nullptr));  // A reference of ours to the connection.
  if (body == nullptr) return std::string("the server did not answer with a document");
  return read_body(body.get(), OSSL_HTTP_REQ_CTX_get_resp_len(request), bytes_max, deadline);
}

Fetched fetch_http(const std::string& url, std::size_t bytes_max, int seconds) {
  int is_tls = 0;
  char *host = nullptr, *port = nullptr, *path = nullptr;
  if (OSSL_HTTP_parse_url(url.c_str(), &is_tls, nullptr, &host, &port, nullptr, &path, nullptr, nullptr) != 1)
    return std::string("the URL cannot be read");
  const Text host_text(host), port_text(port), path_text(path);
  Context context;
  if (is_tls != 0) {
    context = client_context();
    if (context == nullptr) return std::string("TLS cannot be used");
  }
  Peer peer{context.get(), host};
  const std::time_t deadline = std::time(nullptr) + seconds;
  const Request request(
      OSSL_HTTP_open(host, port, nullptr, host, is_tls, nullptr, nullptr, put_tls_on, &peer, 0, seconds));
  return exchange(request.get(), path, bytes_max, seconds, deadline);
}

}  // namespace

Fetched fetch_url(const std::string& url, std::size_t bytes_max, std::chrono::seconds patience) {
  constexpr std::string_view kFile = "file:";
  if (url.starts_with(kFile)) {
    std::string path = url.substr(kFile.size());
    if (path.starts_with("//"))
      path = path.substr(path.find('/', 2) == std::string::npos ? path.size() : path.find('/', 2));
    return read_file(path, bytes_max);
  }
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return std::string("the URL is none of file: and http:");
  Fetched fetched = fetch_http(url, bytes_max, static_cast<int>(patience.count()));
  ERR_clear_error();
  return fetched;
}

}  // namespace muir::server
