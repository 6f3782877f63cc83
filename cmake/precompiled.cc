// A target that owns the precompiled header needs a file to compile.
