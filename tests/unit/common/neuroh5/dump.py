"""Prints what h5py finds in a file, as JSON.

usage: dump.py FILE
{"objects": {path: {...}}, "superblock": version, "attributes": {path: {...}}}
A dataset has type, shape, unlimited, chunk, filters, links, early,
values (first 64) and padding_is_zero (the bytes of the last chunk behind the
end).  A committed type has type and links.  Every object has messages: the
types of its header's messages, read from the bytes.
"""

import json
import struct
import sys

import h5py
import numpy as np


def type_name(t):
    if h5py.check_enum_dtype(t):
        return ["enum", t.str, h5py.check_enum_dtype(t)]
    if t.fields:
        return [[n, type_name(t.fields[n][0]), t.fields[n][1]] for n in t.names]
    return t.str


def padding_is_zero(dataset, raw):
    chunks = dataset.chunks
    if not chunks or dataset.shape[0] % chunks[0] == 0:
        return True
    info = dataset.id.get_chunk_info(dataset.id.get_num_chunks() - 1)
    used = (dataset.shape[0] % chunks[0]) * dataset.dtype.itemsize
    raw.seek(info.byte_offset + used)
    return not any(raw.read(info.size - used))


def messages(address, raw):
    """Message types of an object header of version 1 (HDF5 file format, IV.A.1.a)."""
    raw.seek(address)
    version, count, size = struct.unpack("<BxH4xI4x", raw.read(16))
    if version != 1:
        raise ValueError(f"object header of version {version}")
    types, blocks = [], [(raw.tell(), size)]
    while blocks:
        at, left = blocks.pop(0)
        while left >= 8 and len(types) < count:
            raw.seek(at)
            kind, length = struct.unpack("<HH4x", raw.read(8))
            if kind == 0x10:  # continued elsewhere
                blocks.append(struct.unpack("<QQ", raw.read(16)))
            types.append(kind)
            at, left = at + 8 + length, left - 8 - length
    return types


def describe(name, item, raw):
    return {**shape_of(item, raw), "messages": messages(h5py.h5o.get_info(item.id).addr, raw)}


def shape_of(item, raw):
    info = h5py.h5o.get_info(item.id)
    if isinstance(item, h5py.Datatype):
        return {"type": type_name(item.dtype), "links": info.rc}
    if isinstance(item, h5py.Group):
        return {"links": info.rc, "children": list(item)}
    plist = item.id.get_create_plist()
    return {
        "type": type_name(item.dtype),
        "shape": list(item.shape),
        "unlimited": item.maxshape == (None,),
        "chunk": item.chunks[0],
        "filters": plist.get_nfilters(),
        "links": info.rc,
        "early": plist.get_alloc_time() == h5py.h5d.ALLOC_TIME_EARLY,
        "values": np.array(item[:64]).tolist(),
        "padding_is_zero": padding_is_zero(item, raw),
    }


def value_of(v):
    if isinstance(v, bytes):
        return v.decode()
    return v.tolist() if hasattr(v, "tolist") else str(v)


def main(path):
    objects, attributes = {}, {}
    with h5py.File(path) as f, open(path, "rb") as raw:
        def walk(group, prefix):
            for name in group:
                item = group[name]
                where = prefix + "/" + name
                objects[where] = describe(where, item, raw)
                if len(item.attrs if hasattr(item, "attrs") else ()):
                    attributes[where] = {
                        k: value_of(v) for k, v in item.attrs.items()}
                if isinstance(item, h5py.Group):
                    walk(item, where)
        walk(f, "")
        raw.seek(8)
        superblock = raw.read(1)[0]
    json.dump({"objects": objects, "attributes": attributes,
               "superblock": superblock}, sys.stdout)


main(sys.argv[1])
