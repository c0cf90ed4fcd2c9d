#!/usr/bin/env bash
# with_postgres.sh COMMAND ARGS...: runs COMMAND with a throw-away PostgreSQL, whose connection string
# is in GUANXI_TEST_POSTGRES and whose folder (start, pid, log) is in GUANXI_TEST_POSTGRES_DIR.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/postgres.sh"
make_work_dir
postgres_for_tests "$WORK_DIR/postgres"
run_child "$@"
