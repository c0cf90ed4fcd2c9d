#!/usr/bin/env bash
# Installs what is missing, builds with sanitizers and runs every test; ctest's summary comes last.
#   tests/run.sh                       everything
#   tests/run.sh -L unit               one label; all further arguments go to ctest
#   GUANXI_NO_INSTALL=1 tests/run.sh   without looking for packages
#   GUANXI_JOBS=N                      compile jobs and tests at a time (default: the processors)
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=${GUANXI_JOBS:-$(nproc)}
export GUANXI_JOBS=$jobs

# Output of the preparations: silent when all is well.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        echo "run: failed: $*" >&2
        return 1
    fi
    rm -f "$log"
}

[[ -n ${GUANXI_NO_INSTALL:-} ]] || deploy/packages.sh --tests
echo "run: building (build/dev)"
quietly cmake --preset dev
quietly cmake --build --preset dev -j "$jobs"

exec ctest --preset dev -j "$jobs" --no-tests=error "$@"
