#pragma once

#include <cstdint>
#include <random>

#include "wire/codec/json.h"
#include "wire/codec/table.h"

namespace muir::wire {

// Makes messages to prove codecs with: every field of a version set to what is likely to show a mistake, which is its
// default, null, empty, the least, the greatest, or anything.  The same seed makes the same messages.
class SampleMessages {
 public:
  explicit SampleMessages(std::uint64_t seed) : random_(seed) {}

  // Whether structs get tagged fields that no schema knows.  Kafka's JSON cannot carry them.
  bool unknown_tags = true;

  // Fills `out`, an object of `table`'s type with default values.  It views `storage`, which must outlive it.
  void fill(const MessageTable& table, std::int16_t version, JsonStorage& storage, void* out);

 private:
  struct Place;
  void fill_struct(const StructTable& table, const Place& place, void* out);
  void fill_field(const FieldTable& field, const Place& place, void* out);
  void fill_array(const FieldTable& field, const Place& place, void* out);
  void fill_value(const FieldTable& field, const Place& place, void* out);
  std::int64_t number(unsigned bits);
  OwnedBytes bytes(std::size_t size_max);
  std::string text();
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::mt19937_64 random_;
};

}  // namespace muir::wire
