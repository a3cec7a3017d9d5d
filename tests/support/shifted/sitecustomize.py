"""Imported by Python itself at its start, where this folder is in PYTHONPATH: a clock that a test sets while it runs.

``UMBEL_TEST_CLOCK`` names a file with the seconds by which ``time.time`` is off. What counts durations stays right.
"""

import os
import time

PATH = os.environ["UMBEL_TEST_CLOCK"]
_true_time = time.time


def _shifted_time() -> float:
    with open(PATH) as file:  # noqa: PTH123 - pathlib would slow down every start of Python
        return _true_time() + float(file.read())


time.time = _shifted_time
