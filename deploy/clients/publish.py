#!/usr/bin/env python3
"""Publishes one event with confluent-kafka, in structured mode.

publish.py BROKERS TOPIC CUSTOMER
"""
import datetime
import json
import sys
import uuid

from confluent_kafka import Producer


def main():
    brokers, topic, customer = sys.argv[1:]
    # Idempotent: a retry of the client brings no event twice. Should the program itself publish an event again,
    # its id tells guanxid that it is the same.
    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True})
    event_id = str(uuid.uuid4())
    event = {
        "specversion": "1.0", "id": event_id, "source": "/examples/python", "type": "order.placed",
        "subject": customer, "time": datetime.datetime.now(datetime.timezone.utc).isoformat(),
        "data": {"order_id": event_id, "amount": "128.50", "currency": "CNY"},
    }
    failures = []
    producer.produce(topic, json.dumps(event), key=customer,
                     headers={"content-type": "application/cloudevents+json"},
                     on_delivery=lambda error, _: failures.append(error) if error else None)
    if producer.flush(30) or failures:
        sys.exit(f"not published: {failures or 'no answer within 30 s'}")


main()
