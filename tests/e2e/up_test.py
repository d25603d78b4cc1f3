"""`miv up`: a coordinator of one's own, from nothing to stopped; and an address that needs TLS."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import harness

BIN = harness.BIN


class Up(harness.TestCase):

    def setUp(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="miv-test-", dir=self.directory)) / "data"
        self.home = self.data.parent / "home"
        self.home.mkdir()
        self.addCleanup(self.stop)

    def miv(self, *arguments, expect=0, timeout=60):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MIV_", "XDG_"))}
        done = subprocess.run([BIN / "miv", *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                              stdin=subprocess.DEVNULL, env=environment | {"HOME": str(self.home)}, cwd=self.home)
        self.assertEqual(done.returncode, expect, f"{arguments}: {done.stdout}\n{done.stderr}")
        return done

    def record(self, data=None):
        return json.loads(((data or self.data) / "server.json").read_text())

    def stop(self):
        for record in self.data.parent.rglob("server.json"):
            try:
                os.kill(json.loads(record.read_text())["pid"], signal.SIGKILL)
            except (OSError, ValueError, KeyError):
                pass

    def up(self, *options, **more):
        return self.miv("up", "--data", self.data, "--listen", "127.0.0.1:0", *options, **more)

    def test_starts_once_and_stops(self):
        said = self.up().stdout
        first = self.record()
        self.assertIn(first["address"], said)
        self.assertIn("miv submit", said)
        self.assertTrue(harness.alive(first["pid"]))
        self.assertIn("already", self.up().stdout)
        self.assertEqual(self.record()["pid"], first["pid"])
        self.miv("--server", self.data, "jobs")
        self.miv("up", "--stop", "--data", self.data)
        self.assertFalse(harness.alive(first["pid"]))
        self.miv("--server", self.data, "jobs", expect=3)

    def test_comes_back_after_a_crash(self):
        self.up()
        before = self.record()
        os.kill(before["pid"], signal.SIGKILL)
        harness.wait_until(lambda: not harness.alive(before["pid"]), 10, "the end of the coordinator")
        self.up()
        self.assertNotEqual(self.record()["pid"], before["pid"])

    def test_default_directory_is_found_without_options(self):
        self.miv("up", "--listen", "127.0.0.1:0")
        usual = self.home / ".local" / "share" / "miv"
        self.assertEqual(json.loads(self.miv("jobs", "--json").stdout), [])
        self.assertEqual(json.loads(self.miv("version", "--json").stdout)["server"]["address"], self.record(usual)["address"])
        self.miv("up", "--stop")

    def test_says_what_the_coordinator_said_if_it_does_not_start(self):
        said = self.miv("up", "--data", self.data, "--listen", "nonsense", expect=2).stderr
        self.assertIn("the coordinator ended at once", said)
        self.assertIn("nonsense", said)

    def test_foreground_ends_with_its_signal(self):
        process = subprocess.Popen([BIN / "miv", "up", "--foreground", "--data", self.data, "--listen", "127.0.0.1:0"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            harness.wait_until(lambda: (self.data / "server.json").exists(), 20, "the coordinator")
            self.assertEqual(self.record()["pid"], process.pid)
            process.send_signal(signal.SIGINT)
            process.wait(20)
        finally:
            process.kill()
            process.wait()


class Tls(harness.TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if shutil.which("openssl") is None:
            raise harness.unittest.SkipTest("openssl is not installed")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=miv-test",
                        "-addext", "subjectAltName=IP:0.0.0.0,DNS:localhost", "-keyout", cls.directory / "key.pem",
                        "-out", cls.directory / "ca.pem"], check=True, capture_output=True)
        config = cls.directory / "server.yaml"
        config.write_text(f"tls:\n  certificate: {cls.directory}/ca.pem\n  key: {cls.directory}/key.pem\n")
        cls.server = harness.Server("--config", config, data=cls.directory / "data")
        cls.server.address = "0.0.0.0:0"
        cls.enterClassContext(cls.server)
        cls.port = cls.server.address.rsplit(":", 1)[1]
        cls.token = (cls.directory / "data" / "token").read_text().strip()

    def miv(self, home, *arguments, expect=0, token=""):
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MIV_", "XDG_"))}
        environment |= {"HOME": str(home)} | ({"MIV_TOKEN": token} if token else {})
        done = subprocess.run([BIN / "miv", *map(str, arguments)], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, env=environment)
        self.assertEqual(done.returncode, expect, f"{arguments}: {done.stdout}\n{done.stderr}")
        return done

    def test_login_with_the_authority_and_a_token(self):
        home = self.directory / "user"
        home.mkdir()
        address = f"0.0.0.0:{self.port}"
        self.miv(home, "jobs", "--server", address, expect=3, token=self.token)  # an unknown authority
        self.miv(home, "login", address, "--ca", self.directory / "ca.pem", expect=4)  # no token
        self.miv(home, "login", address, "--ca", self.directory / "ca.pem", expect=4, token="0" * 64)
        self.miv(home, "login", address, "--ca", self.directory / "ca.pem", token=self.token)
        self.assertEqual((home / ".config" / "miv" / "config.yaml").stat().st_mode & 0o777, 0o600)
        self.assertEqual(json.loads(self.miv(home, "jobs", "--json").stdout), [])


if __name__ == "__main__":
    harness.main()
