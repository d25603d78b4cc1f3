"""Pipelines that a server must refuse before anything runs."""
import json

import harness


class RefusalCase(harness.TestCase):
    """One server for all cases: after every refusal it must be as empty as before.  Each case has a small example of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.start_server()

    def setUp(self):
        self.pipeline = harness.copy_small_example(self.directory / self._testMethodName)
        self.root = self.pipeline.parent

    def refuse(self, *words, options=(), file="pipeline.yaml", readable=True):
        """The submission fails as bad input; what it says names `file`, if that is `readable` its field, and holds all
        `words`."""
        done = self.server.miv("submit", self.pipeline, "--wait", *options, expect=2)
        said = done.stderr
        for word in (file, *words):
            self.assertIn(word, said)
        self.assertNotIn("Traceback", said)
        self.assertEqual(self.server.json("jobs"), [])
        self.assertEqual(list(self.server.directory.glob("groups/*")), [])
        plan = self.server.miv("plan", self.pipeline, *options, expect=2)
        self.assertIn(words[0], plan.stderr)
        error = json.loads(self.server.miv("submit", self.pipeline, "--wait", "--json", *options, expect=2).stdout)["error"]
        self.assertTrue(error["reason"].isupper(), error)
        self.assertTrue(error["message"], error)
        if readable:
            self.assertIn(file, error["file"])
            self.assertTrue(error["field"], error)
        return error

    def assert_remedy(self, error, *words):
        self.assertRegex(error.get("remedy", ""), r"^[A-Z].*[.?]$", f"no sentence that says what to do: {error}")
        for word in words:
            self.assertIn(word, error["remedy"])
