#include "auth/tls/byte_bio.h"

#include <algorithm>

namespace muir::auth {
namespace {

int write(BIO* bio, const char* data, int size) {
  auto* const io = static_cast<ByteBio*>(::BIO_get_data(bio));
  if (io == nullptr || io->out == nullptr || size <= 0) return -1;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  io->out->insert(io->out->end(), bytes, bytes + size);
  return size;
}

int read(BIO* bio, char* into, int size) {
  auto* const io = static_cast<ByteBio*>(::BIO_get_data(bio));
  ::BIO_clear_retry_flags(bio);
  if (io == nullptr || io->in.empty() || size <= 0) {
    ::BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(io->in.size(), static_cast<std::size_t>(size));
  std::copy_n(io->in.begin(), count, reinterpret_cast<std::byte*>(into));
  io->in = io->in.subspan(count);
  return static_cast<int>(count);
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int create_one(BIO* bio) {
  ::BIO_set_init(bio, 1);
  return 1;
}

const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* const m = ::BIO_meth_new(::BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes");
    ::BIO_meth_set_write(m, write);
    ::BIO_meth_set_read(m, read);
    ::BIO_meth_set_ctrl(m, control);
    ::BIO_meth_set_create(m, create_one);
    return m;
  }();
  return made;
}

}  // namespace

BIO* ByteBio::create() { return ::BIO_new(method()); }
void ByteBio::attach(BIO* bio, ByteBio* io) { ::BIO_set_data(bio, io); }

}  // namespace muir::auth
