"""The cyclic collector: brought to rest before a profile, and left as the app set it."""

from __future__ import annotations

import gc

ROUNDS_LIMIT = 4
"""Collections in a row until nothing more is freed. Finalizers that make garbage of their own need a
second one; more than three were never seen to free anything."""


class Collector:
    """Collects as the app would see it: an app that switched the collector off is not helped.

    With the collector off, cyclic garbage is what leaks; collecting it would destroy the evidence.
    After `settle()` what is alive is frozen out of later collections, which makes each of them
    cost what was allocated since, not what the app holds; unless the app froze objects itself.
    """

    def __init__(self) -> None:
        """Look at how the app left the collector after its import."""
        self.enabled = gc.isenabled() and gc.get_threshold()[0] > 0
        self.frozen_by_app = gc.get_freeze_count()
        self._frozen_by_us = False

    def collect(self) -> int:
        """Collect until nothing more is freed; the number of objects freed. Nothing if the app switched it off."""
        if not self.enabled:
            return 0
        freed = 0
        for _ in range(ROUNDS_LIMIT):
            now = gc.collect()
            freed += now
            if not now:
                break
        return freed

    def settle(self) -> None:
        """Collect everything, thaw what an earlier call froze, and freeze what is alive now."""
        if self.enabled and not self.frozen_by_app:
            if self._frozen_by_us:
                gc.unfreeze()
            self.collect()
            gc.freeze()
            self._frozen_by_us = True
