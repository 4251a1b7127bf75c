#!/usr/bin/env bash
# The place for what tests marked `needs_servers` start (Debian packages, as root). No test has the mark yet, so there is
# nothing to install. `make test` never needs this: such a test says which server is missing, and is skipped.
set -euo pipefail
packages=()
if [ "${#packages[@]}" -eq 0 ]; then
  echo "no test needs a server yet"
  exit 0
fi
apt-get update
apt-get install -y --no-install-recommends "${packages[@]}"
