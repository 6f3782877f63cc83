"""CRC-32C (Castagnoli), as a record batch carries it."""

POLYNOMIAL = 0x82F63B78  # Reflected.


def _table():
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


TABLE = _table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = TABLE[(value ^ byte) & 0xFF] ^ value >> 8
    return value ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283
