#!/usr/bin/env python3
"""Counts test cases in logs of `ctest -V` and shows what failed or was skipped.

count_results.py LOG...   exit 0 if nothing failed and something passed, else 1
"""
import re
import sys

OUTPUT = re.compile(r"^(\d+): ?(.*)$")
CASE = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (\S+\.\S+)(?: \(| *$|,)")
ENTRY = re.compile(r"^ *\d+/\d+ Test +#(\d+): (\S+) \.*\**(.*?) +[\d.]+ sec")


class Entry:
    """One ctest entry: the test cases that its output shows."""

    def __init__(self):
        self.lines = []
        self.cases = {}

    def read(self, line):
        self.lines.append(line)
        case = CASE.match(line)
        if case:
            self.cases[case.group(2)] = case.group(1)

    def skip_reason(self, case):
        """What the test said between its start and its SKIPPED line."""
        begin = next((i for i, l in enumerate(self.lines) if l.startswith("[ RUN") and l.endswith(" " + case)), None)
        if begin is None:
            return ""
        said = []
        for line in self.lines[begin + 1:]:
            if CASE.match(line):
                break
            if line and not line.startswith("[") and not re.search(r": Skipped$", line):
                said.append(line)
        return " ".join(said)


def read_log(path):
    """Yields (name, verdict of ctest, Entry) of every entry in a log."""
    entries = {}
    with open(path, errors="replace") as log:
        for line in log:
            output = OUTPUT.match(line.rstrip("\n"))
            if output:
                entries.setdefault(output.group(1), Entry()).read(output.group(2))
                continue
            done = ENTRY.match(line)
            if done:
                yield done.group(2), done.group(3).strip(), entries.get(done.group(1), Entry())


def count(name, verdict, entry):
    """(passed, failed, skipped) of one entry; prints failures and skips."""
    verdicts = list(entry.cases.values())
    passed, failed, skipped = (verdicts.count(v) for v in ("OK", "FAILED", "SKIPPED"))
    for case, outcome in entry.cases.items():
        if outcome == "SKIPPED":
            print(f"SKIPPED {name} {case}: {entry.skip_reason(case)}")
    entry_ok = verdict.endswith("Passed")
    if "Skipped" in verdict and not verdicts:
        skipped += 1
        print(f"SKIPPED {name}: {' '.join(entry.lines[-3:])}")
    elif not verdicts:
        passed, failed = (passed + 1, failed) if entry_ok else (passed, failed + 1)
    elif not entry_ok and not failed:
        failed += 1  # crashed, timed out, or failed on another rank
    if failed:
        print(f"FAILED {name} ({verdict or 'no verdict'}):")
        print("\n".join("    " + line for line in entry.lines[-80:]))
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for path in sys.argv[1:]:
        for name, verdict, entry in read_log(path):
            total = [a + b for a, b in zip(total, count(name, verdict, entry))]
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
