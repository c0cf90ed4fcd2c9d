#!/usr/bin/env bash
# chaos.sh [--kills N] [--seed S] [--events N] [--pause SECONDS] [--keep]: two and more instances of guanxid work
# on a random stream (duplicates, conflicts, late and bad records, merges, unmerges and erasures in 3 topics of 4
# partitions) with a real Kafka and a real PostgreSQL, while everything is killed, frozen, usurped, stopped and
# restarted at random moments.
# At the end every row of every view and every message must be what an independent fold of the stream says.
# Prints its figures. The same seed gives the same stream and the same sequence of faults. --keep leaves the
# folder of the run behind.
#
# Needs a build (GUANXI_BUILD_DIR, default build/dev) and what tests/install.sh installs.
set -euo pipefail
here=$(dirname "$0")
arguments=()
for argument; do
    if [[ $argument == --keep ]]; then
        export GUANXI_KEEP=1
    else
        arguments+=("$argument")
    fi
done
exec "$here/lib/system.sh" "$here/lib/chaos.py" "${arguments[@]}"
