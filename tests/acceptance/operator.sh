# What an operator does with the package, and what has to come of it; sourced by tests/acceptance.sh.

PUBLISHED=0
CUSTOMERS=2000
LOAD=${GUANXI_ACCEPTANCE_LOAD:-300000}
free_ports 2
LISTEN=127.0.0.1:${PORTS[0]}
TOKEN=$(tr -dc a-z0-9 </dev/urandom 2>/dev/null | head -c 32 || true)

publish() {
    "$PYTHON" tests/acceptance/events.py "$PUBLISHED" "$1" "$CUSTOMERS" |
        kcat -P -b "$GUANXI_TEST_KAFKA" -t guanxi.events -K '\t' -H content-type=application/cloudevents+json -X linger.ms=50
    PUBLISHED=$((PUBLISHED + $1))
}

# query SQL: as the superuser of PostgreSQL, into SAID.
query() { inside "runuser -u postgres -- psql -XAtqc \"$1\" guanxi"; }

# How many records have been committed to PostgreSQL, in SAID.
position() { query "SELECT coalesce(sum(next_offset), 0) FROM guanxi.v_lane"; }

is_caught_up() { position && ((SAID == PUBLISHED)); }

# is_beyond N: more was done than that, and not yet all.
is_beyond() { position && ((SAID > $1)); }

catch_up() { wait_until 120 is_caught_up || fail "only $SAID of $PUBLISHED events are in the database"; }

# load_up EVENTS: the service at work, with most of them still before it.
load_up() {
    inside 'systemctl stop guanxid'
    local before=$PUBLISHED
    publish "$1"
    inside 'systemctl start guanxid'
    wait_until 60 is_beyond "$before" || fail "nothing is read"
}

still_loaded() { position && ((SAID < PUBLISHED)) || fail "there was no load left; raise GUANXI_ACCEPTANCE_LOAD"; }

fetch() {
    "$PYTHON" - "http://$LISTEN$1" "$TOKEN" <<'PYTHON'
import sys
import urllib.request
request = urllib.request.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]})
print(urllib.request.urlopen(request, timeout=10).read().decode())
PYTHON
}

# property NAME [UNIT]: of the service, in SAID.
property() { inside "systemctl show --value --property=$1 ${2:-guanxid.service}"; }

# wait_for_status PATTERN: of the line that `systemctl status` shows; it is told anew every few seconds.
wait_for_status() { wait_until 20 has_status "$1" || fail "the status is '$SAID', not /$1/"; }

has_status() { property StatusText && [[ $SAID =~ $1 ]]; }

# expect TEXT PATTERN
expect() { [[ $1 =~ $2 ]] || { printf '    %s\n' "$1" >&2; fail "expected /$2/"; }; }

expect_property() {
    property "$1"
    [[ $SAID == "$2" ]] || fail "$1 is '$SAID', not '$2'"
}

install() {
    inside_until 300 'apt-get update -qq
        apt-get install -y -qq --no-install-recommends /acceptance/old.deb postgresql'
    inside 'systemctl is-enabled guanxid.service || systemctl is-active guanxid.service || true'
    expect "$SAID" '^disabled.inactive$'
    # The network is this host's: others may have a PostgreSQL at the usual port.
    inside "echo \"listen_addresses = ''\" >/etc/postgresql/15/main/conf.d/acceptance.conf
        systemctl restart postgresql"
}

# As README.md says it.
configure() {
    inside "sed -i -e 's|brokers = \"localhost:9092\"|brokers = \"$GUANXI_TEST_KAFKA\"|' \
            -e 's|listen = \"127.0.0.1:8487\"|listen = \"$LISTEN\"|' \
            -e 's|page = \"overview\"|page = \"full\"|' -e 's|rank_at = \"02:30\"|rank_at = \"\"|' \
            /etc/guanxi/guanxid.conf
        install -m 600 <(echo $TOKEN) /etc/credstore/guanxi.http.token
        runuser -u postgres -- createuser guanxi
        runuser -u postgres -- createdb -O guanxi guanxi
        guanxid check
        runuser -u guanxi -- guanxid migrate up
        systemctl enable --now guanxid"
    expect_property ActiveState active
    # With the secrets of the service, as README.md says it.
    inside 'systemd-run --pipe --wait --quiet --uid=guanxi -p LoadCredential=kafka.properties:guanxi.kafka.properties \
        -p LoadCredential=postgres.password:guanxi.postgres.password \
        -p LoadCredential=http.token:guanxi.http.token guanxid check --connections'
    expect "$SAID" 'ok +PostgreSQL clock'
}

