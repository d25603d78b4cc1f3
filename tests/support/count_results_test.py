"""What the closing line of the tests counts, on logs as ctest 3.25 writes them."""
import subprocess
import sys

import harness

COUNT = harness.ROOT / "tests" / "count_results.py"
PREAMBLE = """{n}: Test command: /usr/bin/true
{n}: Working Directory: /build
{n}: Environment variables:
{n}:  MIV_BIN=/build/bin
{n}: Test timeout computed to be: 60
"""


def entry(number, name, output, verdict):
    """One test of a log; verdict "" = ctest was killed before it ended."""
    text = f"test {number}\n    Start {number}: {name}\n\n" + PREAMBLE.format(n=number)
    text += "".join(f"{number}: {line}\n" for line in output)
    if verdict:
        text += f"{number}/9 Test #{number}: {name} .......{verdict}    0.02 sec\n"
    return text


class CountResults(harness.TestCase):

    def count(self, *entries):
        """(exit code, lines before the last, last line)"""
        log = self.directory / "suite.log"
        log.write_text("Constructing a list of tests\n" + "".join(entries) + "\n0% tests passed, 1 tests failed out of 9\n")
        done = subprocess.run([sys.executable, COUNT, log], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        *said, last = done.stdout.splitlines()
        return done.returncode, said, last

    def test_passing_cases_are_counted_one_by_one(self):
        output = ["[ RUN      ] A.One", "[       OK ] A.One (3 ms)", "[ RUN      ] P/A.Two/0",
                  "[       OK ] P/A.Two/0, where GetParam() = 5 (1 ms)", "[  PASSED  ] 2 tests."]
        self.assertEqual(self.count(entry(1, "a", output, "   Passed")), (0, [], "2 passed, 0 failed, 0 skipped"))

    def test_failing_case_is_counted_once_and_shown(self):
        output = ["[ RUN      ] A.One", "[       OK ] A.One (3 ms)", "[ RUN      ] A.Two", "expected 3", "[  FAILED  ] A.Two (1 ms)",
                  "[  FAILED  ] 1 test, listed below:", "[  FAILED  ] A.Two"]
        self.assertEqual(self.count(entry(1, "a", output, "***Failed")),
                         (1, ["FAILED a A.Two:", "    expected 3"], "1 passed, 1 failed, 0 skipped"))

    def test_skipped_case_says_why(self):
        output = ["[ RUN      ] A.One", "[       OK ] A.One (3 ms)", "[ RUN      ] A.Two", "a_test.cc:5: Skipped", "needs root",
                  "", "[  SKIPPED ] A.Two (0 ms)"]
        self.assertEqual(self.count(entry(1, "a", output, "   Passed")),
                         (0, ["SKIPPED a A.Two: needs root"], "1 passed, 0 failed, 1 skipped"))

    def test_entry_without_cases_counts_as_one(self):
        self.assertEqual(self.count(entry(1, "a", [], "   Passed"), entry(2, "b", ["boom"], "***Failed")),
                         (1, ["FAILED b (Failed):", "    boom"], "1 passed, 1 failed, 0 skipped"))

    def test_entry_skipped_by_its_exit_code(self):
        self.assertEqual(self.count(entry(1, "a", [], "   Passed"), entry(2, "b", ["no Slurm"], "***Skipped")),
                         (0, ["SKIPPED b: no Slurm"], "1 passed, 0 failed, 1 skipped"))

    def test_crash_timeout_and_failure_of_another_rank_are_failures(self):
        output = ["[ RUN      ] A.One", "[       OK ] A.One (3 ms)", "[ RUN      ] A.Two"]
        for verdict in ("***Exception: SegFault", "***Timeout", "***Failed"):
            code, said, last = self.count(entry(1, "a", output, verdict))
            self.assertEqual((code, last), (1, "1 passed, 1 failed, 0 skipped"), verdict)
            self.assertIn("    [ RUN      ] A.Two", said)

    def test_entry_that_never_ended_is_a_failure(self):
        code, said, last = self.count(entry(1, "a", [], "   Passed"), entry(2, "b", ["[ RUN      ] B.One"], ""))
        self.assertEqual((code, said[0], last), (1, "FAILED b (did not end):", "1 passed, 1 failed, 0 skipped"))

    def test_output_of_tests_that_ran_at_the_same_time_is_kept_apart(self):
        one = entry(1, "a", ["[ RUN      ] A.One"], "")
        two = entry(2, "b", ["[ RUN      ] B.One", "[       OK ] B.One (1 ms)"], "   Passed")
        rest = "1: [       OK ] A.One (9 ms)\n2/9 Test #1: a .......   Passed    0.02 sec\n"
        self.assertEqual(self.count(one, two, rest), (0, [], "2 passed, 0 failed, 0 skipped"))

    def test_lines_that_look_like_outcomes_inside_a_case_do_not_count(self):
        output = ["[ RUN      ] A.One", "said: [       OK ] B.Two (1 ms)", "[       OK ] A.One (3 ms)"]
        self.assertEqual(self.count(entry(1, "a", output, "   Passed")), (0, [], "1 passed, 0 failed, 0 skipped"))

    def test_nothing_is_not_a_success(self):
        self.assertEqual(self.count(), (1, [], "0 passed, 0 failed, 0 skipped"))

    def test_long_output_is_cut_at_its_beginning(self):
        output = ["[ RUN      ] A.One"] + [f"line {i}" for i in range(500)] + ["[  FAILED  ] A.One (3 ms)"]
        _, said, _ = self.count(entry(1, "a", output, "***Failed"))
        self.assertEqual((said[1], said[-1], len(said)), ("    ... 420 lines", "    line 499", 82))


if __name__ == "__main__":
    harness.main()
