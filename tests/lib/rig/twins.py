"""Customers compared with twins: what two customers have that live the same lives, under different ids."""
from .views import read_view

# Columns that name the customer, or say when and whence something came and not what it is.
OWN = {"customer_id", "reminder_id", "recorded_as", "recorded_at", "topic", "partition", "offset"}
# The changes of ids stand on a timeline, and move its clock.
CHANGES_OF_IDS = {"customer.merged", "customer.unmerged"}
VIEWS = ["v_customer", "v_level_change", "v_stage_change", "v_pram_change", "v_tier_change", "v_promise", "v_objection",
         "v_checklist", "v_upcoming", "v_timeline"]


def _plain(row, but=()):
    return {name: value for name, value in row.items() if name not in OWN and name not in but}


def _reminders(rows):
    """{(kind, anchor): what it is}, the notices by number and instant: which of them were published depends on when."""
    notices = {}
    for row in rows["v_notice"]:
        notices.setdefault(row["reminder_id"], []).append((row["notice"], row["at"]))
    return {(row["kind"], row["anchor"]): {**_plain(row), "its notices": sorted(notices.get(row["reminder_id"], []))}
            for row in rows["v_reminder"]}


def read_life(site, customer, but=()):
    """All that the views have of a customer, without what tells it from a twin, and without some columns of
    v_customer."""
    connection = site.postgres.connect(site.name)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        with connection.cursor() as cursor:
            of = cursor.mogrify("customer_id = %s", (customer,)).decode()
        rows = {view: read_view(connection, view, site.prefix, of) for view in [*VIEWS, "v_reminder"]}
        rows["v_notice"] = read_view(connection, "v_notice", site.prefix,
                                     f"reminder_id IN (SELECT reminder_id FROM guanxi.v_reminder WHERE {of})")
    finally:
        connection.close()
    rows["v_timeline"] = [row for row in rows["v_timeline"] if row["type"] not in CHANGES_OF_IDS]
    life = {view: sorted((_plain(row, but if view == "v_customer" else ()) for row in rows[view]), key=repr)
            for view in VIEWS}
    life["v_reminder"] = _reminders(rows)
    return life


def differences(life, twin, kept=("due_at", "opened_at", "notices", "its notices")):
    """What of a life is not as with the twin, as texts. Reminders from a time when the timeline was another one may
    be left over, if they are closed; those that are there may have kept `kept` from before."""
    found = []
    for view in VIEWS:
        if life[view] != twin[view]:
            found += [f"{view}: has {row}" for row in life[view] if row not in twin[view]]
            found += [f"{view}: lacks {row}" for row in twin[view] if row not in life[view]]
    for key, wanted in twin["v_reminder"].items():
        row = life["v_reminder"].get(key)
        if row is None:
            found.append(f"v_reminder: lacks {wanted}")
            continue
        found += [f"v_reminder {key}: {name} is {row[name]!r}, expected {value!r}"
                  for name, value in wanted.items() if name not in kept and row[name] != value]
    found += [f"v_reminder: has {row}" for key, row in life["v_reminder"].items()
              if key not in twin["v_reminder"] and row["status"] != "moot"]
    return found
