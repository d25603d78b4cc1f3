"""Reads PNG files, so that tests need no imaging library."""
import struct
import zlib

import numpy as np

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type


def _unfilter(rows, stride, pixel):
    """[height, stride] bytes from filtered rows (PNG specification, section 9)."""
    image = np.zeros((len(rows), stride), dtype=np.uint8)
    above = np.zeros(stride, dtype=np.int64)
    for y, row in enumerate(rows):
        kind, line = row[0], np.frombuffer(row[1:], dtype=np.uint8).astype(np.int64)
        if kind == 2:
            line = (line + above) & 255
        elif kind:
            line = _undo(kind, line, above, pixel)
        image[y] = line
        above = line
    return image


def _undo(kind, line, above, pixel):
    """Filters 1 Sub, 3 Average, 4 Paeth."""
    out = line.tolist()
    up = above.tolist()
    for x in range(len(out)):
        left = out[x - pixel] if x >= pixel else 0
        corner = up[x - pixel] if x >= pixel else 0
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up[x]) // 2
        else:
            distances = [abs(up[x] - corner), abs(left - corner), abs(left + up[x] - 2 * corner)]
            guess = (left, up[x], corner)[distances.index(min(distances))]
        out[x] = (out[x] + guess) & 255
    return np.array(out)


def read(path):
    """[height, width, channels] samples of 8 bits, or [height, width] indices of a palette image of 1 to 8 bits."""
    data = path.read_bytes()
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError(f"{path} is no PNG file")
    position, packed, header = 8, b"", None
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        body = data[position + 8:position + 8 + length]
        if zlib.crc32(kind + body) != struct.unpack(">I", data[position + 8 + length:position + 12 + length])[0]:
            raise ValueError(f"{path}: a chunk has a wrong checksum")
        if kind == b"IHDR":
            header = struct.unpack(">IIBBBBB", body)
        elif kind == b"IDAT":
            packed += body
        position += 12 + length
    width, height, bits, colour, _, _, interlaced = header
    if interlaced or bits == 16 or (bits < 8 and colour not in (0, 3)):
        raise ValueError(f"{path}: this form of PNG is not read here")
    channels = CHANNELS[colour]
    stride = (width * channels * bits + 7) // 8
    raw = zlib.decompress(packed)
    rows = [raw[y * (stride + 1):(y + 1) * (stride + 1)] for y in range(height)]
    image = _unfilter(rows, stride, max(1, channels * bits // 8))
    if bits < 8:
        shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
        return ((image[:, :, None] >> shifts) & (2**bits - 1)).reshape(height, -1)[:, :width]
    return image.reshape(height, width, channels) if colour != 3 else image
