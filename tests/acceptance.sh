#!/usr/bin/env bash
# The package in the hands of an operator: a Debian of its own (debootstrap, systemd-nspawn) in which apt installs
# guanxid beside PostgreSQL, with Apache Kafka outside on 127.0.0.1. The service is set up, killed, reloaded, stopped,
# upgraded and removed while events come, and in the end every event must have been counted once.
#   deploy/packages.sh --acceptance      what it needs
#   sudo tests/acceptance.sh             about 8 minutes; a line a step, with its seconds
#   sudo tests/acceptance.sh OLD NEW     the same with packages that are built already, NEW of a higher version
cd "$(dirname "$0")/.."
source tests/lib/common.sh
source tests/lib/kafka.sh
source tests/lib/package.sh
source tests/acceptance/machine.sh
source tests/acceptance/operator.sh

step() {
    local began=${EPOCHREALTIME/./}
    NOTE= STEP=$1
    "${@:2}"
    printf '%6.1f s  %s%s\n' "$(((${EPOCHREALTIME/./} - began) / 100000))e-1" "$1" "${NOTE:+: $NOTE}"
}

make_packages() {
    mkdir "$WORK_DIR/packages"
    package_copy "$WORK_DIR/build/guanxid"
    package_build "$WORK_DIR/build/guanxid" --build=binary
    mv "$WORK_DIR"/build/guanxid_*.deb "$WORK_DIR/packages/old.deb"
    # The same with another number: that is what an upgrade is about here.
    package_version "$WORK_DIR/build/guanxid" "$NEWER"
    package_build "$WORK_DIR/build/guanxid" --build=binary
    mv "$WORK_DIR/build/guanxid_${NEWER}"_*.deb "$WORK_DIR/packages/new.deb"
}

take_packages() {
    mkdir "$WORK_DIR/packages"
    cp "$1" "$WORK_DIR/packages/old.deb"
    cp "$2" "$WORK_DIR/packages/new.deb"
    NEWER=$(dpkg-deb -f "$2" Version)
}

make_broker() {
    kafka_create "$WORK_DIR/kafka" auto.create.topics.enable=true "num.partitions=$PARTITIONS"
    local topic
    for topic in guanxi.events guanxi.reminders guanxi.changes; do
        kcat -b "$GUANXI_TEST_KAFKA" -L -t "$topic" >/dev/null # who asks for it makes it
    done
}

report() {
    [[ -z $PASSED && -n $STEP ]] || return 0
    say "acceptance: failed in the step: $STEP"
    journalctl --no-pager --quiet --lines=40 --directory="$WORK_DIR/machine/root/var/log/journal" \
        --unit='guanxid*' --unit='postgresql*' >&2
    service_log_tail "$WORK_DIR/machine" 10
    service_log_tail "$WORK_DIR/kafka" 10
}

((EUID == 0)) || { say "acceptance: this boots a machine and needs root"; exit 77; }
for program in debootstrap systemd-nspawn dpkg-buildpackage kcat java; do
    command -v "$program" >/dev/null || fail "$program is missing; deploy/packages.sh --acceptance brings what is"
done
NEWER=0.999.0
PARTITIONS=4
PASSED= STEP=
make_work_dir
if (($# == 2)); then
    take_packages "$@"
else
    step "two packages built" make_packages
fi
step "Apache Kafka $GUANXI_KAFKA_VERSION started" make_broker
step "a root made" machine_make "$WORK_DIR/machine"
cp "$WORK_DIR"/packages/*.deb "$WORK_DIR/machine/box/"
at_exit report # before the machine is gone
step "booted" machine_boot "$WORK_DIR/machine"
operate
step "switched off" machine_off
PASSED=yes
say "acceptance: all of it"
