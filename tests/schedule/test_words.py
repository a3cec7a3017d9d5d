"""Rules are said as a person would say them."""

import pytest

from umbel.model.schedule_words import words_of
from umbel.schedule.expressions import cron, interval, rule_of, sun


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("* * * * *", "every minute"),
        ("*/20 * * * *", "every 20 minutes"),
        ("5 * * * *", "every hour at :05"),
        ("0,30 * * * *", "every hour at :00 and :30"),
        ("0 2 * * *", "every day at 02:00 Europe/Berlin"),
        ("30 */2 * * *", "every 2 hours at :30 Europe/Berlin"),
        ("0 7 mon-fri * *", "every weekday at 07:00 Europe/Berlin"),
        ("0 7 1,3 * *", "every Monday and Wednesday at 07:00 Europe/Berlin"),
        ("0 9,17 * 1 1,7", "on day 1 of January and July at 09:00 and 17:00 Europe/Berlin"),
        ("*/5 9-17 mon-fri * *", "every 5 minutes in hours 9-17, every weekday Europe/Berlin"),
        ("* 3 * * *", "every minute in hour 3 Europe/Berlin"),
    ],
)
def test_crontabs(fields: str, words: str) -> None:
    """The zone is named where hours are."""
    assert words_of(cron(tuple(fields.split(" ")), "Europe/Berlin")) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(60, "every minute"), (90, "every 90 seconds"), (7_200, "every 2 hours"), (0.5, "every 0.5 seconds")],
)
def test_intervals(seconds: float, words: str) -> None:
    """In the largest unit that fits."""
    assert words_of(interval(seconds)) == words


def test_others() -> None:
    """The sun has a place, and what cannot be understood is shown as it is written."""
    assert words_of(sun("sunset", 52.5, -13.4)) == "at sunset at 52.5° N 13.4° W"
    assert words_of(rule_of("<crontab: 61 0 * * * (m/h/dM/MY/d)>", None)) == "61 0 * * *"
