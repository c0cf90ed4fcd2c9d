# A private Apache Kafka (KRaft, one node) in a temporary folder; source common.sh first.
#
#   kafka_fetch                  the artifacts, once per version, into build/kafka/VERSION
#   kafka_create DIR [K=V...]    formats, starts; sets and exports GUANXI_TEST_KAFKA (bootstrap servers);
#                                K=V are further server properties; KAFKA_LISTENERS may hold more listeners
#                                (NAME://127.0.0.1:PORT,...) and KAFKA_SCRAM a user as NAME:PASSWORD
#   kafka_start DIR              also after a stop, on the same ports; returns when it answers
#   kafka_stop DIR               controlled shutdown;   kafka_kill DIR   kill -9
#   kafka_restart DIR
#   kafka_destroy DIR
#   kafka_topic create NAME PARTITIONS [K=V...] and so on: see tests/tools/topic_admin.c
#
# GUANXI_KAFKA_VERSION selects the version (default 3.9.1; 4.1.0 works too). Topics are never created
# by accident: auto creation is off.

GUANXI_KAFKA_VERSION=${GUANXI_KAFKA_VERSION:-3.9.1}
KAFKA_JARS=$GUANXI_SOURCE_DIR/build/kafka/$GUANXI_KAFKA_VERSION

kafka_fetch() {
    [[ -d $KAFKA_JARS ]] && return 0
    command -v mvn >/dev/null || fail "mvn is missing; run deploy/packages.sh"
    mkdir -p "$GUANXI_SOURCE_DIR/build/kafka"
    local lock profile=kafka3
    [[ $GUANXI_KAFKA_VERSION == 3.* ]] || profile=kafka4
    # Two tests may want it at the same time; what is half fetched must not look like all of it.
    exec {lock}>"$GUANXI_SOURCE_DIR/build/kafka/lock"
    flock "$lock"
    if [[ ! -d $KAFKA_JARS ]]; then
        say "fetching Apache Kafka $GUANXI_KAFKA_VERSION"
        rm -rf "$KAFKA_JARS.part"
        mvn -B -q -Dstyle.color=never -f "$GUANXI_SOURCE_DIR/tests/kafka/pom.xml" -P "$profile" \
            -Dkafka.version="$GUANXI_KAFKA_VERSION" dependency:copy-dependencies \
            -DincludeScope=runtime -DoutputDirectory="$KAFKA_JARS.part" \
            >"$GUANXI_SOURCE_DIR/build/kafka/fetch.log" 2>&1 </dev/null || {
            tail -n 20 "$GUANXI_SOURCE_DIR/build/kafka/fetch.log" >&2
            fail "the Kafka artifacts could not be fetched"
        }
        mv "$KAFKA_JARS.part" "$KAFKA_JARS"
    fi
    exec {lock}>&-
}

# Everything is as small as one node needs it; the defaults are for clusters (50 partitions of offsets,
# 128 MiB for the cleaner, 3 s of waiting for more group members).
kafka_write_properties() {
    local dir=$1 port=$2 controller=$3
    shift 3
    cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller${KAFKA_LISTENERS:+,$KAFKA_LISTENERS}
advertised.listeners=PLAINTEXT://127.0.0.1:$port${KAFKA_LISTENERS:+,$KAFKA_LISTENERS}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$dir/data
num.partitions=1
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=2097152
# After kill -9 the node must wait until its own former session has expired (default 9 s).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# What DeleteRecords removed must not come back after kill -9 (default: written once a minute).
log.flush.start.offset.checkpoint.interval.ms=500
$(printf '%s\n' "$@")
END
}

# kafka_create DIR [K=V...]; KAFKA_CLUSTER_ID may set another cluster id than the usual one.
kafka_create() {
    local dir=$1 cluster=${KAFKA_CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw} user=()
    shift
    [[ -z ${KAFKA_SCRAM:-} ]] ||
        user=(--add-scram "SCRAM-SHA-512=[name=${KAFKA_SCRAM%%:*},password=${KAFKA_SCRAM#*:}]")
    kafka_fetch
    mkdir -p "$dir"
    free_ports 2
    kafka_write_properties "$dir" "${PORTS[0]}" "${PORTS[1]}" "$@"
    local logging="-Dlog4j.configuration=file:$GUANXI_SOURCE_DIR/tests/kafka/log4j.properties"
    logging+=" -Dlog4j2.configurationFile=$GUANXI_SOURCE_DIR/tests/kafka/log4j2.xml"
    # SerialGC and the first compiler tier: a short life on few cores is mostly starting up.
    java -Xmx256M -XX:+UseSerialGC -XX:TieredStopAtLevel=1 $logging -cp "$KAFKA_JARS/*" \
        kafka.tools.StorageTool format -t "$cluster" -c "$dir/server.properties" "${user[@]}" >"$dir/log" 2>&1 ||
        { service_log_tail "$dir"; fail "formatting Kafka's folder"; }
    cat >"$dir/start" <<END
#!/bin/bash
cd "$dir" || exit 1
echo \$\$ >"$dir/pid"
exec setpriv --pdeathsig KILL java -Xms128M -Xmx512M -XX:+UseG1GC -Djava.awt.headless=true $logging \\
    -cp "$KAFKA_JARS/*" kafka.Kafka "$dir/server.properties"
END
    chmod +x "$dir/start"
    GUANXI_TEST_KAFKA=127.0.0.1:${PORTS[0]}
    GUANXI_TEST_KAFKA_DIR=$dir
    echo "$GUANXI_TEST_KAFKA" >"$dir/address"
    export GUANXI_TEST_KAFKA GUANXI_TEST_KAFKA_DIR
    at_exit kafka_destroy "$dir"
    kafka_start "$dir"
}

kafka_answers() {
    service_pid "$1" || { service_log_tail "$1"; fail "Kafka ended while starting"; }
    kcat -b "$(<"$1/address")" -L -m 2 >/dev/null 2>&1
}

kafka_start() {
    service_start "$1"
    wait_until 90 kafka_answers "$1" || { service_log_tail "$1"; fail "Kafka did not start"; }
}

kafka_stop() { service_stop "$1" TERM 60; }

kafka_kill() { service_stop "$1" KILL 10; }

kafka_restart() {
    kafka_stop "$1"
    kafka_start "$1"
}

kafka_destroy() {
    service_stop "$1" KILL 10
    [[ -n ${GUANXI_KEEP:-} ]] || rm -rf "$1"
}

# Against the server that was created last; set GUANXI_TEST_KAFKA to ask another one.
kafka_topic() { "$GUANXI_BUILD_DIR/bin/topic_admin" "$GUANXI_TEST_KAFKA" "$@"; }
