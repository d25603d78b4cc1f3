#!/usr/bin/env python3
"""Counts test cases in logs of `ctest -V` and shows what failed or was skipped.

count_results.py LOG...   exit 0 if nothing failed and something passed, else 1
"""
import re
import sys

OUTPUT = re.compile(r"^(\d+): ?(.*)$")
RUN = re.compile(r"^\[ RUN +\] (\S+)$")
CASE = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (\S+\.\S+?)(?:,| \(|$)")
START = re.compile(r"^ +Start +(\d+): (\S+)$")
ENTRY = re.compile(r"^ *\d+/\d+ Test +#(\d+): \S+ \.*\**(.*?) +[\d.]+ sec")
END_OF_PREAMBLE = "Test timeout computed to be"
LINES_SHOWN = 80


class Entry:
    """One ctest entry: the test cases that its output shows."""

    def __init__(self, name):
        self.name = name
        self.verdict = "did not end"  # ctest's
        self.lines = []
        self.cases = {}

    def read(self, line):
        self.lines.append(line)
        case = CASE.match(line)
        if case:
            self.cases[case.group(2)] = case.group(1)
        elif line.startswith(END_OF_PREAMBLE) and not self.cases:
            self.lines.clear()

    def block(self, case):
        """Lines between the start of a case and its outcome."""
        begin = next((i for i, line in enumerate(self.lines) if (run := RUN.match(line)) and run.group(1) == case), None)
        if begin is None:
            return []
        for end in range(begin + 1, len(self.lines)):
            outcome = CASE.match(self.lines[end])
            if (outcome and outcome.group(2) == case) or RUN.match(self.lines[end]):
                return self.lines[begin + 1:end]
        return self.lines[begin + 1:]

    def skip_reason(self, case):
        """What the test said between its start and its SKIPPED line."""
        return " ".join(line for line in self.block(case) if line and not re.search(r": Skipped$", line))


def read_log(path):
    """Every entry that was started in a log."""
    entries = {}
    with open(path, errors="replace") as log:
        for line in log:
            line = line.rstrip("\n")
            if start := START.match(line):
                entries[start.group(1)] = Entry(start.group(2))
            elif (output := OUTPUT.match(line)) and output.group(1) in entries:
                entries[output.group(1)].read(output.group(2))
            elif (done := ENTRY.match(line)) and done.group(1) in entries:
                entries[done.group(1)].verdict = done.group(2).strip()
    return list(entries.values())


def show(title, lines):
    print(f"{title}:")
    if len(lines) > LINES_SHOWN:
        print(f"    ... {len(lines) - LINES_SHOWN} lines")
    for line in lines[-LINES_SHOWN:]:
        print("    " + line)


def count(entry):
    """(passed, failed, skipped) of one entry; prints failures and skips."""
    outcomes = list(entry.cases.values())
    passed, failed, skipped = (outcomes.count(outcome) for outcome in ("OK", "FAILED", "SKIPPED"))
    for case, outcome in entry.cases.items():
        if outcome == "SKIPPED":
            print(f"SKIPPED {entry.name} {case}: {entry.skip_reason(case)}")
        elif outcome == "FAILED":
            show(f"FAILED {entry.name} {case}", entry.block(case))
    if "Skipped" in entry.verdict and not outcomes:
        print(f"SKIPPED {entry.name}: {' '.join(entry.lines[-3:])}")
        return 0, 0, 1
    entry_ok = entry.verdict == "Passed"
    if entry_ok and not outcomes:
        return 1, 0, 0
    if not entry_ok and not failed:
        show(f"FAILED {entry.name} ({entry.verdict})", entry.lines)
        failed += 1  # crashed, timed out, or failed on another rank
    return passed, failed, skipped


def main():
    total = [0, 0, 0]
    for path in sys.argv[1:]:
        for entry in read_log(path):
            total = [a + b for a, b in zip(total, count(entry))]
    passed, failed, skipped = total
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
