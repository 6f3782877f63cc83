#pragma once

#include <openssl/bio.h>

#include "wire/base/bytes.h"

namespace muir::auth {

// What OpenSSL reads from and writes to instead of a socket: the bytes that its caller has at hand, without a copy in
// between.  When they are used up it says that it would block.
struct ByteBio {
  ByteView in;                // Taken from the front.
  OwnedBytes* out = nullptr;  // Appended to.

  static BIO* create();                       // Without one; null when memory is short.
  static void attach(BIO* bio, ByteBio* io);  // Null detaches.
};

}  // namespace muir::auth
