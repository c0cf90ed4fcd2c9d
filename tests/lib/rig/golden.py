"""Golden stories: a few customers worked out by hand, so that nothing that the daemon and the oracle share can
hide its faults. A file has one JSON object a line (and // comments): events, and rows that must stand in a
view once the watermark is at WATERMARK. A row names the columns that it is about; instants are texts. A customer
whose row of v_customer is given has no other rows than those given: in the views of COMPLETE at all, in those of
AS_GIVEN if any are given. With "none" there is no row that has these columns."""
import json
import os
import re
import uuid
from collections import Counter

from . import stream
from .compare import NAMESPACE, PROMISE_KINDS, microseconds
from .views import KEYS

WATERMARK = "2026-12-31T00:00:00Z"
COMPLETE = ["v_customer", "v_level_change", "v_reminder", "v_promise", "v_objection"]
AS_GIVEN = ["v_stage_change", "v_pram_change", "v_checklist"]


def reminder_id(customer, kind, anchor):
    """The anchor of a reminder is an instant or a promise_id."""
    name = anchor if kind in PROMISE_KINDS else microseconds(anchor)
    return str(uuid.uuid5(NAMESPACE, f"{customer}\n{kind}\n{name}"))


def _record(row):
    data = dict(row["data"])
    if "reminder" in row:
        data["reminder_id"] = reminder_id(row["subject"], *row["reminder"])
    return stream.event(row["on"], row["type"], row["time"], row["subject"], data, id=row["id"])


def load(folder):
    """(records with the ticks behind them, {file name: rows}) of all stories in a folder."""
    records, stories = [], {}
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip() and not line.startswith("//")]
        records += [_record(row) for row in rows if "on" in row]
        stories[name] = [row for row in rows if "view" in row]
    records += [stream.tick(topic, WATERMARK) for topic in sorted({record.topic for record in records})]
    counts = Counter()
    for record in records:
        record.offset = counts[record.topic]
        counts[record.topic] += 1
    return records, stories


def _wanted(row):
    wanted = {name: value for name, value in row.items() if name not in ("view", "of")}
    for name, value in wanted.items():
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
            wanted[name] = microseconds(value)
    if "of" in row:
        wanted["reminder_id"] = reminder_id(*row["of"])
    elif row["view"] == "v_reminder" and "none" not in row:
        wanted.setdefault("reminder_id", reminder_id(row["customer_id"], row["kind"], row["anchor"]))
    return wanted


def _agrees(name, wanted, actual):
    if isinstance(wanted, float):
        return abs(wanted - actual) <= 1e-9 * max(1.0, abs(wanted))
    if name == "anchor":
        return str(wanted) == str(actual)
    if name == "recipients":
        return set(wanted) == set(actual if isinstance(actual, list) else re.findall("[a-z]+", actual))
    return wanted == actual


def differences(rows, views):
    """What of a story is not so: texts."""
    found = []
    for row in rows:
        wanted, view = _wanted(row), row["view"]
        none = wanted.pop("none", False)
        names = wanted if none else [name for name in KEYS[view] if name in wanted]
        candidates = [actual for actual in views[view].values()
                      if all(actual[name] == wanted[name] for name in names)]
        if len(candidates) != (0 if none else 1):
            found.append(f"{view}: {len(candidates)} rows for {wanted}")
            continue
        if none:
            continue
        found += [f"{view}: {name} is {candidates[0][name]!r}, expected {value!r} in {wanted}"
                  for name, value in wanted.items() if not _agrees(name, value, candidates[0][name])]
    for customer in {row["customer_id"] for row in rows if row["view"] == "v_customer" and "none" not in row}:
        for view in COMPLETE + AS_GIVEN:
            given = sum(1 for row in rows if row["view"] == view and row["customer_id"] == customer)
            there = [actual for actual in views[view].values() if actual["customer_id"] == customer]
            if len(there) != given and (given or view in COMPLETE):
                found.append(f"{view} of {customer}: {len(there)} rows, expected {given}: {there}")
    return found
