#!/usr/bin/env bash
# Shows guanxid at work: installs what is missing, builds, starts a broker and a PostgreSQL of its own in a
# temporary folder, tells the story of deploy/demo/story.txt and shows what became of its customers.
#   deploy/demo.sh          on a terminal: stays up afterwards and follows new events
#   deploy/demo.sh --once   ends after checking the result: 0 if it is what the story must yield
#   GUANXI_NO_INSTALL=1     without looking for packages;   GUANXI_KEEP=1   keeps the temporary folder
# As root, or as an ordinary user (with sudo if packages are missing).
SOURCE=$(cd "$(dirname "$0")/.." && pwd)
source "$SOURCE/deploy/lib/shell.sh"
source "$SOURCE/deploy/lib/postgres.sh"

STORY=$SOURCE/deploy/demo/story.txt
# The topics of the story and their partitions; two of them, so that a customer's events arrive in lanes
# that know nothing of each other.
LANES=(contacts:2 orders:2 care:1 visits:1)
# What psql aligns and awk reads is UTF-8 on any machine.
export LC_ALL=C.UTF-8

usage() { sed -n '2,7s/^# \{0,1\}//p' "$0"; }

# --- Building -------------------------------------------------------------------------------------

# Where the source may not be written, as after another user has built there, the cache folder serves.
choose_build_dir() {
    BUILD=$SOURCE/build/demo
    if [[ ! -w $(existing_parent "$BUILD/CMakeCache.txt") ]]; then
        BUILD=${XDG_CACHE_HOME:-$HOME/.cache}/guanxid-demo
    fi
}

existing_parent() {
    local path=$1
    while [[ ! -e $path ]]; do
        path=$(dirname "$path")
    done
    printf '%s\n' "$path"
}

build() {
    say "building ($BUILD)"
    cd "$SOURCE" # where the presets are
    [[ -f $BUILD/build.ninja ]] || quietly cmake --preset demo -B "$BUILD"
    quietly cmake --build "$BUILD" --target programs -j "$(nproc)"
    cd "$OLDPWD"
}

# --- The services ---------------------------------------------------------------------------------

# service_of DIR PROGRAM ARGS...: makes PROGRAM a service (see shell.sh) that ends with this script; what it
# prints on standard output is in DIR/output.
service_of() {
    local dir=$1 program=$2
    shift 2
    mkdir "$dir"
    ln -s "$program" "$dir/${program##*/}" # its command line then names the folder
    mkfifo "$dir/stdin"
    cat >"$dir/start" <<END
#!/bin/bash
echo \$\$ >"$dir/pid"
exec setpriv --pdeathsig TERM "$dir/${program##*/}" $(printf '%q ' "$@") 0<>"$dir/stdin" >"$dir/output"
END
    chmod +x "$dir/start"
    at_exit service_stop "$dir" TERM 15
}

# A mock cluster of librdkafka, on 127.0.0.1 and whatever port is free; and the program that publishes to it.
start_broker() {
    service_of "$WORK_DIR/broker" "$BUILD/bin/mock_broker" "${LANES[@]}" guanxi.reminders guanxi.changes
    service_start "$WORK_DIR/broker"
    wait_until 10 test -s "$WORK_DIR/broker/output" || fail "the broker did not start"
    read -r BROKERS <"$WORK_DIR/broker/output"
    coproc PUBLISH { exec "$BUILD/bin/publish" "$BROKERS"; }
    at_exit stop_child "$PUBLISH_PID"
}

start_daemon() {
    local dir=$WORK_DIR/guanxid
    service_of "$dir" "$BUILD/bin/guanxid" run -c "$dir/guanxid.conf"
    sed -e "s|@BROKERS@|$BROKERS|" -e "s|@CONNINFO@|$POSTGRES_CONNINFO|" -e "s|@SOURCE@|$SOURCE|g" \
        "$SOURCE/deploy/demo/guanxid.conf" >"$dir/guanxid.conf"
    quietly "$BUILD/bin/guanxid" migrate up -c "$dir/guanxid.conf"
    service_start "$dir"
}

# sql [NAME=VALUE]... FILE...: runs files of deploy/demo/ in one session, in the temporary folder.
sql() {
    local -a arguments=()
    local word
    for word; do
        case $word in
            *=*) arguments+=(-v "$word") ;;
            *) arguments+=(-f "$SOURCE/deploy/demo/$word") ;;
        esac
    done
    (cd "$WORK_DIR" && "$POSTGRES_BIN/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off -P footer=off \
        -d "$POSTGRES_CONNINFO" "${arguments[@]}")
}

# --- The story ------------------------------------------------------------------------------------

