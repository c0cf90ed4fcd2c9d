#!/usr/bin/env bash
# The files for containers (deploy/containers/), without an engine: linters from PyPI judge each by itself, and
# tests/containers/check.py whether they fit together and to the rest of the tree. And that all of them can fail.
source "$(dirname "$0")/lib/common.sh"

# The linters, once per list of their versions, into build/linters/.
fetch_linters() {
    local list=$GUANXI_SOURCE_DIR/tests/containers/requirements.txt lock all=$GUANXI_SOURCE_DIR/build/linters
    LINTERS=$all/$(sha256sum <"$list" | cut -c 1-12)
    mkdir -p "$all"
    exec {lock}>"$all/lock"
    flock "$lock"
    [[ -e $LINTERS/complete ]] || {
        rm -rf "$LINTERS"
        quietly "$PYTHON" -m venv "$LINTERS" || fail "no Python environment; run deploy/packages.sh"
        quietly "$LINTERS/bin/pip" install --disable-pip-version-check --only-binary :all: --requirement "$list" ||
            fail "the linters could not be fetched"
        touch "$LINTERS/complete"
    }
    exec {lock}>&-
}

fetch_linters
make_work_dir
PYTHONDONTWRITEBYTECODE=1 "$LINTERS/bin/python" "$GUANXI_SOURCE_DIR/tests/containers/check.py" "$GUANXI_SOURCE_DIR" \
    "$GUANXID" "$WORK_DIR"
