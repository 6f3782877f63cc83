#include "wire/record/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace muir::wire {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli, bits reflected.

// Row k maps a byte to its share of the checksum when k more bytes follow it in the same step of eight.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t row = 1; row < 8; ++row)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[row - 1][byte];
      tables[row][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t crc) {
  crc = ~crc;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; --i) word = word << 8 | std::to_integer<std::uint64_t>(at[i]);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTables[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ kTables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)

namespace {

// The CRC instruction has a latency of three cycles and starts one a cycle: three runs side by side keep it busy.
constexpr std::size_t kLongRun = 8192, kShortRun = 256;

// Multiplies a matrix over bits, its columns in `matrix`, with a vector.
constexpr std::uint32_t multiply(const std::array<std::uint32_t, 32>& matrix, std::uint32_t vector) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; vector; vector >>= 1, ++i)
    if (vector & 1) sum ^= matrix[i];
  return sum;
}

constexpr std::array<std::uint32_t, 32> squared(const std::array<std::uint32_t, 32>& matrix) {
  std::array<std::uint32_t, 32> square{};
  for (std::size_t i = 0; i < 32; ++i) square[i] = multiply(matrix, matrix[i]);
  return square;
}

// What `zeroes` bytes of zero, a power of two, do to a checksum, as four tables: one for each of its bytes.
using Shift = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr Shift make_shift(std::size_t zeroes) {
  std::array<std::uint32_t, 32> step{};  // One bit of zero.
  step[0] = kPolynomial;
  for (std::uint32_t i = 1; i < 32; ++i) step[i] = 1u << (i - 1);
  for (std::size_t bits = 1; bits < zeroes * 8; bits *= 2) step = squared(step);
  Shift shift{};
  for (std::uint32_t row = 0; row < 4; ++row)
    for (std::uint32_t byte = 0; byte < 256; ++byte) shift[row][byte] = multiply(step, byte << (8 * row));
  return shift;
}

constexpr Shift kLongShift = make_shift(kLongRun);
constexpr Shift kShortShift = make_shift(kShortRun);

std::uint32_t shifted(const Shift& shift, std::uint64_t crc) {
  return shift[0][crc & 0xff] ^ shift[1][(crc >> 8) & 0xff] ^ shift[2][(crc >> 16) & 0xff] ^ shift[3][crc >> 24];
}

std::uint64_t word_at(const std::byte* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Three runs of `run` bytes each, as often as they are there.
__attribute__((target("sse4.2"))) std::uint64_t take_runs(const std::byte*& at, std::size_t& left, std::uint64_t crc,
                                                          std::size_t run, const Shift& shift) {
  for (; left >= 3 * run; left -= 3 * run, at += 3 * run) {
    std::uint64_t second = 0, third = 0;
    for (std::size_t i = 0; i < run; i += 8) {
      crc = _mm_crc32_u64(crc, word_at(at + i));
      second = _mm_crc32_u64(second, word_at(at + run + i));
      third = _mm_crc32_u64(third, word_at(at + 2 * run + i));
    }
    crc = shifted(shift, crc) ^ second;
    crc = shifted(shift, crc) ^ third;
  }
  return crc;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(ByteView bytes, std::uint32_t before) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t crc = static_cast<std::uint32_t>(~before);
  crc = take_runs(at, left, crc, kLongRun, kLongShift);
  crc = take_runs(at, left, crc, kShortRun, kShortShift);
  for (; left >= 8; left -= 8, at += 8) crc = _mm_crc32_u64(crc, word_at(at));
  for (; left > 0; --left, ++at)
    crc = _mm_crc32_u8(static_cast<std::uint32_t>(crc), std::to_integer<std::uint8_t>(*at));
  return ~static_cast<std::uint32_t>(crc);
}

const bool kHasInstruction = __builtin_cpu_supports("sse4.2");

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t crc) {
  return kHasInstruction ? crc32c_by_instruction(bytes, crc) : crc32c_portable(bytes, crc);
}

#else

std::uint32_t crc32c(ByteView bytes, std::uint32_t crc) { return crc32c_portable(bytes, crc); }

#endif

}  // namespace muir::wire
