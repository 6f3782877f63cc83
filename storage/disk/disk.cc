#include "storage/disk/disk.h"

#include <cerrno>

namespace muir::storage {

Error sync_failure(Error error) {
  return is_out_of_space(error) ? Error{EIO, boost::system::system_category()} : error;
}

bool is_out_of_space(const Error& error) {
  return error.category() == boost::system::system_category() && (error.value() == ENOSPC || error.value() == EDQUOT);
}

std::string parent_directory(const std::string& path) {
  const auto slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace muir::storage
