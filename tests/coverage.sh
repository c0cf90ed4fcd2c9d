#!/usr/bin/env bash
# Line coverage of core, codec and app by the units and components that are about them.
#   tests/coverage.sh [--files] [--minimum PERCENT]     exit 1 when a layer is below the minimum
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${GUANXI_JOBS:-2}
unset GUANXI_BUILD_DIR GUANXID
cmake --preset coverage >/dev/null
cmake --build --preset coverage -j "$jobs" >/dev/null
# Counters add up over runs: begin at zero.
find build/coverage -name '*.gcda' -delete
ctest --preset coverage -j "$jobs" --no-tests=error -R '^((core|codec|app|component_app)_|schemas$)' | tail -n 3
exec python3 tests/lib/coverage.py build/coverage core codec app "$@"
