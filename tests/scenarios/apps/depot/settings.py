"""Whether this is the app before or after the fix."""

import os

FIXED = os.environ.get("FIXED") == "1"
KEPT = 20
