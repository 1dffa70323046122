"""The tide at an invented harbour, as the sum of its strongest constituents (harmonic method; Doodson 1921)."""

from datetime import datetime, timedelta, timezone
from math import cos, radians

# name, amplitude in metres, speed in degrees an hour (Schureman 1958, table 2), phase in degrees
CONSTITUENTS = [
    ("M2", 1.28, 28.9841042, 132.0),  # the moon, twice a day
    ("S2", 0.46, 30.0, 171.0),  # the sun, twice a day
    ("N2", 0.26, 28.4397295, 108.0),  # the moon's ellipse
    ("K1", 0.21, 15.0410686, 64.0),  # moon and sun, once a day
    ("O1", 0.15, 13.9430356, 41.0),  # the moon, once a day
]
MEAN_M = 2.4
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)


def height_m(at: datetime) -> float:
    """Height above chart datum, in metres."""
    hours = (at - EPOCH) / timedelta(hours=1)
    return MEAN_M + sum(a * cos(radians(speed * hours - phase)) for _, a, speed, phase in CONSTITUENTS)


def curve(first: datetime, last: datetime, step: timedelta) -> list[tuple[datetime, float]]:
    """Heights from first to last, both inclusive."""
    count = int((last - first) / step) + 1
    return [(first + i * step, height_m(first + i * step)) for i in range(count)]


def turns(first: datetime, last: datetime) -> list[tuple[str, datetime, float]]:
    """High and low waters between two times, to the minute."""
    heights = curve(first, last, timedelta(minutes=1))
    found = []
    for (_, before), (at, here), (_, after) in zip(heights, heights[1:], heights[2:]):
        if before < here >= after:
            found.append(("high", at, here))
        elif before > here <= after:
            found.append(("low", at, here))
    return found


def reading(at: datetime) -> dict:
    """What a chart of the tide around a time needs: the height, the coming turns and the curve of a day."""
    first, last = at - timedelta(hours=6), at + timedelta(hours=18)
    coming = [turn for turn in turns(first, last + timedelta(hours=1)) if turn[1] > at]
    return {
        "harbour": "Porto Lano",
        "at": text_of(at),
        "heightM": round(height_m(at), 2),
        "isRising": height_m(at + timedelta(minutes=1)) > height_m(at),
        "turns": [{"kind": k, "at": text_of(t), "heightM": round(h, 2)} for k, t, h in coming[:2]],
        "curve": [
            {"at": text_of(t), "heightM": round(h, 3)} for t, h in curve(first, last, timedelta(minutes=15))
        ],
    }


def text_of(at: datetime) -> str:
    return at.astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
