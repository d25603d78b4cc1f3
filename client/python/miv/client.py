"""The server as Python sees it: calls that are repeated while it restarts, uploads by digest, downloads into a cache."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import grpc

from miv import endpoint as _endpoint
from miv.content import Blob
from miv.errors import MivError, error, from_detail
from miv.v1 import artifacts_pb2, artifacts_pb2_grpc, error_pb2, jobs_pb2, jobs_pb2_grpc

_CALL_S = 30.0
_SUBMIT_S = 300.0  # preflight compiles mechanisms
_FIRST_CONTACT_S = 3.0
_LOST_CONTACT_S = 120.0
_CHUNK_BYTES = 256 * 1024
_DIGESTS_PER_CALL = 10_000


class Backoff:
    """Waiting times that grow, until patience ends."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self.reset()

    def reset(self) -> None:
        self._step_s = 0.1
        self._waited_s = 0.0

    def wait(self) -> bool:
        """Sleeps; False if there is no patience left."""
        pause_s = self._step_s * (0.5 + 0.5 * random.random())
        if self._waited_s + pause_s > self._patience_s:
            return False
        time.sleep(pause_s)
        self._waited_s += pause_s
        self._step_s = min(self._step_s * 2, 5.0)
        return True


class Client:
    """Thread safe.  Does not wait for the server: the first call finds out."""

    def __init__(self, endpoint: _endpoint.Endpoint) -> None:
        self.endpoint = endpoint
        options: list[tuple[str, int]] = [
            ("grpc.keepalive_time_ms", 30_000), ("grpc.keepalive_timeout_ms", 20_000),
            ("grpc.http2.max_pings_without_data", 0), ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 1_000), ("grpc.max_reconnect_backoff_ms", 5_000)]
        if endpoint.local:
            channel = grpc.insecure_channel(endpoint.address, [*options, ("grpc.enable_http_proxy", 0)])
        else:
            roots = None
            if endpoint.ca_file:
                with open(endpoint.ca_file, "rb") as file:
                    roots = file.read()
            channel = grpc.secure_channel(endpoint.address, grpc.ssl_channel_credentials(roots), options)
        self._channel = channel
        self._metadata = (("authorization", f"Bearer {endpoint.token}"),) if endpoint.token else ()
        self._jobs = jobs_pb2_grpc.JobsStub(channel)
        self._artifacts = artifacts_pb2_grpc.ArtifactsStub(channel)
        self._contacted = False

    def __repr__(self) -> str:
        return f"<miv.Client of {self.endpoint.address}>"

    def close(self) -> None:
        self._channel.close()

    # -- jobs --

    def resolve(self, pipeline: Any) -> Any:
        """A jobs_pb2.ResolvePipelineResponse."""
        return self._call(self._jobs.ResolvePipeline, jobs_pb2.ResolvePipelineRequest(pipeline=pipeline))

    def submit(self, pipeline: Any, blobs: list[Blob], *, validate_only: bool = False, cache: str = "USE") -> Any:
        """Uploads what the server lacks and submits: a jobs_pb2.SubmitJobResponse."""
        self.upload_missing(blobs)
        request = jobs_pb2.SubmitJobRequest(request_id=uuid.uuid4().hex, pipeline=pipeline, validate_only=validate_only,
                                            cache_policy=_cache_policy(cache))
        try:
            return self._call(self._jobs.SubmitJob, request, _SUBMIT_S)
        except MivError as refused:
            # A file may have been collected between the upload and the submission.
            if refused.reason != "UPLOADS_MISSING" or self.upload_missing(blobs) == 0:
                raise
            return self._call(self._jobs.SubmitJob, request, _SUBMIT_S)

    def job(self, job_id: str) -> Any:
        return self._call(self._jobs.GetJob, jobs_pb2.GetJobRequest(job_id=job_id))

    def cancel(self, job_id: str, reason: str = "") -> Any:
        return self._call(self._jobs.CancelJob, jobs_pb2.CancelJobRequest(job_id=job_id, reason=reason))

    def watch(self, job_id: str, after_sequence: int = 0) -> Iterator[Any]:
        """Every event after `after_sequence`, in order and once, until the job ends; survives a restart of the server."""
        last, holes = after_sequence, 0
        backoff = self._backoff()
        while True:
            before, broken = last, None
            stream = self._jobs.WatchJob(jobs_pb2.WatchJobRequest(job_id=job_id, after_sequence=last), metadata=self._metadata)
            try:
                for event in stream:
                    self._contacted = True
                    if event.sequence <= last:
                        continue
                    if event.sequence != last + 1:
                        holes += 1
                        if holes >= 3:
                            raise error("EVENTS_MISSING", f"the event log of job {job_id} lacks {last + 1} to {event.sequence - 1}",
                                        remedy="The job itself goes on; ask for it again.")
                        break
                    last, holes = event.sequence, 0
                    yield event
                    if event.HasField("end"):
                        return
            except grpc.RpcError as failed:
                broken = self._explain(failed)
                if broken.code != "UNAVAILABLE":
                    raise broken from None
            finally:
                stream.cancel()
            if last > before:
                backoff = self._backoff()
            if not backoff.wait():
                raise broken or error("SERVER_STOPPING", f"the stream of job {job_id} ends although the job has not ended",
                                      code="UNAVAILABLE", remedy="Watch again: nothing is lost.")

    # -- files --

    def upload_missing(self, blobs: list[Blob]) -> int:
        """Uploads what the server does not hold, members before the directories that name them; how many that were."""
        by_digest = {blob.digest: blob for blob in blobs}
        digests = list(by_digest)
        missing: set[str] = set()
        for begin in range(0, len(digests), _DIGESTS_PER_CALL):
            request = artifacts_pb2.FindMissingRequest(digests=digests[begin:begin + _DIGESTS_PER_CALL])
            missing.update(self._call(self._artifacts.FindMissing, request).digests)
        wanted = sorted((by_digest[digest] for digest in missing), key=lambda blob: blob.directory)
        for blob in wanted:
            self._upload(blob)
        return len(wanted)

    def _upload(self, blob: Blob) -> None:
        backoff, offset = self._backoff(), 0
        ask = blob.size > _CHUNK_BYTES
        while True:
            if ask:
                stat = self._call(self._artifacts.Stat, artifacts_pb2.StatRequest(digest=blob.digest))
                if stat.present:
                    return
                if stat.committed > offset:
                    backoff.reset()
                offset = stat.committed
            try:
                self._artifacts.Upload(_parts(blob, offset), metadata=self._metadata)
                return
            except grpc.RpcError as failed:
                broken = self._explain(failed)
            if broken.code == "DATA_LOSS":
                raise error("FILE_CHANGED", "the file changed while it was being uploaded", file=blob.label,
                            remedy="Launch again when nothing writes to it.")
            # Aborted: an earlier stream of ours that the server still held open.
            if broken.code not in ("UNAVAILABLE", "ABORTED") or not backoff.wait():
                raise broken
            ask = True

    def download(self, digest: str, path: os.PathLike[str], on_bytes: Callable[[int], None] | None = None) -> None:
        """Writes the artifact's bytes to `path`, from where an earlier attempt of this call broke off; not verified."""
        backoff, size = self._backoff(), 0
        with open(path, "wb") as file:
            while True:
                before = size
                stream = self._artifacts.Download(artifacts_pb2.DownloadRequest(digest=digest, offset=size), metadata=self._metadata)
                try:
                    for part in stream:
                        file.write(part.chunk)
                        size += len(part.chunk)
                        if on_bytes:
                            on_bytes(size)
                    return
                except grpc.RpcError as failed:
                    broken = self._explain(failed)
                finally:
                    stream.cancel()
                if size > before:
                    backoff.reset()
                if broken.code != "UNAVAILABLE" or not backoff.wait():
                    raise broken

    # -- transport --

    def _backoff(self) -> Backoff:
        return Backoff(_LOST_CONTACT_S if self._contacted else _FIRST_CONTACT_S)

    def _call(self, method: Callable[..., Any], request: Any, timeout_s: float = _CALL_S) -> Any:
        backoff = self._backoff()
        while True:
            try:
                answer = method(request, timeout=timeout_s, metadata=self._metadata)
                self._contacted = True
                return answer
            except grpc.RpcError as failed:
                broken = self._explain(failed)
            if broken.code != "UNAVAILABLE" or not backoff.wait():
                raise broken

    def _explain(self, failed: grpc.RpcError) -> MivError:
        # How a server that shuts down ends the calls that it still has.
        cancelled = failed.code() is grpc.StatusCode.CANCELLED
        code = "UNAVAILABLE" if cancelled else failed.code().name
        found = _detail_of(failed, code)
        if found is not None or code != "UNAVAILABLE":
            self._contacted = True
        if code == "UNAUTHENTICATED":
            found = found or error("UNAUTHENTICATED", failed.details(), code=code)
            found.remedy = (f"The token came from {self.endpoint.token_origin}; ask the operator for a valid one."
                            if self.endpoint.token else
                            "No token was found: set MIV_TOKEN, or `token_file` in ~/.config/miv/config.yaml.")
        if found is not None:
            return found
        at = self.endpoint.address
        if code == "UNAVAILABLE":
            return error("SERVER_UNREACHABLE",
                         f"cannot reach the server at {at} (named by {self.endpoint.origin}): {failed.details()}", code=code,
                         remedy="Start one on this machine with miv.local(), or name another with miv.connect(server) or MIV_SERVER.")
        if code == "DEADLINE_EXCEEDED":
            return error("SERVER_SLOW", f"the server at {at} has not answered in time", code=code,
                         remedy="Repeat the call: nothing is done twice.")
        return error(code, failed.details(), code=code)


def _detail_of(failed: grpc.RpcError, code: str) -> MivError | None:
    for key, value in failed.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = error_pb2.Status.FromString(value)
        for packed in status.details:
            detail = error_pb2.ErrorDetail()
            if packed.Unpack(detail):
                return from_detail(detail, code)
    return None


def _cache_policy(name: str) -> int:
    policies = {"USE": jobs_pb2.CACHE_POLICY_USE, "REFRESH": jobs_pb2.CACHE_POLICY_REFRESH,
                "BYPASS": jobs_pb2.CACHE_POLICY_BYPASS}
    if name.upper() not in policies:
        raise error("OUT_OF_RANGE", "the value is not allowed", field="cache", expected="USE, REFRESH or BYPASS", found=repr(name))
    return policies[name.upper()]


def _parts(blob: Blob, offset: int) -> Iterator[Any]:
    yield artifacts_pb2.UploadRequest(header=artifacts_pb2.UploadRequest.Header(
        digest=blob.digest, size=blob.size, offset=offset, directory=blob.directory))
    with blob.open() as file:
        file.seek(offset)
        while chunk := file.read(_CHUNK_BYTES):
            yield artifacts_pb2.UploadRequest(chunk=chunk)
