#!/usr/bin/env bash
# with_postgres.sh COMMAND ARGS...: runs COMMAND with a throw-away PostgreSQL, whose connection string
# is in GUANXI_TEST_POSTGRES and whose folder (start, pid, log) is in GUANXI_TEST_POSTGRES_DIR.
source "$(dirname "$0")/common.sh"
source "$(dirname "$0")/postgres.sh"
make_work_dir
postgres_create "$WORK_DIR/postgres"
run_child "$@"
