"""Holds what stands in the views against the oracle, and the messages against both."""
import re
import uuid
from collections import Counter
from datetime import datetime, timezone

from .views import INNER

NAMESPACE = uuid.UUID("6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11")
PROMISE_KINDS = {"promise", "overdue", "thanks"}  # of reminders: their anchor is a promise_id

# What of a change's from and to its successor takes up, and where v_customer has it; who has no change yet stands
# at the beginning.
CHANGES = {
    "guanxi.level.changed": (lambda end: end["level"], lambda row: row["level"], 1),
    "guanxi.stage.changed": (lambda end: end["stage"], lambda row: row["stage"], 1),
    "guanxi.pram.changed": (lambda end: end, lambda row: row["pram_phase"], "none"),
    "guanxi.tier.changed": (lambda end: (end["code"], end["target"]), lambda row: (row["tier"], row["target_level"]),
                            (None, None)),
}


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def microseconds(text):
    delta = datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH
    return (delta.days * 86400 + delta.seconds) * 10**6 + delta.microseconds


class Comparison:
    """Differences, each a line, and figures of what the model leaves open."""

    def __init__(self):
        self.differences = []
        self.figures = Counter()

    def differ(self, text):
        self.differences.append(text)

    def report(self, most=25):
        lines = self.differences[:most]
        if len(self.differences) > most:
            lines.append(f"... and {len(self.differences) - most} more")
        return "\n".join("    " + line for line in lines)


def _same(name, expected, actual):
    if name == "recipients":
        return set(expected) == set(re.findall(r"[a-z]+", str(actual)))
    return expected == actual


def _compare_columns(comparison, view, key, expected, actual, but=()):
    for name, value in expected.items():
        if name in INNER or name in but:
            continue
        if name not in actual:
            comparison.differ(f"{view}: no column {name}")
        elif not _same(name, value, actual[name]):
            comparison.differ(f"{view} {key}: {name} is {actual[name]!r}, expected {value!r}")


def _published(actual):
    """{reminder_id: {notice: row}} of what was published."""
    result = {}
    for (reminder, notice), row in actual["v_notice"].items():
        if row["state"] == "published":
            result.setdefault(reminder, {})[notice] = row
    return result


def _compare_reminders(comparison, expected, actual):
    published = _published(actual)
    for key, wanted in expected.views["v_reminder"].items():
        row = actual["v_reminder"].get(key)
        if row is None:
            comparison.differ(f"v_reminder {key}: missing, expected {wanted}")
            continue
        told = published.get(key[0], {})
        # What was published before a late event moved it keeps its instants and its notices.
        but = ("due_at", "opened_at", "notices", "at_risk") if told else ()
        _compare_columns(comparison, "v_reminder", key, wanted, row, but)
        if told:
            comparison.figures["reminders kept as published"] += wanted["opened_at"] != row["opened_at"]
            if not wanted["notices"] <= row["notices"] <= max([wanted["notices"], *told]):
                comparison.differ(f"v_reminder {key}: notices is {row['notices']}, expected {wanted['notices']}, "
                                  f"published {sorted(told)}")
            if wanted["at_risk"] and not row["at_risk"]:
                comparison.differ(f"v_reminder {key}: not at risk")
    for key, row in actual["v_reminder"].items():
        if key in expected.views["v_reminder"]:
            continue
        # Left over from before a late event took its ground away: there only because it was published. It stays as it
        # was closed before that (by an event, unless it was moot); one that was open is closed moot, by no event.
        comparison.figures[f"reminders left over, {row['status']}"] += 1
        by_nobody = row["closed_by_event"] is None and row["status"] != "moot"
        if row["status"] == "open" or by_nobody or not published.get(key[0]):
            comparison.differ(f"v_reminder {key}: not expected: {row}, published {published.get(key[0])}")


def _compare_notices(comparison, expected, actual):
    # To whom a notice went depends on what was known of such objections when it was published, be it of somebody who
    # is no longer merged into the customer.
    persons = {customer for customer, kind, *_ in expected.views["v_objection"] if kind == "person"}
    persons.update(expected.quiet_until)
    published = _published(actual)
    for key, wanted in expected.views["v_notice"].items():
        row = actual["v_notice"].get(key)
        if row is None:
            comparison.differ(f"v_notice {key}: missing, expected {wanted}")
            continue
        # One that was suppressed keeps its number, and its instant with that of the opening.
        told = row["state"] == "published" or (row["state"] == "suppressed" and key[0] in published)
        kept = told and (row["at"] != wanted["at"] or (
            expected.of_notice(key) in persons and not _same("recipients", wanted["recipients"], row["recipients"])))
        comparison.figures[f"notices kept as {row['state']}"] += kept
        _compare_columns(comparison, f"v_notice, {row['state']},", key, wanted, row, ("at", "recipients") if kept else ())
        must = wanted["open"] and not expected.is_quiet(key, wanted)
        if row["state"] not in (("published",) if must else ("published", "suppressed")):
            comparison.differ(f"v_notice {key}: {row['state']}, its reminder is "
                              f"{'open' if wanted['open'] else 'closed'}")
    for key, row in actual["v_notice"].items():
        if key not in expected.views["v_notice"]:
            comparison.figures[f"notices left over, {row['state']}"] += 1
            if row["state"] == "held":
                comparison.differ(f"v_notice {key}: held, though nothing expects it: {row}")


