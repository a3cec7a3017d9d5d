"""Ends what the demo has started when the demo itself was killed: ``python -m umbel.cli.demo.guardian``.

It reads lines from its input, ``+PID`` for a process group that was started and ``-PID`` for one that has ended. At the
end of the input, which comes however the demo dies, it ends the groups that are left.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_S = 3.0


def left_over(lines: Iterable[str]) -> set[int]:
    """Return the process ids that were started and have not ended."""
    left: set[int] = set()
    for line in lines:
        number = int(line[1:])
        if line.startswith("+"):
            left.add(number)
        else:
            left.discard(number)
    return left


def end(groups: set[int]) -> None:
    """End the groups, kindly and then not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for group in groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, number)
        if groups and number is signal.SIGTERM:
            time.sleep(GRACE_S)


def main() -> None:
    """Watch until the input ends. Signals meant for the demo do not stop it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(left_over(sys.stdin))


if __name__ == "__main__":
    main()
