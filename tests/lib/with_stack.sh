#!/usr/bin/env bash
# with_stack.sh COMMAND ARGS...: as with_postgres.sh, with Apache Kafka besides: GUANXI_TEST_KAFKA and
# GUANXI_TEST_KAFKA_DIR. For tests in another language than shell, and for trying things by hand:
# `tests/lib/with_stack.sh bash`. A server's folder is enough to handle it: see deploy/lib/shell.sh.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/postgres.sh"
source "$(dirname "$0")/kafka.sh"
make_work_dir
postgres_for_tests "$WORK_DIR/postgres"
kafka_create "$WORK_DIR/kafka"
run_child "$@"