# Lets the time in every lane come to the start of DAY: the tick goes to each partition.
tick() {
    local lane partition record
    record=$(printf '%s\t' tick content-type=application/cloudevents+json
        printf '{"specversion":"1.0","id":"tick-%s","source":"/demo","type":"guanxi.tick",' "$1"
        printf '"time":"%sT00:00:00+08:00"}' "$1")
    for lane in "${LANES[@]}"; do
        for ((partition = 0; partition < ${lane#*:}; partition++)); do
            printf '%s\t%s\t%s\n' "${lane%:*}" "$partition" "$record"
        done
    done >&"${PUBLISH[1]}"
    delivered
}

# Returns when Kafka has everything; the publisher ends when it takes too long.
delivered() {
    echo >&"${PUBLISH[1]}"
    read -r PUBLISHED <&"${PUBLISH[0]}" || fail "publishing failed"
}

# Lets a month end: what it brings must have been published before the next one takes its ground away.
end_month() {
    tick "$1"
    if ! sql until="$1 00:00+08" seconds=60 settled.sql 2>"$WORK_DIR/wait.log"; then
        cat "$WORK_DIR/wait.log" >&2
        service_log_tail "$WORK_DIR/guanxid"
        fail "guanxid did not keep up"
    fi
    printf '.' >&2
}

tell_story() {
    local at record month= end
    end=$(awk '$1 == "end" { print $2 }' "$STORY")
    awk -f "$SOURCE/deploy/demo/story.awk" -v binary=visits "$STORY" |
        sort -s -t $'\t' -k 1,1 >"$WORK_DIR/story"
    # The one bad record aside, and what is told twice once.
    RECORDS=$(($(cut -f 2- "$WORK_DIR/story" | sort -u | wc -l) - 1))
    while IFS=$'\t' read -r at record; do
        [[ -z $month || ${at%-*} == "$month" ]] || end_month "${at%-*}-01"
        month=${at%-*}
        printf '%s\n' "$record" >&"${PUBLISH[1]}"
    done <"$WORK_DIR/story"
    end_month "$end"
    printf '\n' >&2
}

# --- What came out --------------------------------------------------------------------------------

# Everything in the two topics so far, one message a line.
collect() {
    local topic
    for topic in reminders changes; do
        kcat -C -q -e -b "$BROKERS" -t "guanxi.$topic" -o beginning -f '%s\n' >"$WORK_DIR/$topic.json"
    done
}

check() {
    collect
    FAILED=$(sql records="$RECORDS" published="$PUBLISHED" load.sql check.sql)
}

# What the daemon does once a day where days last longer.
rank_customers() {
    "$BUILD/bin/guanxid" rank -c "$WORK_DIR/guanxid/guanxid.conf" >"$WORK_DIR/rank.log" 2>&1 || {
        cat "$WORK_DIR/rank.log" >&2
        fail "guanxid rank"
    }
}

show() { sql load.sql levels.sql one_customer.sql promises.sql reminders.sql value.sql; }

# --- Staying up -----------------------------------------------------------------------------------

explain() {
    cat <<END

── Still running ──

Publish an event (one line; another id for another event):

  echo '{"specversion":"1.0","id":"1","source":"/hand","type":"visit.completed","subject":"li-na","time":"2026-03-02T10:00:00+08:00","data":{"direction":"outbound"}}' | kcat -P -b $BROKERS -t visits -k li-na -H content-type=application/cloudevents+json

Look at it:

  $POSTGRES_BIN/psql '$POSTGRES_CONNINFO' -c "SELECT * FROM guanxi.v_customer WHERE customer_id = 'li-na'" -x
  $BUILD/bin/guanxid explain li-na -c $WORK_DIR/guanxid/guanxid.conf
  $BUILD/bin/guanxid due --within 7d --lang zh -c $WORK_DIR/guanxid/guanxid.conf
  kcat -C -b $BROKERS -t guanxi.reminders -t guanxi.changes -o beginning -e -q -f '%t %k %s\\n'
  $BUILD/bin/guanxid quarantine list -c $WORK_DIR/guanxid/guanxid.conf
  tail -f $WORK_DIR/guanxid/log

Time stands still at 2026-03-01 until events or ticks bring it on. Type a day such as 2026-04-15 to let
time pass up to there and see whom to care for. Ctrl-C ends everything.

END
}

# Reminders as they come, in both languages, until the end.
follow_reminders() {
    local template='s/.*"subject":"([^"]*)".*"kind":"([^"]*)"(,"promise_id":"[^"]*")?,"notice":([0-9]+)'
    template+='.*"why":\{"en":"([^"]*)","zh":"([^"]*)".*/reminder \1 (\2, notice \4)\n  \5\n  \6/p'
    mkfifo "$WORK_DIR/reminders"
    sed -unE "$template" "$WORK_DIR/reminders" &
    kcat -C -u -q -b "$BROKERS" -t guanxi.reminders -o end -f '%s\n' >"$WORK_DIR/reminders" 2>/dev/null &
    at_exit stop_child $!
}

# `read -t 1` would be simpler, but a signal while it waits crashes bash 5.2.
follow() {
    local line since day='^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    explain
    since=$(sql now.sql)
    follow_reminders
    while :; do
        if read -r -t 0; then
            read -r line || return 0 # the terminal is gone
            [[ ! $line =~ $day ]] || tick "$line"
        fi
        service_pid "$WORK_DIR/guanxid" || { service_log_tail "$WORK_DIR/guanxid"; fail "guanxid has ended"; }
        sql since="$since" recent.sql
        since=$(sql now.sql)
        sleep 0.5
    done
}

main() {
    local once=no
    case ${1:-} in
        '') [[ -t 0 && -t 1 ]] || once=yes ;;
        --once) once=yes ;;
        -h | --help) usage; return 0 ;;
        *) usage >&2; return 64 ;;
    esac
    [[ -n ${GUANXI_NO_INSTALL:-} ]] || "$SOURCE/deploy/packages.sh" --demo
    choose_build_dir
    build
    make_work_dir
    say "starting a broker, PostgreSQL and guanxid"
    start_broker
    # Compiling a query of the views takes longer than thirty customers do.
    POSTGRES_SETTINGS="jit = off" postgres_create "$WORK_DIR/postgres"
    start_daemon
    say "telling the story of 30 customers, month by month"
    tell_story
    check
    rank_customers
    show
    if [[ -n $FAILED ]]; then
        printf '\n── Not as it must be ──\n\n%s\n' "$FAILED"
        service_log_tail "$WORK_DIR/guanxid"
        fail "the result is not what the story must yield"
    fi
    say "checked: $PUBLISHED records published, $RECORDS events kept, the result is what the story must yield"
    [[ $once == yes ]] || follow
}

main "$@"
