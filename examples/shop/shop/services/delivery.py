"""Delivery: what it costs and how long it takes, by postcode."""

from __future__ import annotations

import csv
from importlib import resources
from typing import NamedTuple


class Zone(NamedTuple):
    """Where a parcel goes."""

    postcode: int
    region: str
    days: int
    cents: int


_zones: dict[int, Zone] = {}


def zone(postcode: int) -> Zone:
    """The zone of *postcode*; what is not in the carrier's table goes abroad."""
    if not _zones:
        _zones.update(_load())
    return _zones.get(postcode) or Zone(postcode, "abroad", 6, 1_995)


def _load() -> dict[int, Zone]:
    table = {}
    with (resources.files("shop") / "data" / "zones.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            for postcode in range(int(row["first"]), int(row["last"]) + 1):
                table[postcode] = Zone(postcode, row["region"], int(row["days"]), int(row["cents"]))
    return table
