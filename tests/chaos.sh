#!/usr/bin/env bash
# chaos.sh [--kills N] [--seed S] [--events N] [--keep]: two and more instances of guanxid work on a random
# stream (duplicates, conflicts, late and bad records in 3 topics of 4 partitions) with a real Kafka and a
# real PostgreSQL, while everything is killed, frozen, stopped and restarted at random moments. At the end
# every row of every view and every message must be what an independent fold of the stream says. Prints its
# figures. The same seed gives the same stream and the same sequence of faults.
#
# Needs a build (GUANXI_BUILD_DIR, default build/dev) and what deploy/packages.sh installs.
source "$(dirname "$0")/lib/common.sh"
source "$(dirname "$0")/lib/postgres.sh"
source "$(dirname "$0")/lib/kafka.sh"

arguments=()
for argument; do
    if [[ $argument == --keep ]]; then
        export GUANXI_KEEP=1
    else
        arguments+=("$argument")
    fi
done

make_work_dir
postgres_for_tests "$WORK_DIR/postgres"
# Short sessions, so that the death of an instance is noticed within seconds.
kafka_create "$WORK_DIR/kafka" group.min.session.timeout.ms=1000
export PYTHONDONTWRITEBYTECODE=1
run_child "$PYTHON" "$GUANXI_SOURCE_DIR/tests/lib/chaos.py" --work "$WORK_DIR" "${arguments[@]}"
