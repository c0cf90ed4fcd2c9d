#!/usr/bin/env bash
# Line coverage of core, codec and app by the units and components that are about them.
#   tests/coverage.sh [--files] [--minimum PERCENT]     exit 1 when a layer is below the minimum
set -euo pipefail
cd "$(dirname "$0")/.."
source tests/lib/presets.sh
jobs=${GUANXI_JOBS:-2}
unset GUANXI_BUILD_DIR GUANXID
cmake --preset coverage >/dev/null
tests='^((core|codec|app|component_app)_|schemas$)'
mapfile -t targets < <(test_programs coverage -R "$tests")
nice -n 10 cmake --build --preset coverage -j "$jobs" --target "${targets[@]}" >/dev/null
# Counters add up over runs: begin at zero.
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$jobs" --no-tests=error -R "$tests" | tail -n 3
exec python3 tests/lib/coverage.py build/coverage core codec app "$@"
