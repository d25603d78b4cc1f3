"""What the Python package does without a server: versions, YAML, errors, finding a server, digests."""
import contextlib
import hashlib
import io
import json
import os
import pathlib
import subprocess
import tempfile

import harness
import setting  # noqa: F401  (the package's path)

import miv
from miv import config, content, endpoint, errors


class Base(harness.TestCase):

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        before = os.getcwd()
        os.chdir(self.place)
        self.addCleanup(os.chdir, before)

    def write(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


class Versions(Base):

    def test_are_merged_left_to_right_at_every_level(self):
        merged = config.merge([{"a": {"b": 1, "c": [1, 2]}}, {"a": {"c": [3]}, "d": None}, None, {"a.b": 2, "a.e.f": 4}])
        self.assertEqual(merged, {"a": {"b": 2, "c": [3], "e": {"f": 4}}, "d": None})

    def test_dots_below_the_top_are_part_of_a_name(self):
        self.assertEqual(config.merge({"velocity": {"a.b": 1}}), {"velocity": {"a.b": 1}})

    def test_tuples_and_numpy_values_become_plain(self):
        import numpy as np

        self.assertEqual(config.merge({"pos": np.array([1.0, 2.0]), "n": np.int64(3), "w": (200, 200)}),
                         {"pos": [1.0, 2.0], "n": 3, "w": [200, 200]})

    def test_from_file_is_parsed_relative_to_the_working_directory(self):
        self.write("config/a.yml", "x: 1\ny: !include b.yml\nz: from_file('deep/c.yml')\n")
        self.write("config/b.yml", "[1, 2]")
        self.write("config/deep/c.yml", "true")
        self.assertEqual(config.merge({"given": "from_file('config/a.yml')"}), {"given": {"x": 1, "y": [1, 2], "z": True}})

    def test_nothing_is_evaluated(self):
        for text in ("__import__('os').getcwd()", "from_file(open('x'))", "poisson(3)"):
            self.assertEqual(config.merge({"a": text}), {"a": text})

    def test_named_versions_are_refused(self):
        with self.assertRaises(errors.NotAvailable) as caught:
            config.merge(["~small(3)"])
        self.assertIn("~small(3)", str(caught.exception))
        self.assertTrue(str(caught.exception).endswith("merged left to right."))

    def test_other_things_are_refused(self):
        with self.assertRaises(errors.WrongType):
            config.merge([3])

    def test_a_config_has_its_fields_as_attributes(self):
        made = config.as_config({"a": {"b": [{"c": 1}]}})
        self.assertEqual(made.a.b[0].c, 1)
        with self.assertRaisesRegex(AttributeError, "no field 'x'; it has a"):
            made.x  # noqa: B018


class Yaml(Base):

    def test_scalars_follow_yaml_1_2(self):
        path = self.write("a.yml", "[1e-3, 1.7e-4, 0x10, 0o17, 010, on, yes, NO, True, null, ~, .inf, 2001-01-01, 12:30, '1', -5, +.5]")
        self.assertEqual(miv.from_yaml(path), [1e-3, 1.7e-4, 16, 15, 10, "on", "yes", "NO", True, None, None, float("inf"), "2001-01-01",
                                               "12:30", "1", -5, 0.5])

    def test_agrees_with_the_command_line_on_every_file_of_the_example(self):
        import yaml

        for path in sorted((harness.EXAMPLE / "config").glob("*.yml")):
            self.assertEqual(self.numbers(miv.from_yaml(path)), self.numbers(yaml.safe_load(path.read_text())), path)

    def numbers(self, value):
        """PyYAML reads 1e-3 as text."""
        if isinstance(value, dict):
            return {key: self.numbers(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.numbers(entry) for entry in value]
        try:
            return float(value)
        except (TypeError, ValueError):
            return value

    def test_merge_keys_and_anchors_work(self):
        path = self.write("a.yml", "base: &b {x: 1, y: 2}\nover: {<<: *b, y: 3}\n")
        self.assertEqual(miv.from_yaml(path)["over"], {"x": 1, "y": 3})

    def test_errors_name_file_and_line(self):
        path = self.write("a.yml", "x: 1\ny: 2\nx: 3\n")
        with self.assertRaisesRegex(errors.InvalidYaml, "a.yml:3: the key 'x' is there twice"):
            miv.from_yaml(path)
        path = self.write("b.yml", "x: [1,\n")
        with self.assertRaisesRegex(errors.InvalidYaml, r"b.yml:2: .*expected"):
            miv.from_yaml(path)
        path = self.write("c.yml", "x: !!python/object/apply:os.getcwd []\n")
        with self.assertRaises(errors.InvalidYaml):
            miv.from_yaml(path)
        with self.assertRaisesRegex(errors.FileNotFound, "nowhere.yml"):
            miv.from_yaml("nowhere.yml")

    def test_include_cycles_end(self):
        self.write("a.yml", "!include b.yml")
        self.write("b.yml", "!include a.yml")
        with self.assertRaises(errors.IncludeCycle):
            miv.from_yaml("a.yml")


class Errors(Base):

    def test_one_class_per_reason(self):
        self.assertIs(errors.UnknownConfigKey, errors.error_class("UNKNOWN_CONFIG_KEY"))
        self.assertTrue(issubclass(errors.UnknownConfigKey, miv.MivError))
        self.assertEqual(errors.UnknownConfigKey.reason, "UNKNOWN_CONFIG_KEY")
        with self.assertRaises(AttributeError):
            errors.not_a_class  # noqa: B018

    def test_text_ends_with_the_remedy(self):
        text = str(errors.error("OUT_OF_RANGE", "too big", file="p.yaml", line=3, field="steps.a.config.x", expected="at most 1",
                                found="2", remedy="Lower it."))
        self.assertEqual(text, "p.yaml:3: steps.a.config.x: too big\n  expected at most 1\n  found    2\n  Lower it.")


class Servers(Base):

    def setUp(self):
        super().setUp()
        for name in ("MIV_SERVER", "MIV_TOKEN"):
            old = os.environ.pop(name, None)
            if old is not None:
                self.addCleanup(os.environ.__setitem__, name, old)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            old = os.environ.get(name)
            os.environ[name] = str(self.place / name)
            self.addCleanup(os.environ.pop if old is None else os.environ.__setitem__, name, *([] if old is None else [old]))

    def settings(self, text):
        self.write("XDG_CONFIG_HOME/miv/config.yaml", text)

    def coordinator(self, folder):
        self.write(f"{folder}/server.json", json.dumps({"address": "127.0.0.1:7", "pid": 1, "token_file": "token"}))
        self.write(f"{folder}/token", "secret\n")

    def test_argument_then_environment_then_settings_then_the_usual_directory(self):
        self.coordinator("XDG_DATA_HOME/miv")
        self.assertEqual(endpoint.find_endpoint().token, "secret")
        self.settings("server: b:2\ntoken: of-settings\n")
        self.assertEqual((endpoint.find_endpoint().address, endpoint.find_endpoint().token), ("b:2", "of-settings"))
        os.environ["MIV_SERVER"], os.environ["MIV_TOKEN"] = "c:3", "of-environment"
        self.addCleanup(os.environ.pop, "MIV_SERVER")
        self.addCleanup(os.environ.pop, "MIV_TOKEN")
        self.assertEqual((endpoint.find_endpoint().address, endpoint.find_endpoint().token), ("c:3", "of-environment"))
        self.assertEqual(endpoint.find_endpoint("unix:/tmp/x").address, "unix:/tmp/x")

    def test_only_this_machine_goes_without_tls(self):
        for address, local in {"127.0.0.1:1": True, "localhost:1": True, "[::1]:1": True, "unix:/x": True, "lab:1": False,
                               "0.0.0.0:1": False}.items():
            self.assertEqual(endpoint.Endpoint(address, "").local, local, address)

    def test_errors_say_what_to_do(self):
        with self.assertRaisesRegex(errors.NoServer, r"miv.local\(\)"):
            endpoint.find_endpoint()
        with self.assertRaisesRegex(errors.NoServer, "miv up --data"):
            endpoint.find_endpoint(self.place)
        with self.assertRaises(errors.NoServer):
            endpoint.find_endpoint("/no/such/place")
        self.settings("sevrer: x\n")
        with self.assertRaisesRegex(errors.UnknownConfigKey, "sevrer"):
            endpoint.find_endpoint()
        self.settings("server: 3\n")
        with self.assertRaisesRegex(errors.InvalidConfig, "a string"):
            endpoint.find_endpoint()

    def test_local_says_if_there_is_no_program(self):
        old = os.environ["MIV_BIN"]
        os.environ["MIV_BIN"] = str(self.place)
        self.addCleanup(os.environ.__setitem__, "MIV_BIN", old)
        with self.assertRaises(errors.NoCoordinator):
            miv.local()

    def test_local_starts_a_server_and_says_so(self):
        data = self.place / "data"
        self.addCleanup(subprocess.run, [harness.BIN / "miv", "up", "--stop", "--data", data], capture_output=True)
        with contextlib.redirect_stderr(io.StringIO()) as said:
            client = miv.local(data)
        self.addCleanup(client.close)
        self.assertIn(str(data), said.getvalue())
        self.assertIn(client.endpoint.address, said.getvalue())
        with self.assertRaises(errors.MivError) as caught:
            client.job("none")
        self.assertNotEqual(caught.exception.code, "UNAVAILABLE")

    def test_an_unreachable_server_is_an_error_that_names_it(self):
        unused = miv.Client(endpoint.Endpoint("127.0.0.1:1", "the test"))
        self.addCleanup(unused.close)
        with self.assertRaisesRegex(errors.ServerUnreachable, "127.0.0.1:1"):
            unused.job("j")


class Content(Base):

    def test_a_file_is_named_by_its_sha256(self):
        path = self.write("a.txt", "abc")
        (blob,) = content.blobs_of(path, "a.txt", False, "f")
        # FIPS 180-4, appendix: SHA-256 of "abc".
        self.assertEqual(blob.digest, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        self.assertEqual(blob.size, 3)

    def test_a_directory_by_its_sorted_manifest(self):
        self.write("m/b.mod", "b")
        self.write("m/a/z.mod", "z")
        self.write("m/x86_64/built.o", "no")
        blobs = content.blobs_of(self.place / "m", "m", True, "f")
        digest = {text: "sha256:" + hashlib.sha256(text.encode()).hexdigest() for text in "bz"}
        manifest = ('{"files":[{"digest":"%s","executable":false,"path":"a/z.mod","size":1},'
                    '{"digest":"%s","executable":false,"path":"b.mod","size":1}]}' % (digest["z"], digest["b"]))
        self.assertEqual(blobs[-1].manifest.decode(), manifest)
        self.assertEqual(blobs[-1].digest, "sha256:" + hashlib.sha256(manifest.encode()).hexdigest())
        self.assertEqual(len(blobs), 3)

    def test_a_changed_file_is_read_again(self):
        path = self.write("a.txt", "abc")
        first = content.digest_of_file(str(path))
        path.write_text("abcd")
        self.assertNotEqual(content.digest_of_file(str(path)), first)

    def test_what_is_not_there_is_told_with_a_suggestion(self):
        self.write("PYR.swc", "")
        with self.assertRaisesRegex(errors.FileNotFound, 'Did you mean ".*PYR.swc"'):
            content.blobs_of(self.place / "PYR.sw", "PYR.sw", False, "f")
        with self.assertRaises(errors.NotADirectory):
            content.blobs_of(self.place / "PYR.swc", "PYR.swc", True, "f")
        with self.assertRaises(errors.NotAFile):
            content.blobs_of(self.place, ".", False, "f")


class Package(Base):

    def test_installs_with_pip_and_imports(self):
        target = self.place / "site"
        done = subprocess.run(["/usr/bin/python3", "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
                               "--target", target, self.copy()], capture_output=True, text=True, timeout=120)
        if "No module named pip" in done.stderr or "No module named 'setuptools" in done.stderr or "invalid command 'bdist_wheel'" in done.stderr:
            self.skipTest("pip, setuptools and wheel are not installed")
        self.assertEqual(done.returncode, 0, done.stderr)
        said = subprocess.run(["/usr/bin/python3", "-c", "import miv, miv.h5; print(miv.__file__, miv.get)"], capture_output=True, text=True,
                              env={"PYTHONPATH": str(target), "PATH": os.environ["PATH"]}, cwd=self.place)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn(str(target), said.stdout)
        self.assertTrue((target / "miv" / "py.typed").exists())

    def copy(self):
        """The sources, so that nothing is written into the repository."""
        import shutil

        shutil.copytree(harness.ROOT / "client" / "python", self.place / "client" / "python")
        shutil.copytree(harness.ROOT / "proto", self.place / "proto")
        return self.place / "client" / "python"


if __name__ == "__main__":
    harness.main()
