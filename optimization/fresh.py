"""The newest table of a level, and whether it is fresh enough to decide on."""

from datetime import datetime, timedelta

from intelligence.metrics.frame import Frame
from intelligence.metrics.table import build_frame, latest_frame
from metaads.models import AdAccount, Level
from metaads.moments import lasting
from optimization.limits import limits_for

FUTURE = timedelta(minutes=10)


def newest_frame(account: AdAccount, level: str, now: datetime, made: Frame | None = None) -> tuple[Frame | None, str]:
    """The newest frame of the whole level (None = none yet), and why nothing is decided on it ("" = it is fresh).

    `made`: the newest, where the caller has just made and stored it.
    """
    label, frame = Level(level).label, made if made is not None else latest_frame(account, level)
    if frame is None and account.read_only:
        frame = build_frame(account, level, now)  # a file has no ticks that would have stored one
    if frame is None or frame.read_at is None:
        return frame, f"{label}: no data yet."
    if frame.read_at - now > FUTURE:
        return frame, f"{label}: the data claim to be read in the future, so nothing is decided on them."
    hours = (now - frame.read_at).total_seconds() / 3600
    if hours > limits_for(account).max_data_age_hours:
        return frame, f"{label}: the data are {lasting(hours)} old, so nothing is decided on them."
    return frame, ""
