"""Runs pytest files and prints one line per case in GoogleTest's form, so that one tool counts everything.

run_pytest.py SUITE PATH...
"""
import sys

try:
    import pytest
except ImportError:
    print(f"[ RUN      ] {sys.argv[1]}.all\npython3-pytest is not installed\n[  SKIPPED ] {sys.argv[1]}.all")
    sys.exit(0)


class Lines:
    """A pytest plugin."""

    def __init__(self, suite):
        self.suite = suite

    def name(self, report):
        return f"{self.suite}.{report.nodeid.split('::', 1)[-1].replace(' ', '_')}"

    def pytest_runtest_logstart(self, nodeid):
        print(f"[ RUN      ] {self.suite}.{nodeid.split('::', 1)[-1].replace(' ', '_')}")

    def pytest_runtest_logreport(self, report):
        if report.failed:
            print(f"{report.longreprtext}\n[  FAILED  ] {self.name(report)}")
        elif report.skipped:
            print(f"{report.longrepr[2]}\n[  SKIPPED ] {self.name(report)}")
        elif report.when == "call":
            print(f"[       OK ] {self.name(report)} ({round(1000 * report.duration)} ms)")

    def pytest_collectreport(self, report):
        if report.failed:
            print(f"{report.longreprtext}\n[  FAILED  ] {self.suite}.collect")
        elif report.skipped:
            print(f"{report.longrepr[2]}\n[  SKIPPED ] {self.suite}.collect")


if __name__ == "__main__":
    # Its own report and its cache directory stay off: the lines above are the report.
    sys.exit(pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider", *sys.argv[2:]], plugins=[Lines(sys.argv[1])]))
