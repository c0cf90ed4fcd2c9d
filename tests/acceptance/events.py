#!/usr/bin/env python3
"""Writes orders for kcat, key and event in a line: events.py FIRST COUNT CUSTOMERS

Each is of 1.00, of the customers in turn, and of its own second of the last weeks: the sum of all is their number.
"""
import json
import sys
import time

FROM = int(time.time()) // 86400 * 86400 - 40 * 86400
SECONDS = 35 * 86400

first, count, customers = map(int, sys.argv[1:])
for number in range(first, first + count):
    customer = f"customer-{number % customers}"
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(FROM + number * 7919 % SECONDS))
    event = {"specversion": "1.0", "id": str(number), "source": "/till", "type": "order.placed", "subject": customer,
             "time": at, "data": {"order_id": str(number), "amount": "1.00", "currency": "CNY"}}
    print(customer, json.dumps(event, separators=(",", ":")), sep="\t")
