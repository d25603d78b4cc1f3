"""Outputs of components: files on the server, fetched when they are opened."""

from __future__ import annotations

import hashlib
import html
import os
import pathlib
import tempfile
from typing import TYPE_CHECKING

from miv import endpoint
from miv.client import Client
from miv.errors import error

if TYPE_CHECKING:
    from miv.component import Component


class RemoteFile(os.PathLike[str]):
    """One output of a component.

    Opening it (`open(file)`, `h5py.File(file)`, `os.fspath(file)`) fetches it into a local cache, named by content.  In the config of
    another component it stays on the server."""

    def __init__(self, component: Component, name: str = "") -> None:
        self.component = component
        self._name = name  # "" = the component's only or first output

    @property
    def name(self) -> str:
        """File name, such as forest.h5."""
        return self._name or self.component._first_output()

    @property
    def digest(self) -> str:
        """Of its bytes.  Errors: NotLaunched if the component has no result yet."""
        return self.component._outputs_now()[self.name].digest

    @property
    def size(self) -> int:
        """Bytes."""
        return self.component._outputs_now()[self.name].size

    def reference(self, step: str) -> str:
        """How a config names it, where its component is the step called `step`."""
        return f"step:{step}/{self._name}" if self._name else f"step:{step}"

    def __fspath__(self) -> str:
        output = self.component._outputs_now()[self.name]
        return str(fetch(self.component.client, output.digest, self.name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RemoteFile) and (self.component, self._name) == (other.component, other._name)

    def __hash__(self) -> int:
        return hash((id(self.component), self._name))

    def __repr__(self) -> str:
        return f"<miv.RemoteFile {self._name or 'output'} of {self.component.label}>"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(self._name or 'output')}</code> of {html.escape(self.component.label)} (on the server)"


def fetch(client: Client, digest: str, name: str) -> pathlib.Path:
    """Path of a local copy, read-only: CACHE/sha256/ab/cd.../NAME with CACHE = $XDG_CACHE_HOME/miv, default ~/.cache/miv.

    Errors: DigestMismatch if what arrives is not what was asked for."""
    digits = digest.removeprefix("sha256:")
    folder = endpoint.cache_directory() / "sha256" / digits[:2] / digits[2:]
    path = folder / name
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=".part-", dir=folder)
    os.close(handle)
    try:
        client.download(digest, pathlib.Path(part))
        with open(part, "rb") as file:
            found = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise error("DIGEST_MISMATCH", "what was downloaded is not what was asked for", file=name, expected=digest, found=found,
                        remedy="Open the file again: it is fetched from the beginning.")
        os.chmod(part, 0o444)
        os.replace(part, path)
    finally:
        if os.path.exists(part):
            os.remove(part)
    return path
