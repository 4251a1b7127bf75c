#!/usr/bin/env bash
# Builds the native walker with AddressSanitizer and UndefinedBehaviorSanitizer, and runs its tests with it.
#
#   csrc/sanitize.sh PYTHON
#
# PYTHON has stopper and its test tools installed; its own native walker is not used. Ends non-zero on any report.
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "usage: $0 PYTHON   (an interpreter that has stopper, pytest and hypothesis)" >&2
    exit 2
fi
python=$1
top=$(cd "$(dirname "$0")/.." && pwd)
case $python in */*) python=$(cd "$(dirname "$python")" && pwd)/$(basename "$python") ;; esac

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

package=$("$python" -c 'import os, sys; sys.path.pop(0); import stopper; print(os.path.dirname(stopper.__file__))')
suffix=$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
include=$("$python" -c 'import sysconfig; print(sysconfig.get_path("include"))')

cp -r "$package" "$folder/stopper"
rm -f "$folder"/stopper/probe/heap/_native*.so
mapfile -t sources < <(find "$top/csrc" -name '*.c' ! -name 'test_*' | sort)
gcc -std=c11 -D_GNU_SOURCE -DNDEBUG -O1 -g -Wall -Wextra -Werror -fno-strict-aliasing -fno-omit-frame-pointer \
    -fsanitize=address,undefined -fno-sanitize-recover=undefined -shared -fPIC \
    -I"$include" -I"$top/csrc" -o "$folder/stopper/probe/heap/_native$suffix" "${sources[@]}"

# Leaks of the interpreter itself are not looked for; its small objects come from malloc, so that each access beyond
# one is seen. Reports go to files: a test that catches its own output cannot hide one.
cd "$top"
status=0
LD_PRELOAD="$(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
    ASAN_OPTIONS="detect_leaks=0:exitcode=99:log_path=$folder/report" \
    UBSAN_OPTIONS="print_stacktrace=1:log_path=$folder/report" \
    PYTHONMALLOC=malloc PYTHONPATH="$folder" PYTHONDONTWRITEBYTECODE=1 \
    "$python" -m pytest -q -p no:cacheprovider --timeout 900 tests/property || status=$?

if compgen -G "$folder/report*" >/dev/null; then
    cat "$folder"/report*
    exit 99
fi
exit "$status"
