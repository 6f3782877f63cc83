#pragma once

namespace muir {

// Ends the process with the place and the text of the broken claim.  Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace muir

// We were wrong: an invariant of this program does not hold.  Ends the process, in release builds too, because going
// on could acknowledge what is not stored.  Never for anything that a client, a peer or a disk controls.
#define CHECK(condition) ((condition) ? static_cast<void>(0) : ::muir::check_failed(#condition, __FILE__, __LINE__))
