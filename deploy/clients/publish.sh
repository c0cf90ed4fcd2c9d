#!/usr/bin/env bash
# Publishes one event with kcat, in structured mode.
#   publish.sh BROKERS TOPIC CUSTOMER
set -euo pipefail
brokers=$1 topic=$2 customer=$3
# An id of its own, so that guanxid knows a repeat of this event from another one: take that of the order if there
# is one. jq writes valid JSON whatever the customer is called.
jq --compact-output --null-input --arg customer "$customer" --arg id "$(cat /proc/sys/kernel/random/uuid)" '{
    specversion: "1.0", id: $id, source: "/examples/shell", type: "order.placed",
    subject: $customer, time: (now | todate),
    data: {order_id: $id, amount: "128.50", currency: "CNY"}
}' |
    kcat -P -b "$brokers" -t "$topic" -k "$customer" -H content-type=application/cloudevents+json -X acks=all