count_events() {
    publish 20000
    catch_up
    wait_for_status "lag 0 .* in $PARTITIONS lanes, [0-9]+ events/s, Kafka up, PostgreSQL up"
    NOTE=$SAID
}

check_security() {
    local unit
    for unit in guanxid.service guanxid@two.service guanxid-rank.service; do
        inside "systemd-analyze security --threshold=12 $unit | tail -n 1" || fail "$unit is exposed too much"
        NOTE+="${NOTE:+, }$unit ${SAID##*: }"
    done
}

check_page() {
    fetch '/readyz?verbose' >"$WORK_DIR/ready"
    ! grep -q '^\[-\]' "$WORK_DIR/ready" || fail "$(<"$WORK_DIR/ready")"
    fetch /metrics >"$WORK_DIR/metrics"
    grep -q '^guanxi_kafka_consumer_lag{' "$WORK_DIR/metrics" || fail "no lag in the metrics"
    # The token came to it as a credential of the service manager.
    fetch '/customer?id=customer-1&format=json' >"$WORK_DIR/customer"
    grep -q customer-1 "$WORK_DIR/customer" || fail "the page does not show a customer"
}

check_journal() {
    local id
    id=$(sed -n 's/.*X(READY, "\([0-9a-f]*\)".*/\1/p' include/base/log_events.h)
    inside "journalctl --quiet --output=cat MESSAGE_ID=$id | head -n 1"
    expect "$SAID" .
    inside "journalctl --quiet --catalog MESSAGE_ID=$id"
    expect "$SAID" 'Subject: guanxid is ready'
    inside "journalctl --quiet --output=json KAFKA_TOPIC=guanxi.events | head -n 1"
    expect "$SAID" '"KAFKA_PARTITION"'
}

kill_it() {
    load_up "$LOAD"
    property NRestarts
    local before=$SAID
    inside 'systemctl kill --kill-whom=main --signal=KILL guanxid'
    # Kafka's group waits for the one that is gone as long as its session lasts, 45 s.
    wait_until 90 is_restarted "$before" || fail "systemd did not restart it"
    still_loaded
    catch_up
}

is_restarted() { property NRestarts && ((SAID > $1)) && property SubState && [[ $SAID == running ]]; }

# reload COMMAND ID: changes the configuration and asks for it; what it says, up to the message with ID, is in SAID.
reload() {
    inside "since=\$(journalctl --quiet --lines=1 --show-cursor --output=cat | sed -n 's/^-- cursor: //p')
        $1
        systemctl reload guanxid
        for ((i = 0; i < 100; i++)); do
            journalctl --quiet --after-cursor=\"\$since\" MESSAGE_ID=$2 | grep -q . && break
            sleep 0.1
        done
        journalctl --quiet --output=cat --after-cursor=\"\$since\" --unit=guanxid"
}

reload_bad() {
    property MainPID
    local pid=$SAID
    reload "sed -i.good 's|^lateness = .*|lateness = \"soon\";|' /etc/guanxi/guanxid.conf" \
        94223040be9e400f927113dd79a900fd
    expect "$SAID" '/etc/guanxi/guanxid.conf:[0-9]+.*lateness'
    NOTE=$(grep -m 1 lateness <<<"$SAID")
    expect_property MainPID "$pid"
    expect_property ActiveState active
    wait_for_status 'the last configuration was refused'
    publish 1000
    catch_up
}

