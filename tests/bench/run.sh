#!/usr/bin/env bash
# run.sh [--only u,s,latency,sweep,late,ready] [--events N] [--repeat N] [--workers N] [--json FILE] ...:
# the benchmark, against a real Kafka and a real PostgreSQL of its own; see README.md beside it and --help.
#
# GUANXI_BUILD_DIR names a finished build to measure; without it the release preset is built.
set -euo pipefail
if [[ -z ${GUANXI_BUILD_DIR:-} ]]; then
    root=$(cd "$(dirname "$0")/../.." && pwd)
    (cd "$root" && cmake --preset release >/dev/null && cmake --build --preset release --target programs >/dev/null)
    export GUANXI_BUILD_DIR=$root/build/release
fi
source "$(dirname "$0")/../lib/common.sh"
source "$(dirname "$0")/../lib/postgres.sh"
source "$(dirname "$0")/../lib/kafka.sh"

# What one would set for a database of this size on such a machine. Durability as in production; what the
# tests switch off for speed is on again.
POSTGRES_SETTINGS='
fsync = on
full_page_writes = on
shared_buffers = 1GB
effective_cache_size = 4GB
work_mem = 32MB
maintenance_work_mem = 256MB
wal_buffers = 64MB
min_wal_size = 4GB
max_wal_size = 8GB
checkpoint_timeout = 30min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
effective_io_concurrency = 200
autovacuum = on
'
export PYTHONDONTWRITEBYTECODE=1
for argument; do
    [[ $argument == --help || $argument == -h ]] && exec "$PYTHON" "$(dirname "$0")/bench.py" --help
done
make_work_dir
postgres_for_tests "$WORK_DIR/postgres"
kafka_create "$WORK_DIR/kafka"
run_child "$PYTHON" "$(dirname "$0")/bench.py" --work "$WORK_DIR" "$@"
