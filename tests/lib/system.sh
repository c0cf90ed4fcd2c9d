#!/usr/bin/env bash
# system.sh FILE.py ARGS...: a Kafka and a PostgreSQL for tests of the whole daemon, and the file run with them.
# They are found by the environment (tests/lib/rig/servers.py); WORK_DIR is a folder for what else there is.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/postgres.sh"
source "$(dirname "$0")/kafka.sh"
[[ -x $GUANXID ]] || fail "$GUANXID is missing: build first"
make_work_dir
export WORK_DIR PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$GUANXI_SOURCE_DIR/tests/lib
POSTGRES_TCP=1 postgres_for_tests "$WORK_DIR/postgres"
# Short sessions, so that the death of an instance is noticed within seconds; and rights that can be taken away.
kafka_create "$WORK_DIR/kafka" group.min.session.timeout.ms=1000 \
    authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer allow.everyone.if.no.acl.found=true
run_child "$PYTHON" "$@"
