"""The server that this process talks to."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import threading

from miv.client import Client
from miv.endpoint import default_data_directory, find_endpoint
from miv.errors import MivError, error

_lock = threading.RLock()
_client: Client | None = None


def connect(server: str | os.PathLike[str] | None = None, *, token_file: str | os.PathLike[str] | None = None) -> Client:
    """Chooses the server for everything that follows.

    server: HOST:PORT, unix:PATH, or a coordinator's data directory or server.json; by default MIV_SERVER, then `server:` in
    ~/.config/miv/config.yaml, then the coordinator that `miv up` runs on this machine.
    Errors: NoServer, InvalidServer, InvalidConfig, NoToken."""
    global _client
    with _lock:
        _client = Client(find_endpoint(server, token_file))
        return _client


def current() -> Client:
    """The chosen server; the configured one if none was chosen, and one on this machine if none is configured."""
    with _lock:
        if _client is not None:
            return _client
        try:
            return connect()
        except MivError as unknown:
            if (unknown.reason, unknown.code) != ("NO_SERVER", "NOT_FOUND"):
                raise
            return local()


def local(data: str | os.PathLike[str] | None = None) -> Client:
    """Starts a coordinator on this machine, unless one runs, and chooses it.  It goes on when Python ends.

    data: its directory; default ~/.local/share/miv.
    Errors: NoCoordinator if the programs are not installed; CoordinatorEnded if it does not start."""
    directory = pathlib.Path(data) if data is not None else default_data_directory()
    command = [str(_program("miv")), "up", "--data", str(directory.absolute())]
    if data is not None:
        command += ["--listen", "127.0.0.1:0"]  # beside another one
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise error("COORDINATOR_ENDED", "no coordinator could be started on this machine", output=done.stderr,
                    remedy=f"Start one by hand to see why: {' '.join(command)}")
    said = done.stdout.strip().splitlines()
    stop = "miv up --stop" if data is None else f"miv up --stop --data {directory}"
    print(f"miv: {said[0] if said else 'coordinator is up'}, data in {directory}; stop it with `{stop}`", file=sys.stderr)
    return connect(directory.absolute())


def _program(name: str) -> pathlib.Path:
    folder = os.environ.get("MIV_BIN")
    found = pathlib.Path(folder, name) if folder else shutil.which(name)
    if found and os.access(found, os.X_OK):
        return pathlib.Path(found)
    raise error("NO_COORDINATOR", f"there is no program `{name}` on this machine", expected="it in the directory MIV_BIN, or on PATH",
                remedy="Install the server here, or name another with miv.connect(server) or MIV_SERVER.")
