"""How much there is of what."""

from depot.settings import FIXED, KEPT

_asked = []


def look_up(number):
    _asked.append([number])  # leak: level
    if FIXED:
        del _asked[:-KEPT]
    return number % 50