# With that configuration it would not start, and is not tried again and again; the operator mends it.
restart_bad() {
    inside 'systemctl restart guanxid' >/dev/null 2>&1 && fail "it starts with a bad configuration"
    expect_property ExecMainStatus 78
    sleep 6
    expect_property ActiveState failed
    inside 'mv /etc/guanxi/guanxid.conf.good /etc/guanxi/guanxid.conf; systemctl start guanxid'
}

reload_good() {
    property MainPID
    local pid=$SAID
    reload "sed -i 's|^lateness = .*|lateness = \"30 s\";|' /etc/guanxi/guanxid.conf" 2f8f032963104b6987540feedb617f41
    expect "$SAID" 'lateness'
    NOTE=$(grep -m 1 lateness <<<"$SAID")
    expect_property MainPID "$pid"
    wait_for_status 'PostgreSQL up$'
}

restart_postgres() {
    property NRestarts
    local before=$SAID
    inside 'systemctl stop postgresql'
    publish 1000
    wait_for_status 'PostgreSQL away'
    inside 'systemctl start postgresql'
    catch_up
    expect_property NRestarts "$before"
}

stop_loaded() {
    load_up "$LOAD"
    inside 'began=${EPOCHREALTIME/./}; systemctl stop guanxid; echo $(((${EPOCHREALTIME/./} - began) / 1000))'
    local milliseconds=$SAID
    ((milliseconds < 10000)) || fail "it took $milliseconds ms to stop"
    expect_property ExecMainStatus 0
    expect_property Result success
    still_loaded
    NOTE="$milliseconds ms, $((PUBLISHED - SAID)) events left"
    inside 'systemctl start guanxid'
    catch_up
}

second_instance() {
    inside "sed 's|\"$LISTEN\"|\"127.0.0.1:${PORTS[1]}\"|' /etc/guanxi/guanxid.conf >/etc/guanxi/two.conf
        chmod 644 /etc/guanxi/two.conf
        systemctl start guanxid@two"
    wait_until 30 has_two_owners || fail "the instances do not share the partitions"
    publish 1000
    catch_up
    inside 'systemctl stop guanxid@two; rm /etc/guanxi/two.conf; test -d /run/guanxi'
}

has_two_owners() { query "SELECT count(DISTINCT owner) FROM guanxi.v_lane WHERE owner <> ''" && ((SAID == 2)); }

# With a shorter time than the unit's, for the sake of whoever waits.
stand_still() {
    inside 'mkdir -p /run/systemd/system/guanxid.service.d
        printf "[Service]\nWatchdogSec=6s\n" >/run/systemd/system/guanxid.service.d/watchdog.conf
        systemctl daemon-reload; systemctl restart guanxid'
    property NRestarts
    local before=$SAID
    inside 'systemctl kill --kill-whom=main --signal=STOP guanxid'
    wait_until 120 is_restarted "$before" || fail "the watchdog did not notice"
    inside 'rm -r /run/systemd/system/guanxid.service.d; systemctl daemon-reload; systemctl restart guanxid'
}

upgrade() {
    load_up $((3 * LOAD)) # apt takes its time
    property MainPID
    local pid=$SAID
    inside_until 300 'apt-get install -y -qq /acceptance/new.deb'
    still_loaded
    NOTE="$((PUBLISHED - SAID)) events left"
    wait_until 60 runs_newer || fail "it is not version $NEWER that runs"
    property MainPID
    [[ $SAID != "$pid" ]] || fail "it was not restarted"
    catch_up
    inside 'systemctl is-enabled guanxid; ls /etc/guanxi'
    [[ $SAID != *dpkg-* ]] || fail "there are two configurations: $SAID"
}

runs_newer() { [[ $(fetch /metrics 2>/dev/null) == *"guanxi_build_info{version=\"$NEWER\""* ]]; }