def _compare_plainly(comparison, view, expected, actual):
    for key, wanted in expected.views[view].items():
        row = actual[view].get(key)
        if row is None:
            if not wanted.get("optional"):
                comparison.differ(f"{view} {key}: missing, expected {wanted}")
            continue
        _compare_columns(comparison, view, key, wanted, row)
        if view == "v_timeline" and [row["topic"], row["partition"], row["offset"]] not in wanted["positions"]:
            comparison.differ(f"{view} {key}: from {row['topic']} [{row['partition']}] {row['offset']}, "
                              f"expected one of {wanted['positions']}")
    for key, row in actual[view].items():
        if key not in expected.views[view]:
            comparison.differ(f"{view} {key}: not expected: {row}")


def _compare_bytes(comparison, expected, actual, records):
    """What the quarantine keeps of a record: all of it, or of somebody erased nothing."""
    sent = {(record.topic, record.partition, record.offset): record for record in records}
    for key, row in actual["v_quarantine"].items():
        erased = expected.views["v_quarantine"].get(key, {}).get("erased")
        record = sent.get(key)
        if erased and any(row[name] is not None for name in ("payload", "key", "source", "event_id", "subject")):
            comparison.differ(f"v_quarantine {key}: it is of an erased customer, and yet {row}")
        elif not erased and record and (row["payload"], row["key"]) != (record.value, record.key):
            comparison.differ(f"v_quarantine {key}: payload or key are not those of the record")
        if row["state"] != ("discarded" if erased else "held"):
            comparison.differ(f"v_quarantine {key}: {row['state']}")


def _compare_erased(comparison, expected, actual):
    for view, rows in actual.items():
        for key, row in rows.items():
            if row.get("customer_id") in expected.erased:
                comparison.differ(f"{view} {key}: of an erased customer: {row}")


def compare_views(expected, actual, records=()):
    """Every row of every view. `records`, as published, for the bytes that the quarantine keeps."""
    comparison = Comparison()
    for view in expected.views:
        if view == "v_reminder":
            _compare_reminders(comparison, expected, actual)
        elif view == "v_notice":
            _compare_notices(comparison, expected, actual)
        else:
            _compare_plainly(comparison, view, expected, actual)
    _compare_bytes(comparison, expected, actual, records)
    _compare_erased(comparison, expected, actual)
    comparison.figures["erased ids"] = len(expected.erased)
    return comparison


# ---------------------------------------------------------------------------------------------- messages


def _compare_changes(comparison, messages, actual, type):
    """Of each customer n counts from 1 without a gap, each change begins where the last one ended, and the
    last one ends where the customer stands."""
    end_of, stand_of, beginning = CHANGES[type]
    changes = {}
    for message in messages.of_type(type):
        changes.setdefault(message.customer, []).append(message)
    for customer, told in changes.items():
        stand = beginning
        for n, message in enumerate(told, 1):
            if message.id != str(uuid.uuid5(NAMESPACE, f"{customer}\n{type}\n{n}")) or message.data["n"] != n:
                comparison.differ(f"{type} of {customer}: number {n} has another id: {message.data}")
            if end_of(message.data["from"]) != stand:
                comparison.differ(f"{type} of {customer}: {n} begins at {message.data['from']}, not {stand}")
            stand = end_of(message.data["to"])
    for (customer,), row in actual["v_customer"].items():
        last = end_of(changes[customer][-1].data["to"]) if customer in changes else beginning
        if last != stand_of(row):
            comparison.differ(f"{type} of {customer}: last told {last}, stands at {stand_of(row)}")
    comparison.figures[type] += sum(map(len, changes.values()))


def _compare_notice_messages(comparison, expected, messages, actual):
    """What a notice says of its reminder is what the views say."""
    for message in messages.first.values():
        reminder, _, notice = message.id.partition("/")
        if not notice.isdigit() or message.customer in expected.erased:
            continue
        row = actual["v_reminder"].get((reminder,))
        told = actual["v_notice"].get((reminder, int(notice)))
        if row is None or told is None:
            comparison.differ(f"{message.id}: there is no such notice")
            continue
        promise = row["anchor"] if row["kind"] in PROMISE_KINDS else None
        wanted = (row["kind"], row["customer_id"], promise, int(notice))
        found = tuple(message.data.get(name) for name in ("kind", "customer", "promise_id", "notice"))
        if wanted != found or not _same("recipients", message.data["to"], told["recipients"]):
            comparison.differ(f"{message.id}: says {found}, to {message.data['to']}; expected {wanted}, "
                              f"to {told['recipients']}")


