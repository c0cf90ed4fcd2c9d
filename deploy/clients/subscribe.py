#!/usr/bin/env python3
"""Reads reminders and prints them, each once.

subscribe.py BROKERS TOPIC [--once]    with --once it ends with the topic instead of waiting for more
"""
import json
import sys

from confluent_kafka import Consumer, KafkaError


def main():
    brokers, topic = sys.argv[1:3]
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "guanxi-example", "auto.offset.reset": "earliest",
                         "enable.auto.commit": False, "enable.partition.eof": True})
    consumer.subscribe([topic])
    # Messages come at least once, and repeats carry the same id. A real subscriber keeps the ids where it keeps
    # what it does about them, and in the same transaction.
    seen, ended = set(), set()
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            if message.error().code() != KafkaError._PARTITION_EOF:
                sys.exit(f"cannot read {topic}: {message.error()}")
            ended.add(message.partition())
            if "--once" in sys.argv and len(ended) == len(consumer.assignment()):
                break
            continue
        event = json.loads(message.value())
        if event["id"] in seen:
            continue
        seen.add(event["id"])
        data = event["data"]
        if event["type"] == "guanxi.reminder.closed":
            print(f"{event['subject']}: {data['kind']} is {data['reason']}")
        else:
            print(f"{event['subject']}: {data['kind']}, notice {data['notice']}, to {' and '.join(data['to'])}: "
                  f"{data['why']['en']} {data['why']['zh']}")
        consumer.commit(message)
    consumer.close()


main()
