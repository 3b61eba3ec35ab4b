"""Phrases that pages, commands and reports share: counts with their noun, durations, how long ago."""

from datetime import UTC, datetime, timedelta


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: `1 message`, `2,000 messages`; `many` is an irregular plural."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(seconds: float | None) -> str:
    """Return a duration in seconds as words: milliseconds below one second."""
    if seconds is None:
        return ""
    if seconds < 0.0005:
        return "< 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def time_ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was, or how far ahead it is, in words; `now` is the present unless it is given."""
    exact, now = moment.astimezone(UTC), now or datetime.now(UTC)
    past = now - exact
    for unit, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if abs(past) >= timedelta(days=7):
            return f"{exact:%-d %b}" if exact.year == now.year else f"{exact:%-d %b %Y}"
        if abs(past) >= size:
            count = plural(abs(past) // size, unit)
            return f"{count} ago" if past > timedelta(0) else f"in {count}"
    return "just now"
