#!/usr/bin/env bash
# Servers that let nobody in without certificate or password: a Kafka with listeners for TLS with SASL and for TLS with
# client certificates, and a PostgreSQL with TLS.
source "$(dirname "$0")/../lib/common.sh"
source "$(dirname "$0")/../lib/postgres.sh"
source "$(dirname "$0")/../lib/kafka.sh"
[[ -x $GUANXID ]] || fail "$GUANXID is missing: build first"
make_work_dir
export WORK_DIR PYTHONDONTWRITEBYTECODE=1 GUANXI_TEST_CERTIFICATES=$WORK_DIR/tls
export PYTHONPATH=$GUANXI_SOURCE_DIR/tests/lib

# certificate NAME SUBJECT SIGNER [EXTENSION]: NAME.pem and NAME.key; a SIGNER of its own name signs itself
certificate() {
    local signer=(-CA "$3.pem" -CAkey "$3.key")
    [[ $1 != "$3" ]] || signer=()
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout "$1.key" -out "$1.pem" \
        -subj "$2" "${signer[@]}" ${4:+-addext "$4"} 2>>openssl.log || { cat openssl.log >&2; fail "certificate $1"; }
}

mkdir "$GUANXI_TEST_CERTIFICATES"
(
    cd "$GUANXI_TEST_CERTIFICATES" || exit 1
    certificate authority /CN=authority authority
    certificate stranger /CN=stranger stranger
    certificate server /CN=server authority subjectAltName=IP:127.0.0.1
    certificate client /CN=certified authority
    cat server.key server.pem >server.both
) || exit 1

POSTGRES_TCP=1 postgres_for_tests "$WORK_DIR/postgres"
free_ports 2
export GUANXI_TEST_KAFKA_SASL=127.0.0.1:${PORTS[0]} GUANXI_TEST_KAFKA_MUTUAL=127.0.0.1:${PORTS[1]}
plain=org.apache.kafka.common.security.plain.PlainLoginModule
scram=org.apache.kafka.common.security.scram.ScramLoginModule
KAFKA_LISTENERS=SASL://$GUANXI_TEST_KAFKA_SASL,MUTUAL://$GUANXI_TEST_KAFKA_MUTUAL KAFKA_SCRAM=guanxid:scram-secret \
    kafka_create "$WORK_DIR/kafka" group.min.session.timeout.ms=1000 \
    listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL:SASL_SSL,MUTUAL:SSL \
    ssl.keystore.type=PEM "ssl.keystore.location=$GUANXI_TEST_CERTIFICATES/server.both" \
    ssl.truststore.type=PEM "ssl.truststore.location=$GUANXI_TEST_CERTIFICATES/authority.pem" \
    listener.name.mutual.ssl.client.auth=required listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512 \
    "listener.name.sasl.plain.sasl.jaas.config=$plain required user_guanxid=\"plain-secret\";" \
    "listener.name.sasl.scram-sha-512.sasl.jaas.config=$scram required;"
run_child "$PYTHON" "$(dirname "$0")/scenarios/secured.py" "$@"