rank() {
    inside 'mkdir -p /run/systemd/system/guanxid-rank.timer.d
        printf "[Timer]\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n" \
            >/run/systemd/system/guanxid-rank.timer.d/soon.conf
        systemctl daemon-reload
        systemctl enable --now guanxid-rank.timer'
    wait_until 60 has_ranked || fail "the timer's rank has not come"
    property Result guanxid-rank.service
    [[ $SAID == success ]] || fail "the rank ended with $SAID"
    inside 'systemctl list-timers --no-legend guanxid-rank.timer; systemctl disable --now guanxid-rank.timer'
}

has_ranked() { query "SELECT count(*) FROM guanxi.v_value_latest" && ((SAID == CUSTOMERS)); }

# results NAME: writes them to the bound folder, from inside.
results() {
    query "SELECT 'events', count(*) FROM guanxi.v_timeline WHERE type = 'order.placed'
        UNION ALL SELECT 'identities', count(DISTINCT event_id) FROM guanxi.v_timeline WHERE type = 'order.placed'
        UNION ALL SELECT 'customers', count(*) FROM guanxi.v_customer
        UNION ALL SELECT 'spent', sum(spent) FROM guanxi.v_customer
        UNION ALL SELECT 'quarantine', count(*) FROM guanxi.v_quarantine ORDER BY 1"
    printf '%s\n' "$SAID" >"$WORK_DIR/$1"
}

# What came late is folded by the next sweep.
is_folded() {
    query "SELECT count(*) FROM guanxi.customer AS c JOIN guanxi.v_watermark AS w ON c.fold_at <= w.watermark" && ((SAID == 0))
}

check_results() {
    wait_until 60 is_folded || fail "$SAID customers wait for their fold"
    results results
    diff - "$WORK_DIR/results" >&2 <<RESULTS || fail "not every event was counted once"
customers|$CUSTOMERS
events|$PUBLISHED
identities|$PUBLISHED
quarantine|0
spent|$((PUBLISHED * 100))
RESULTS
    kcat -C -b "$GUANXI_TEST_KAFKA" -t guanxi.changes -o beginning -e -q >"$WORK_DIR/changes"
    NOTE="$PUBLISHED events, $CUSTOMERS customers, $(wc -l <"$WORK_DIR/changes") changes published"
    # Whoever orders is a customer now.
    [[ $(grep -c '"guanxi.stage.changed"' "$WORK_DIR/changes") -ge $CUSTOMERS ]] || fail "not all were told to be customers"
}

purge() {
    inside_until 120 'apt-get purge -y -qq guanxid
        if systemctl is-active guanxid; then exit 1; fi
        if ls /etc/guanxi/guanxid.conf /usr/bin/guanxid; then exit 1; fi'
    publish 1000
    inside_until 120 'apt-get install -y -qq /acceptance/new.deb'
    inside "sed -i -e 's|brokers = \"localhost:9092\"|brokers = \"$GUANXI_TEST_KAFKA\"|' \
            -e 's|listen = \"127.0.0.1:8487\"|listen = \"$LISTEN\"|' /etc/guanxi/guanxid.conf
        systemctl enable --now guanxid"
    catch_up
    check_results
}

machine_off() {
    service_stop "$WORK_DIR/machine" TERM 60
    journalctl --quiet --output=cat --directory="$WORK_DIR/machine/root/var/log/journal" --unit=guanxid |
        tail -n 1 >"$WORK_DIR/last"
    expect "$(<"$WORK_DIR/last")" '^Stopped guanxid.service'
}

operate() {
    step "installed by apt, with PostgreSQL" install
    step "configured, schema made, started" configure
    step "events counted" count_events
    step "exposure" check_security
    step "metrics, health, page with a credential" check_page
    step "journal with fields and catalog" check_journal
    step "killed under load, restarted, caught up" kill_it
    step "reloaded, refused" reload_bad
    step "not started, not tried again, mended" restart_bad
    step "reloaded, taken" reload_good
    step "PostgreSQL away and back" restart_postgres
    step "stopped under load" stop_loaded
    step "a second instance" second_instance
    step "standing still, restarted by the watchdog" stand_still
    step "upgraded under load" upgrade
    step "ranked by the timer" rank
    step "results" check_results
    step "purged, installed again" purge
}
