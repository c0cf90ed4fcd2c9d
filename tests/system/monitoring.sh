#!/usr/bin/env bash
# Alert rules and dashboards: sound, about metrics that there are, and every alert can go off.
source "$(dirname "$0")/../lib/common.sh"
make_work_dir

alerts=$GUANXI_SOURCE_DIR/deploy/alerts
quietly promtool check rules "$alerts/guanxi.rules.yml"
(cd "$alerts" && quietly promtool test rules guanxi.test.yml)
PYTHONDONTWRITEBYTECODE=1 "$PYTHON" "$GUANXI_SOURCE_DIR/tests/lib/monitoring.py" "$WORK_DIR"
quietly promtool check rules "$WORK_DIR/queries.yml"

# A rule that does not go off shows: the tests fail without one.
mkdir "$WORK_DIR/broken"
cp "$alerts"/* "$WORK_DIR/broken"
sed -i 's/guanxi_postgres_up == 0/guanxi_postgres_up == 2/' "$WORK_DIR/broken/guanxi.rules.yml"
if (cd "$WORK_DIR/broken" && promtool test rules guanxi.test.yml) >/dev/null 2>&1; then
    fail "the tests of alert rules pass with a rule that never goes off"
fi
