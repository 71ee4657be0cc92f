"""quickXorHash: the hash that SharePoint gives for a file, after the algorithm that Microsoft has published."""

import base64

BITS, SHIFT = 160, 11
BYTES = BITS // 8
LENGTH_BYTES = 8


def quick_xor_hash(content: bytes) -> str:
    """The hash in base64: each byte lands eleven bits after the one before, around a ring of 160; then the length."""
    folded = 0
    for start in range(0, len(content), BITS):  # what lies 160 bytes apart lands on the same bits
        folded ^= int.from_bytes(content[start : start + BITS], "little")
    ring = 0
    for place, byte in enumerate(folded.to_bytes(BITS, "little")):
        ring ^= byte << (place * SHIFT % BITS)
    ring = (ring ^ (ring >> BITS)) & ((1 << BITS) - 1)
    ring ^= len(content) << 8 * (BYTES - LENGTH_BYTES)
    return base64.b64encode(ring.to_bytes(BYTES, "little")).decode()
