# A Debian of its own that boots: debootstrap and systemd-nspawn, as root. Source tests/lib/common.sh first.
#
#   machine_make DIR          a bookworm with systemd in DIR/root, from where this host's apt has it
#   machine_boot DIR          returns when its units are there; the network is the host's
#   inside SCRIPT             runs it in there; what it says is in SAID, and its failure is ours
#   inside_until SECONDS SCRIPT
#   machine_destroy DIR       also at the end, however it comes

machine_make() {
    local dir=$1 mirror
    # Where this host has its Debian from: some mirror, perhaps one of its own.
    mirror=$(apt-get indextargets --format '$(CODENAME) $(COMPONENT) $(REPO_URI)' |
        awk '$1 == "bookworm" && $2 == "main" {print $3; exit}')
    [[ -n $mirror ]] || fail "apt knows no bookworm: this host is no Debian 12, or apt-get update is missing"
    mkdir -p "$dir/root" "$dir/box"
    at_exit machine_destroy "$dir"
    quietly debootstrap --variant=minbase --include=ca-certificates,dbus,systemd-sysv bookworm "$dir/root" "$mirror"
    machine_settle "$dir"
}

# The ways of this host to the network: sources of apt with their options, names, certificates.
machine_settle() {
    local root=$1/root source=$GUANXI_SOURCE_DIR/tests/acceptance
    rm -f "$root/etc/apt/sources.list"
    cp -rL /etc/apt/sources.list* "$root/etc/apt/"
    find /etc/apt/apt.conf.d -type f -exec grep -lE 'Acquire|Proxy' {} + | xargs -r cp -t "$root/etc/apt/apt.conf.d"
    cp -L /etc/hosts /etc/resolv.conf "$root/etc/"
    cp -r /usr/local/share/ca-certificates "$root/usr/local/share/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1
    echo acceptance >"$root/etc/hostname"
    mkdir -p "$root/var/log/journal" # so that it can be read from outside, and at the end
    cp "$source/agent.sh" "$1/box/"
    cp "$source/agent.service" "$root/etc/systemd/system/acceptance.service"
    mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
    ln -sf ../acceptance.service "$root/etc/systemd/system/multi-user.target.wants/"
}

machine_boot() {
    local dir=$1
    cat >"$dir/start" <<SCRIPT
#!/bin/bash
echo \$\$ >"$dir/pid"
exec systemd-nspawn --boot --register=no --keep-unit --directory="$dir/root" --bind="$dir/box:/acceptance" \\
    --machine="guanxi-\$\$" --resolv-conf=off --timezone=off --console=pipe
SCRIPT
    chmod +x "$dir/start"
    MACHINE=$dir
    MACHINE_CALLS=0
    service_start "$dir"
    inside_until 60 'systemctl is-system-running --wait || systemctl is-system-running | grep -qx degraded'
}

machine_answered() {
    [[ -e $1 ]] && return 0
    service_pid "$MACHINE" || fail "the machine has ended"
    return 1
}

inside() { inside_until 120 "$@"; }

inside_until() {
    local call=$MACHINE/box/$((++MACHINE_CALLS))
    printf '%s\n' "$2" >"$call.part"
    mv "$call.part" "$call.sh"
    wait_until "$1" machine_answered "$call.status" || fail "no answer within $1 s to: $2"
    SAID=$(<"$call.said")
    [[ $(<"$call.status") == 0 ]] || {
        printf '%s\n' "$SAID" | tail -n 40 | sed 's/^/    /' >&2
        return 1
    }
}

# What a machine of ours has mounted in its folder is let go of first: nothing of the host is ever deleted through it.
machine_destroy() {
    local mounted
    service_stop "$1" TERM 30
    while mounted=$(findmnt -rno TARGET | grep -F "$1/" | tail -n 1) && [[ -n $mounted ]]; do
        umount "$mounted" || umount --lazy "$mounted" || return
    done
    [[ -n ${GUANXI_KEEP:-} ]] || rm -rf --one-file-system "$1"
}
