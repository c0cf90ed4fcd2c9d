# A private PostgreSQL in a temporary folder; source shell.sh first.
#
#   postgres_create DIR     initdb and a database `guanxi`, whose connection string is in POSTGRES_CONNINFO
#   postgres_start DIR      also after a stop; returns when it answers
#   postgres_stop DIR [smart|fast|immediate]        (default: fast)
#   postgres_kill DIR       kill -9 of the postmaster
#   postgres_restart DIR [MODE]
#   postgres_destroy DIR
#
# It listens on a socket in its folder; with POSTGRES_TCP=1 also on a free port of 127.0.0.1 (then
# POSTGRES_CONNINFO names that). Trust authentication: the folder is what protects it. Started by
# root it runs as `postgres` or `nobody`, since the server refuses root.
# POSTGRES_SETTINGS may hold more lines for postgresql.conf.

postgres_bindir() {
    local candidate
    for candidate in "$(pg_config --bindir 2>/dev/null || true)" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [[ -x $candidate/initdb && -x $candidate/postgres ]]; then
            POSTGRES_BIN=$candidate
            return 0
        fi
    done
    fail "no PostgreSQL server programs found; run deploy/packages.sh"
}

# The words that run a server program as the right user, in POSTGRES_AS. The server gets SIGQUIT
# (immediate shutdown) when its parent dies: even after `kill -9` of a test nothing is left running.
# setpriv instead of runuser or su: it execs, so the process id stays the one we know.
postgres_user() {
    POSTGRES_AS=(setpriv --pdeathsig QUIT)
    POSTGRES_USER=
    [[ $EUID -eq 0 ]] || return 0
    POSTGRES_USER=postgres
    getent passwd postgres >/dev/null || POSTGRES_USER=nobody
    POSTGRES_AS=(setpriv --reuid "$POSTGRES_USER" --regid "$(id -g "$POSTGRES_USER")" --clear-groups
        --pdeathsig QUIT)
}

postgres_write_settings() {
    cat >>"$1/data/postgresql.conf" <<END
listen_addresses = '${2:+127.0.0.1}'
port = ${2:-5432}
unix_socket_directories = '$1'
max_connections = 50
timezone = 'UTC'
log_timezone = 'UTC'
# For speed. A crash of the server keeps everything that was written, as the operating system lives
# on; only a crash of the machine would lose it. So what the tests show about kill -9 and immediate
# shutdown stays true. synchronous_commit keeps its default: it is the daemon's to choose.
fsync = off
full_page_writes = off
# Few checkpoints, none of them spread out.
max_wal_size = 1GB
checkpoint_timeout = 30min
shared_buffers = 128MB
${POSTGRES_SETTINGS:-}
END
}

postgres_create() {
    local dir=$1 port=
    postgres_bindir
    postgres_user
    mkdir -p "$dir"
    [[ -z $POSTGRES_USER ]] || chown "$POSTGRES_USER" "$dir"
    # C.UTF-8 and not the locale at hand: order and case must not depend on the machine.
    (cd "$dir" && "${POSTGRES_AS[@]}" "$POSTGRES_BIN/initdb" --no-sync --auth=trust --username=postgres \
        --encoding=UTF8 --locale=C.UTF-8 --pgdata="$dir/data" </dev/null >"$dir/initdb.log" 2>&1) ||
        { cat "$dir/initdb.log" >&2; fail "initdb"; }
    if [[ -n ${POSTGRES_TCP:-} ]]; then
        free_ports 1
        port=${PORTS[0]}
    fi
    postgres_write_settings "$dir" "$port"
    cat >"$dir/start" <<END
#!/bin/bash
cd "$dir" || exit 1
echo \$\$ >"$dir/pid"
exec ${POSTGRES_AS[*]} "$POSTGRES_BIN/postgres" -D "$dir/data"
END
    chmod +x "$dir/start"
    printf 'host=%s port=%s user=postgres\n' "$([[ -n $port ]] && echo 127.0.0.1 || echo "$dir")" \
        "${port:-5432}" >"$dir/address"
    at_exit postgres_destroy "$dir"
    postgres_start "$dir"
    postgres_psql "$dir" postgres -c "CREATE DATABASE guanxi" >/dev/null
    POSTGRES_CONNINFO="$(<"$dir/address") dbname=guanxi"
}

# postgres_psql DIR DATABASE ARGS...: quiet, unaligned, stops at errors, reads no ~/.psqlrc.
postgres_psql() {
    local dir=$1 database=$2
    shift 2
    "$POSTGRES_BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$(<"$dir/address") dbname=$database" "$@"
}

postgres_answers() {
    "$POSTGRES_BIN/pg_isready" -q -d "$(<"$1/address") dbname=postgres" || {
        service_pid "$1" || { service_log_tail "$1"; fail "PostgreSQL ended while starting"; }
        return 1
    }
}

postgres_start() {
    service_start "$1"
    wait_until 60 postgres_answers "$1" || { service_log_tail "$1"; fail "PostgreSQL did not start"; }
}

postgres_stop() {
    local signal
    case ${2:-fast} in
        smart) signal=TERM ;;
        fast) signal=INT ;;
        immediate) signal=QUIT ;;
        *) fail "postgres_stop: unknown mode $2" ;;
    esac
    service_stop "$1" "$signal" 60
}

# The backends notice the death of the postmaster by themselves; the new one waits for them.
postgres_kill() { service_stop "$1" KILL 10; }

postgres_restart() {
    postgres_stop "$1" "${2:-fast}"
    postgres_start "$1"
}

postgres_destroy() {
    postgres_stop "$1" immediate
    [[ -n ${GUANXI_KEEP:-} ]] || rm -rf "$1"
}
