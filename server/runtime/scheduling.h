#pragma once

namespace muir::server {

// How the calling thread stands with the kernel's scheduler.  Where the operator has chosen a policy for the process
// nothing is changed, nor where the kernel will not.

// For one that works for a moment and sleeps again: it gets a processor at once where one who computes for long would
// keep it for milliseconds.  Its share stays the same.  Kernels before 6.12 do not listen.
void ask_for_short_slices();

// For one that computes: it takes no processor from anybody when there is something to do for it, and gets less of them
// where they are short.
void stand_back();

}  // namespace muir::server
