"""How fast a job goes and how long it still takes, in the words of somebody who waits."""

from __future__ import annotations

from crm.lib.words import _

SHORTEST = 1.0  # seconds: before that a speed is a guess


def rate(done: int, seconds: float) -> float | None:
    """Rows each second; None while it is too early to say."""
    return done / seconds if done > 0 and seconds >= SHORTEST else None


def left(done: int, total: int, each_second: float | None) -> float | None:
    """Seconds until all is done, if it goes on like this."""
    if not each_second or total <= done:
        return None
    return (total - done) / each_second


def rate_in_words(each_second: float) -> str:
    """Slow work is told by the minute, so that it never reads as nothing at all."""
    if each_second >= 1:
        return _("每秒 %(n)s 条", n=f"{each_second:,.0f}")
    return _("每分钟 %(n)s 条", n=f"{each_second * 60:,.0f}")


def left_in_words(seconds: float) -> str:
    """About: a job is no train."""
    minutes = round(seconds / 60)
    if seconds < 10:
        return _("马上就好")
    if seconds < 55:
        return _("还要约 %(n)s 秒", n=round(seconds / 5) * 5)
    if minutes < 60:
        return _("还要约 %(n)s 分钟", n=max(minutes, 1))
    return _("还要约 %(hours)s 小时 %(minutes)s 分钟", hours=minutes // 60, minutes=minutes % 60)
