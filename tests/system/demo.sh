#!/usr/bin/env bash
# The demo checks its own result. It builds for itself, whatever build calls it.
unset GUANXI_BUILD_DIR GUANXID GUANXI_SOURCE_DIR
GUANXI_NO_INSTALL=1 exec "$(dirname "$0")/../../deploy/demo.sh" --once
