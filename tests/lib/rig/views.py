"""What stands in the views of schema guanxi, and what the oracle says must stand there."""
import json
import subprocess

from .stream import tool

# The columns that make a row unique.
KEYS = {
    "v_customer": ["customer_id"],
    "v_level_change": ["customer_id", "at", "from_level", "to_level"],
    "v_stage_change": ["customer_id", "at", "from_stage", "to_stage", "source", "event_id"],
    "v_pram_change": ["customer_id", "cycle", "phase"],
    "v_tier_change": ["customer_id", "at", "from_tier", "to_tier", "from_target", "to_target"],
    "v_promise": ["customer_id", "promise_id"],
    "v_objection": ["customer_id", "kind", "cause", "raised_at"],
    "v_checklist": ["customer_id", "list", "item"],
    "v_reminder": ["reminder_id"],
    "v_notice": ["reminder_id", "notice"],
    "v_upcoming": ["customer_id"],
    "v_timeline": ["customer_id", "source", "event_id", "recorded_as"],
    "v_alias": ["customer_id"],
    "v_quarantine": ["topic", "partition", "offset"],
    "v_lane": ["topic", "partition"],
}
# Columns of the oracle that views do not show.
INNER = {"level_down_at", "care_since", "not_before", "below_since", "delivered_at", "level_changes", "stage_changes", "pram_changes",
         "tier_changes", "traits", "positions", "open", "erased", "optional"}


class Twice(Exception):
    """Two rows with one key."""


def index(rows, view):
    result = {}
    for row in rows:
        key = tuple(row[name] for name in KEYS[view])
        if key in result:
            raise Twice(f"{view}: two rows for {key}")
        result[key] = row
    return result


def _expression(name, kind):
    quoted = f'"{name}"'
    if kind == "timestamp with time zone":  # exactly, as the model counts
        return f"(extract(epoch FROM {quoted}) * 1000000)::bigint AS {quoted}"
    if kind == "uuid":
        return f"{quoted}::text AS {quoted}"
    return quoted


def _plain(value):
    return bytes(value) if isinstance(value, memoryview) else value


def read_view(connection, view, prefix="", where="true"):
    """All rows of a view as dictionaries, instants in microseconds; topics without the test's prefix."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns "
                       "WHERE table_schema = 'guanxi' AND table_name = %s ORDER BY ordinal_position", (view,))
        columns = cursor.fetchall()
        if not columns:
            raise LookupError(f"there is no view guanxi.{view}")
        expressions = ", ".join(_expression(*column) for column in columns)
        cursor.execute(f"SELECT {expressions} FROM guanxi.{view} WHERE {where}")
        names = [name for name, _ in columns]
        rows = [dict(zip(names, map(_plain, values))) for values in cursor]
    for row in rows:
        if row.get("topic", "") and prefix and row["topic"].startswith(prefix):
            row["topic"] = row["topic"][len(prefix):]
    return rows


def read_views(postgres, database, prefix=""):
    """Every view that the oracle knows, in one snapshot: {view: {key: row}}."""
    connection = postgres.connect(database)
    try:
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
        return {view: index(read_view(connection, view, prefix), view) for view in KEYS}
    finally:
        connection.close()


class Expected:
    """The oracle's word: views as read_views gives them, the watermark, and what became of ids."""

    def __init__(self, path, *options):
        output = subprocess.run([tool("oracle"), *map(str, options), path], check=True, stdout=subprocess.PIPE).stdout
        rows = {view: [] for view in [*KEYS, "watermark", "id", "message"]}
        for line in output.decode("utf-8", "surrogateescape").splitlines():
            row = json.loads(line)
            rows[row.pop("view")].append(row)
        self.watermark = rows["watermark"][0]["at"]
        self.views = {view: index(rows[view], view) for view in KEYS}
        self.changes_of_ids = rows["message"]
        self.erased = {row["customer_id"] for row in rows["id"] if row["erased"]}
        # Ids that had to do with others, and until when what a merge or unmerge brings them is not told.
        self.quiet_until = {row["customer_id"]: row["quiet_until"] for row in rows["id"]}

    def of_notice(self, key):
        return self.views["v_reminder"][key[:1]]["customer_id"]

    def is_quiet(self, key, notice):
        """Whether a merge or unmerge may have brought a notice from before itself, which is not published then."""
        until = self.quiet_until.get(self.of_notice(key))
        return until is not None and notice["at"] < until

    def must_publish(self):
        """Ids of notices that have to be published: those of reminders still open. What was cured may have
        been cured before the watermark came by."""
        return {f"{row['reminder_id']}/{row['notice']}" for key, row in self.views["v_notice"].items()
                if row["open"] and not self.is_quiet(key, row)}
