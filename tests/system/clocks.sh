#!/usr/bin/env bash
exec "$(dirname "$0")/../lib/system.sh" clocks "$@"
