#!/bin/bash
# Runs inside of the machine, as a unit: takes scripts out of the bound folder, one after the other, and writes there
# what they said and how they ended.
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root SYSTEMD_COLORS=0 SYSTEMD_PAGER=
cd /acceptance || exit
for ((number = 1; ; number++)); do
    until [[ -e $number.sh ]]; do sleep 0.05; done
    (cd / && bash -euo pipefail "/acceptance/$number.sh") >"$number.said" 2>&1 </dev/null
    echo $? >"$number.part"
    mv "$number.part" "$number.status"
done
