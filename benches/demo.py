"""Measure how long after its start the demo shows tasks in each state: ``python -m benches.demo [--runs 3]``.

The clock runs from the start of the process, as it does for the person who waits. Exits with 1 where a state takes
longer than its budget.
"""

import argparse
import statistics
import sys

from benches._machine import load, machine
from tools.try_demo import STATES, try_demo

BUDGET_S = 20.0
COMMAND = (sys.executable, "-m", "umbel", "demo", "--port=0")


def main() -> None:
    """Start it a few times, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{machine()}; load {load()}; {options.runs} runs, seconds from the start of the process")
    runs = [try_demo(COMMAND) for _ in range(options.runs)]
    print(f"\n{'state':<12}{'median':>8}{'worst':>8}")
    for state in sorted(STATES, key=lambda state: statistics.median(run[state] for run in runs)):
        times = [run[state] for run in runs]
        print(f"{state:<12}{statistics.median(times):>8.1f}{max(times):>8.1f}")
    worst = max(run[state] for run in runs for state in STATES)
    verdict = "met" if worst <= BUDGET_S else "NOT met"
    print(f"\nevery state within {BUDGET_S:.0f} s: {verdict} (worst {worst:.1f} s)")
    sys.exit(worst > BUDGET_S)


if __name__ == "__main__":
    main()
