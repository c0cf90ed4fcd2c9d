#!/usr/bin/env bash
# The short form of tests/chaos.sh.
exec "$(dirname "$0")/../chaos.sh" --kills 20
