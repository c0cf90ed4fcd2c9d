# What the shell scripts of demo and tests share: reporting, cleaning up, waiting, and servers in temporary
# folders. Source it first; needs bash.
#
# A service is a folder with
#   start   a script that becomes the server in the foreground (exec), so that anything that can run a
#           program can (re)start it: `$DIR/start &`
#   pid     the process id, written by `start` just before it turns into the server
#   log     everything the server prints, over all its lives
# No function here prints a value for $(...): a server started in a substitution would be the child of
# a shell that is about to end. Results are in the variables that each function names.

set -euo pipefail

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

fail() {
    say "FAILED: $*"
    exit 1
}

# quietly COMMAND ARGS...: its output is shown only when it fails.
quietly() {
    local log
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        say "failed: $*"
        return 1
    fi
    rm -f "$log"
}

# --- Cleaning up ----------------------------------------------------------------------------------

cleanups=()

# at_exit COMMAND ARGS...: runs when this shell ends, the latest first, however it ends.
at_exit() { cleanups+=("$(printf '%q ' "$@")"); }

run_cleanups() {
    local status=$? i
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do
        eval "${cleanups[i]}"
    done
    exit "$status"
}
trap run_cleanups EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# make_work_dir: a temporary folder of this test, in WORK_DIR; it goes away at the end, unless
# GUANXI_KEEP is set. Others may pass through it: a server may run as another user.
make_work_dir() {
    WORK_DIR=$(mktemp -d "${TMPDIR:-/tmp}/guanxi.XXXXXX")
    chmod 711 "$WORK_DIR"
    at_exit remove_work_dir "$WORK_DIR"
}

remove_work_dir() {
    if [[ -n ${GUANXI_KEEP:-} ]]; then
        say "kept: $1"
    else
        rm -rf "$1"
    fi
}

# run_child COMMAND ARGS...: as COMMAND ARGS, but a signal to this shell is obeyed at once and not only
# after the command has ended by itself.
run_child() {
    "$@" <&0 &
    local child=$!
    at_exit stop_child "$child"
    wait "$child"
}

stop_child() { kill -0 "$1" 2>/dev/null && kill "$1" && wait "$1"; }

# --- Waiting --------------------------------------------------------------------------------------

# wait_until SECONDS COMMAND ARGS...: polls until COMMAND succeeds; 1 when it did not in time.
wait_until() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

# free_ports N: N TCP ports of 127.0.0.1 nobody listens on, in the array PORTS. They are below the
# range from which the kernel picks ports for outgoing connections: no client can take one before the
# server does, nor while the server is down for a restart.
free_ports() {
    local port lowest
    read -r lowest _ </proc/sys/net/ipv4/ip_local_port_range
    ((lowest > 11000)) || lowest=32768
    PORTS=()
    while ((${#PORTS[@]} < $1)); do
        port=$((10000 + (RANDOM * 32768 + RANDOM) % (lowest - 10000)))
        [[ " ${PORTS[*]-} " == *" $port "* ]] && continue
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            PORTS+=("$port")
        fi
    done
}

# --- Services -------------------------------------------------------------------------------------

# service_pid DIR: the id of its living process in SERVICE_PID; 1 when there is none. A recycled id is
# not ours: the command line must name the folder. While a process turns into another program (`start`
# into the server) its command line reads as empty for a moment; so does a zombie's for ever.
service_pid() {
    SERVICE_PID=
    [[ -s $1/pid ]] || return 1
    local pid command='' tries
    pid=$(<"$1/pid")
    for ((tries = 0; tries < 50; tries++)); do
        command=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") 2>/dev/null || return 1
        [[ -z $command && $(</proc/"$pid"/stat) != *') Z '* ]] 2>/dev/null || break
        sleep 0.02
    done
    [[ $command == *"$1"* ]] || return 1
    SERVICE_PID=$pid
}

# service_start DIR: runs DIR/start in the background and makes sure that it is stopped at the end.
service_start() {
    rm -f "$1/pid"
    "$1/start" >>"$1/log" 2>&1 </dev/null &
    disown $!
    wait_until 10 test -s "$1/pid" || fail "$1: did not start"
}

service_signal() { ! service_pid "$1" || kill -s "$2" "$SERVICE_PID" 2>/dev/null || true; }

service_gone() { ! service_pid "$1"; }

# service_stop DIR SIGNAL [SECONDS]: asks by SIGNAL, then insists by KILL.
service_stop() {
    service_signal "$1" "$2"
    service_signal "$1" CONT # a stopped process would not hear anything but KILL
    if ! wait_until "${3:-30}" service_gone "$1"; then
        say "$1: did not end by $2, killing it"
        service_signal "$1" KILL
        wait_until 10 service_gone "$1"
    fi
}

service_log_tail() { tail -n "${2:-40}" "$1/log" 2>/dev/null | sed 's/^/    /' >&2 || true; }
