#include <memory>

#include <zstd.h>

#include "wire/base/check.h"
#include "wire/record/decompression_stream.h"

namespace muir::wire {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class ZstdStream final : public DecompressionStream {
 public:
  ZstdStream() : context_(ZSTD_createDCtx()) { CHECK(context_); }

  void begin(ByteView compressed, std::size_t) override {
    CHECK(!ZSTD_isError(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only)));
    input_ = {compressed.data(), compressed.size(), 0};
    frame_ended_ = true;
  }

  // Frames may follow each other.  The window is bounded by the library's default, 128 MiB, as in Kafka.
  Result<std::size_t> read(MutableByteView out) override {
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    while (output.pos == 0) {
      if (frame_ended_ && input_.pos == input_.size) return std::size_t{0};
      const std::size_t before = input_.pos;
      const std::size_t hint = ZSTD_decompressStream(context_.get(), &output, &input_);
      if (ZSTD_isError(hint)) return RecordErrc::bad_compressed_data;
      frame_ended_ = hint == 0;
      const bool stuck = !frame_ended_ && output.pos == 0 && input_.pos == before;
      if (stuck) return RecordErrc::bad_compressed_data;  // The bytes end within a frame.
    }
    return output.pos;
  }

 private:
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  ZSTD_inBuffer input_{};
  bool frame_ended_ = true;
};

}  // namespace

std::unique_ptr<DecompressionStream> make_zstd_stream() { return std::make_unique<ZstdStream>(); }

Result<> zstd_compress(ByteView plain, int level, OwnedBytes& out) {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  CHECK(context);
  const std::size_t before = out.size();
  out.resize(before + ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compressCCtx(context.get(), out.data() + before, out.size() - before, plain.data(), plain.size(), level);
  out.resize(before + (ZSTD_isError(size) ? 0 : size));
  return ZSTD_isError(size) ? Result<>(RecordErrc::batch_full) : ok();
}

}  // namespace muir::wire
