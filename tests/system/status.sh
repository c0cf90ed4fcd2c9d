#!/usr/bin/env bash
exec "$(dirname "$0")/../lib/system.sh" "$(dirname "$0")/scenarios/status.py" "$@"
