#!/usr/bin/env bash
# system.sh SCENARIO: starts a Kafka and a PostgreSQL and runs tests/system/scenarios/SCENARIO.py against them.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/postgres.sh"
source "$(dirname "$0")/kafka.sh"
[[ -x $GUANXID ]] || fail "$GUANXID is missing: build first"
make_work_dir
export WORK_DIR PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$GUANXI_SOURCE_DIR/tests/lib
POSTGRES_TCP=1 postgres_create "$WORK_DIR/postgres"
kafka_create "$WORK_DIR/kafka" group.min.session.timeout.ms=1000 log.retention.check.interval.ms=1000
run_child "$PYTHON" "$GUANXI_SOURCE_DIR/tests/system/scenarios/$1.py" "${@:2}"
