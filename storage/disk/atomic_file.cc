#include "storage/disk/atomic_file.h"

#include <cerrno>

namespace muir::storage {

Task<Result<void>> write_atomically(Disk& disk, std::string path, OwnedBytes bytes, NameDurability durability) {
  const std::string temporary = path + ".tmp";
  const auto file = co_await disk.open(temporary, OpenMode::replace);
  if (!file) co_return file.error();
  const ByteView whole = bytes;
  const auto written = co_await (*file)->write(0, {&whole, 1});
  if (!written) {
    // What there is of it may be what fills the disk.  That it stays is no harm: the next time replaces it.
    static_cast<void>(co_await disk.remove(temporary));
    co_return written.error();
  }
  if (durability != NameDurability::with_file_and_directory) {
    const auto synced = co_await (*file)->sync_data();
    if (!synced) co_return synced.error();
  }
  const auto renamed = co_await disk.rename(temporary, path);
  if (!renamed || durability != NameDurability::at_once) co_return renamed;
  const auto named = co_await disk.sync_directory(parent_directory(path));
  co_return named;
}

Task<Result<std::optional<OwnedBytes>>> read_file(Disk& disk, std::string path, std::uint64_t size_max) {
  const auto status = co_await disk.status(path);
  if (!status) co_return status.error();
  if (!*status) co_return std::optional<OwnedBytes>{};
  if ((*status)->size_bytes > size_max) co_return Error{EFBIG, boost::system::system_category()};
  const auto file = co_await disk.open(path, OpenMode::read);
  if (!file) co_return file.error();
  OwnedBytes bytes((*status)->size_bytes);
  const auto count = co_await (*file)->read(0, bytes);
  if (!count) co_return count.error();
  bytes.resize(*count);
  co_return std::optional(std::move(bytes));
}

}  // namespace muir::storage
