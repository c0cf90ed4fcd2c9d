#!/usr/bin/env bash
# Installs what is missing, builds with sanitizers and runs every test; ctest's summary comes last.
#   tests/run.sh                       everything
#   tests/run.sh -L unit               one label; all further arguments go to ctest
#   GUANXI_NO_INSTALL=1 tests/run.sh   without looking for packages
#   GUANXI_JOBS=N                      compile jobs, and units at a time (default: the processors)
cd "$(dirname "$0")/.."
source deploy/lib/shell.sh

jobs=${GUANXI_JOBS:-$(nproc)}
export GUANXI_JOBS=$jobs

[[ -n ${GUANXI_NO_INSTALL:-} ]] || deploy/packages.sh --tests
say "building (build/dev)"
quietly cmake --preset dev
quietly cmake --build --preset dev -j "$jobs"

# Two more: a system test and a build of another preset take turns with their own kind (tests/CMakeLists.txt).
exec ctest --preset dev -j $((jobs + 2)) --no-tests=error "$@"
