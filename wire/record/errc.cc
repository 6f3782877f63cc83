#include "wire/record/errc.h"

#include <string>

namespace muir::wire {
namespace {

const char* text(RecordErrc errc) {
  switch (errc) {
    case RecordErrc::truncated:
      return "the bytes end before the record batch does";
    case RecordErrc::batch_too_small:
      return "the record batch's length is smaller than its header";
    case RecordErrc::batch_too_large:
      return "the record batch's length is above the limit";
    case RecordErrc::unknown_magic:
      return "unknown record batch magic";
    case RecordErrc::old_format:
      return "the batch has message format 0 or 1";
    case RecordErrc::crc_mismatch:
      return "the record batch's CRC does not match its bytes";
    case RecordErrc::unknown_compression:
      return "unknown compression type";
    case RecordErrc::bad_varint:
      return "a varint in a record is too long";
    case RecordErrc::bad_record:
      return "a record's lengths contradict its size";
    case RecordErrc::bad_record_count:
      return "the record count is not the number of records";
    case RecordErrc::records_end_early:
      return "the records end before the last record does";
    case RecordErrc::trailing_bytes:
      return "bytes follow the last record of the batch";
    case RecordErrc::bad_compressed_data:
      return "the compressed records cannot be decompressed";
    case RecordErrc::decompressed_too_large:
      return "the decompressed records are above the limit";
    case RecordErrc::not_rewritable:
      return "the record batch would have to be rewritten, and cannot be";
    case RecordErrc::batch_full:
      return "the record batch has no room for another record";
  }
  return "unknown record error";
}

class RecordCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "muir.record"; }
  std::string message(int value) const override { return text(static_cast<RecordErrc>(value)); }
};

}  // namespace

const boost::system::error_category& record_category() noexcept {
  static const RecordCategory category;
  return category;
}

}  // namespace muir::wire
