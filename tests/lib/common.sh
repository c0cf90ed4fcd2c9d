# Shared by the shell tests; source it first. Needs bash.

GUANXI_SOURCE_DIR=${GUANXI_SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
source "$GUANXI_SOURCE_DIR/deploy/lib/shell.sh"

GUANXI_BUILD_DIR=${GUANXI_BUILD_DIR:-$GUANXI_SOURCE_DIR/build/dev}
GUANXID=${GUANXID:-$GUANXI_BUILD_DIR/bin/guanxid}
export GUANXI_SOURCE_DIR GUANXI_BUILD_DIR GUANXID
# Debian's own Python: the one that sees Debian's python3-* packages.
PYTHON=/usr/bin/python3
[[ -x $PYTHON ]] || PYTHON=python3
export PYTHON
