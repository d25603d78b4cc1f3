"""Where the server is: the argument, MIV_SERVER, ~/.config/miv/config.yaml, then the usual data directory, as the command line does it."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
from collections.abc import Mapping

import yaml

from miv.errors import MivError, error

_SETTINGS = ("ca_file", "server", "token", "token_file")


@dataclasses.dataclass
class Endpoint:
    """An address and what it takes to talk to it."""

    address: str  #: HOST:PORT or unix:PATH
    origin: str  #: what named it
    token: str = ""
    token_origin: str = ""
    ca_file: str = ""

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it: no TLS there."""
        if self.address.startswith("unix:"):
            return True
        host = self.address.rsplit(":", 1)[0]
        return host in ("localhost", "[::1]") or re.fullmatch(r"127(\.\d+){1,3}", host) is not None


def config_file() -> pathlib.Path:
    return _home("XDG_CONFIG_HOME", ".config") / "miv" / "config.yaml"


def default_data_directory() -> pathlib.Path:
    return _home("XDG_DATA_HOME", ".local/share") / "miv"


def cache_directory() -> pathlib.Path:
    return _home("XDG_CACHE_HOME", ".cache") / "miv"


def find_endpoint(server: str | os.PathLike[str] | None = None, token_file: str | os.PathLike[str] | None = None) -> Endpoint:
    """Errors: NoServer if none is known, or none runs where one was named; InvalidConfig, NoToken."""
    settings = _read_settings()
    endpoint = _locate(server, settings)
    if token_file is not None:
        endpoint.token, endpoint.token_origin = _read_token(pathlib.Path(token_file)), str(token_file)
    elif not endpoint.token:
        _find_token(endpoint, settings)
    if "ca_file" in settings:
        endpoint.ca_file = str(pathlib.Path(settings["ca_file"]).expanduser())
    return endpoint


def _home(variable: str, below_home: str) -> pathlib.Path:
    base = os.environ.get(variable)
    return pathlib.Path(base) if base else pathlib.Path.home() / below_home


def _read_settings() -> dict[str, str]:
    path = config_file()
    if not path.exists():
        return {}
    try:
        settings = yaml.safe_load(path.read_text())
    except yaml.YAMLError as wrong:
        raise error("INVALID_CONFIG", f"not YAML: {wrong}", file=str(path)) from None
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise error("INVALID_CONFIG", "not a configuration file", file=str(path),
                    expected="keys among " + ", ".join(_SETTINGS))
    for key, value in settings.items():
        if key not in _SETTINGS:
            raise error("UNKNOWN_CONFIG_KEY", "unknown setting", file=str(path), field=str(key),
                        remedy="The settings are " + ", ".join(_SETTINGS) + ".")
        if not isinstance(value, str):
            raise error("INVALID_CONFIG", "wrong type of value", file=str(path), field=str(key), expected="a string",
                        found=repr(value))
    return dict(settings)


def _read_token(path: pathlib.Path) -> str:
    try:
        token = path.read_text().strip()
    except OSError as wrong:
        raise error("NO_TOKEN", f"cannot read the token file: {wrong.strerror}", file=str(path)) from None
    if not token:
        raise error("NO_TOKEN", "the token file is empty", file=str(path))
    return token


def _find_token(endpoint: Endpoint, settings: Mapping[str, str]) -> None:
    if os.environ.get("MIV_TOKEN"):
        endpoint.token, endpoint.token_origin = os.environ["MIV_TOKEN"], "MIV_TOKEN"
    elif "token" in settings:
        endpoint.token, endpoint.token_origin = settings["token"], str(config_file())
    elif "token_file" in settings:
        path = pathlib.Path(settings["token_file"]).expanduser()
        endpoint.token, endpoint.token_origin = _read_token(path), str(path)


def _locate(server: str | os.PathLike[str] | None, settings: Mapping[str, str]) -> Endpoint:
    if server is not None:
        return _resolve(os.fspath(server), "the argument `server`")
    if os.environ.get("MIV_SERVER"):
        return _resolve(os.environ["MIV_SERVER"], "MIV_SERVER")
    if "server" in settings:
        return _resolve(os.path.expanduser(settings["server"]), str(config_file()))
    data = default_data_directory()
    if (data / "server.json").exists():
        return _resolve(str(data), str(data))
    raise error("NO_SERVER", "no server is known", code="NOT_FOUND",
                remedy="Start one on this machine with miv.local() or `miv up`, or name one with miv.connect(server), MIV_SERVER or "
                       f"`server:` in {config_file()}.")


def _resolve(server: str, origin: str) -> Endpoint:
    if server.startswith("unix:") or re.fullmatch(r"[^/]+:[1-9]\d{0,4}", server):
        return Endpoint(address=server, origin=origin)
    path = pathlib.Path(server)
    if path.is_dir():
        path = path / "server.json"
    if path.is_file():
        return _read_server_file(path, origin)
    if "/" in server or path.parent.is_dir():
        raise error("NO_SERVER", f"no coordinator runs in {server} (given by {origin})", code="UNAVAILABLE",
                    remedy=f"Start one with: miv up --data {server}")
    raise error("INVALID_SERVER", "this names no server", field=origin, found=repr(server),
                expected="HOST:PORT, unix:PATH, or a coordinator's data directory or server.json")


def _read_server_file(path: pathlib.Path, origin: str) -> Endpoint:
    try:
        record = json.loads(path.read_text())
        endpoint = Endpoint(address=str(record["address"]), origin=origin, ca_file=str(record.get("ca_file") or ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise error("INVALID_SERVER_FILE", "does not describe a server", file=str(path),
                    expected="a JSON object with an address") from None
    token_file = record.get("token_file")
    if isinstance(token_file, str):
        try:
            endpoint.token = _read_token(path.parent / token_file)
            endpoint.token_origin = str(path.parent / token_file)
        except MivError:
            pass
    return endpoint