def _compare_closings(comparison, expected, messages, actual, published):
    closings = {key: message for key, message in messages.first.items() if message.id.endswith("/closed")}
    for message in closings.values():
        if message.id[:36] not in published and message.customer not in expected.erased:
            comparison.differ(f"{message.id}: closing of a reminder of which nothing was published")
    told = {message.id[:36] for message in closings.values()}
    for (reminder,), row in actual["v_reminder"].items():
        if row["status"] != "open" and reminder in published and reminder not in told:
            comparison.differ(f"v_reminder {reminder}: {row['status']}, but its closing was not published")


def _compare_changes_of_ids(comparison, expected, messages):
    """A message for each merge, unmerge and erasure, and no other; of somebody erased later perhaps none."""
    found = {message.id: message for message in messages.first.values()
             if message.type in ("guanxi.customer.merged", "guanxi.customer.unmerged", "guanxi.customer.erased")}
    comparison.figures.update(message.type for message in found.values())
    for wanted in expected.changes_of_ids:
        name, customer, n = wanted["type"], wanted["customer"], wanted["n"]
        message = found.pop(str(uuid.uuid5(NAMESPACE, f"{customer}\n{name}\n{n}")), None)
        if message is None:
            if customer not in expected.erased or name == "guanxi.customer.erased":
                comparison.differ(f"{name} {n} of {customer}: not published, expected {wanted}")
            continue
        data, event = {"customer": customer, "n": n}, (wanted["source"], wanted["event_id"])
        if wanted["other"] is not None:
            data["into" if name == "guanxi.customer.merged" else "unmerged"] = wanted["other"]
        told = (message.data.get("event") or {}).get("source"), (message.data.get("event") or {}).get("id")
        if {key: value for key, value in message.data.items() if key != "event"} != data or told != event \
                or message.customer != customer or microseconds(message.time) != wanted["at"]:
            comparison.differ(f"{name} {n} of {customer}: says {message.payload}, expected {wanted}")
    for message in found.values():
        comparison.differ(f"{message.id}: not expected: {message.payload}")


def _compare_farewell(comparison, expected, messages):
    """The last that is told of a reminder of somebody erased is that it is closed; of the erasure named, itself."""
    last = {}
    for message in messages.last.values():
        if message.customer in expected.erased:
            about = message.id.partition("/")[0] if message.type.startswith("guanxi.reminder.") else message.customer
            last[about] = message
    named = {row["customer"] for row in expected.changes_of_ids if row["type"] == "guanxi.customer.erased"}
    for about, message in last.items():
        reminder = message.type.startswith("guanxi.reminder.")
        if reminder and message.type != "guanxi.reminder.closed":
            comparison.differ(f"{message.id}: of an erased customer, and not closed: {message.payload}")
        elif about in named and not reminder and message.type != "guanxi.customer.erased":
            comparison.differ(f"{message.id}: behind the erasure of {about}: {message.payload}")


def _compare_order(comparison, expected, messages):
    """What a consumer sees that drops repeated ids: notices by number, the closing behind the first. At an erasure
    nobody knows whether a notice that was on its way has been sent: its reminder is closed, and it may never come."""
    last = {}
    for message in messages.first.values():
        reminder, _, which = message.id.partition("/")
        if not message.type.startswith("guanxi.reminder."):
            continue
        if which == "closed":
            if reminder not in last and message.customer not in expected.erased:
                comparison.differ(f"{message.id}: before any notice")
        elif int(which) <= last.get(reminder, 0):
            comparison.differ(f"{message.id}: behind notice {last[reminder]}")
        else:
            last[reminder] = int(which)


def compare_messages(expected, actual, messages):
    """The messages of both topics, complete, against the oracle and the views."""
    comparison = Comparison()
    published = _published(actual)
    ids = {message.id for message in messages.first.values()}
    for id in expected.must_publish() - ids:
        comparison.differ(f"{id}: not published")
    for reminder, notices in published.items():
        for notice in notices:
            if f"{reminder}/{notice}" not in ids:
                comparison.differ(f"v_notice {reminder} {notice}: says published, but is not")
    for message in messages.first.values():
        reminder, _, notice = message.id.partition("/")
        if notice.isdigit() and int(notice) not in published.get(reminder, {}) \
                and message.customer not in expected.erased:
            comparison.differ(f"{message.id}: published, but v_notice does not say so")
        if message.key != message.customer:
            comparison.differ(f"{message.id}: key {message.key!r} is not its customer {message.customer!r}")
    for id in messages.ambiguous:
        comparison.differ(f"{id}: means two different things")
    for type in CHANGES:
        _compare_changes(comparison, messages, actual, type)
    _compare_changes_of_ids(comparison, expected, messages)
    _compare_notice_messages(comparison, expected, messages, actual)
    _compare_closings(comparison, expected, messages, actual, published)
    _compare_farewell(comparison, expected, messages)
    _compare_order(comparison, expected, messages)
    comparison.figures.update({
        "messages": messages.count, "repeats": messages.repeats, "closings told again": messages.closed_again,
        "notices": sum(1 for message in messages.first.values() if message.type.startswith("guanxi.reminder.")
                       and not message.id.endswith("/closed")),
        "closings": sum(1 for message in messages.first.values() if message.id.endswith("/closed")),
    })
    return comparison
