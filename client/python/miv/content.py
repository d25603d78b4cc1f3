"""Local files and directories as the server stores them: named by the SHA-256 of their bytes."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import io
import json
import os
import pathlib
import re
import stat
from typing import BinaryIO

from miv.errors import error

_BUILD_FOLDERS = {"x86_64", "aarch64", "arm64", "__pycache__"}
_known: dict[tuple[str, int, int, int], str] = {}


@dataclasses.dataclass(frozen=True)
class Blob:
    """Bytes to upload: of a file, or the manifest of a directory."""

    digest: str
    size: int
    label: str
    path: str = ""
    manifest: bytes = b""

    @property
    def directory(self) -> bool:
        return not self.path

    def open(self) -> BinaryIO:
        return io.BytesIO(self.manifest) if self.directory else open(self.path, "rb")


def is_digest(text: str) -> bool:
    return re.fullmatch(r"sha256:[0-9a-f]{64}", text) is not None


def digest_of_file(path: str) -> tuple[str, int]:
    """Digest and size; a file that has not changed since the last time is not read again."""
    info = os.stat(path)
    key = (os.path.abspath(path), info.st_ino, info.st_size, info.st_mtime_ns)
    if key not in _known:
        with open(path, "rb") as file:
            _known[key] = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
    return _known[key], info.st_size


def blobs_of(path: pathlib.Path, label: str, directory: bool, field: str) -> list[Blob]:
    """What to upload for a path of a config; the last one is the path's own.

    Errors: FileNotFound with a suggestion, NotADirectory, NotAFile."""
    wanted = "a directory" if directory else "a file"
    if not path.exists():
        raise error("FILE_NOT_FOUND", f"there is no {label}", field=field, expected=wanted, found=str(path), remedy=_nearest(path))
    if path.is_dir() != directory:
        raise error("NOT_A_DIRECTORY" if directory else "NOT_A_FILE", f"{label} is not {wanted}", field=field, expected=wanted,
                    found=str(path), remedy=f"Give the path of {wanted}.")
    if not directory:
        digest, size = digest_of_file(str(path))
        return [Blob(digest, size, label, str(path))]
    return _directory_blobs(path, label)


def _directory_blobs(root: pathlib.Path, label: str) -> list[Blob]:
    blobs, entries = [], []
    for folder, _, names in os.walk(root, followlinks=True):
        below = pathlib.Path(folder).relative_to(root)
        if _BUILD_FOLDERS & set(below.parts):
            continue
        for name in names:
            path = os.path.join(folder, name)
            digest, size = digest_of_file(path)
            relative = (below / name).as_posix()
            executable = bool(os.stat(path).st_mode & stat.S_IXUSR)
            blobs.append(Blob(digest, size, f"{label}/{relative}", path))
            entries.append({"digest": digest, "executable": executable, "path": relative, "size": size})
    entries.sort(key=lambda entry: str(entry["path"]).encode())
    manifest = json.dumps({"files": entries}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    blobs.append(Blob("sha256:" + hashlib.sha256(manifest).hexdigest(), len(manifest), label, manifest=manifest))
    return blobs


def _nearest(path: pathlib.Path) -> str:
    names = os.listdir(path.parent) if path.parent.is_dir() else []
    close = difflib.get_close_matches(path.name, names, 1)
    if close:
        return f'Did you mean "{path.parent / close[0]}"?'
    return "Relative paths start at the working directory in which the component was made."
