"""Descriptions of events and messages: that they are what is read and what is published.

check.py BIN SOURCE    BIN has guanxid and the programs judge and messages; SOURCE is the source tree

Prints a line for each finding and ends with 1 if there are any.
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

INSTANT = "2026-02-03T04:05:06.000007+08:00"


def run(*command, given=None):
    return subprocess.run(command, input=given, text=True, capture_output=True, check=True).stdout


def value_of(schema, full):
    """A value that a schema takes: as little as it can be, or as much."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][-1 if full else 0]
    if "oneOf" in schema:
        return "12.34" if full else 7
    if schema.get("format") == "date-time":
        return INSTANT
    kind = schema["type"]
    if kind == "object":
        wanted = schema["properties"] if full else schema.get("required", [])
        return {name: value_of(schema["properties"][name], full) for name in wanted}
    if kind == "array":
        return schema["items"].get("examples", []) if full else []
    if kind in ("integer", "number"):
        return schema.get("maximum", 4) if full else schema.get("minimum", 0)
    if kind == "null":
        return None
    if schema.get("pattern", "").startswith("^[A-Za-z]{3}"):
        return "CNY"
    return "李" * 20 if full else "x"


def with_own(event):
    """Values that only the policy knows: a list and an item that there are."""
    if event["type"] == "checklist.marked":
        event["data"].update(list="tasks", item="plan")
    return event


def spoiled_values(schema, value):
    """Values that a schema must not take, each with what is wrong about it."""
    if schema.get("type") == "null":
        yield "a text", "x"
        return
    yield "another type", [] if not isinstance(value, list) else {}
    if "enum" in schema or "const" in schema:
        yield "another word", "nonsense"
    if "maxLength" in schema:
        yield "empty", ""
        yield "a control character", "a\nb"
        yield "too long", "x" * (schema["maxLength"] + 1)
    if schema.get("format") == "date-time":
        for text in ("yesterday", "1969-12-31T23:59:59Z", "2026-02-03T04:05:60Z", "2026-02-03T04:05:06", "2200-01-01T00:00:00Z"):
            yield f"\"{text}\"", text
    if schema.get("type") in ("integer", "number"):
        yield "too small", schema["minimum"] - 1
    if "oneOf" in schema:
        for text in ("-1", "1e3", "", "1.", ".5", "1,5"):
            yield f"\"{text}\"", text


def spoiled(schema, event, path=()):
    """Copies of an event that are bad in one place each."""
    here = event
    for name in path:
        here = here[name]
    for name in schema.get("required", []):
        bad = copy.deepcopy(event)
        place = bad
        for step in path:
            place = place[step]
        del place[name]
        yield f"{'.'.join((*path, name))} is missing", bad
    for name, member in schema["properties"].items():
        if name not in here:
            continue
        if name == "marks":  # unknown ones are passed over
            continue
        for what, value in spoiled_values(member, here[name]):
            bad = copy.deepcopy(event)
            place = bad
            for step in path:
                place = place[step]
            place[name] = value
            yield f"{'.'.join((*path, name))}: {what}", bad
        if "properties" in member:
            yield from spoiled(member, event, (*path, name))


def story_events(source):
    """The events of the golden stories, in structured mode."""
    for file in sorted((source / "tests/system/golden").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not line.startswith("{"):
                continue
            told = json.loads(line)
            # What the stories leave to those who tell them: ids of reminders, rates.
            if told.get("type", "").startswith("reminder."):
                told["data"]["reminder_id"] = "6f1c1d2e-6f0a-5c59-9f3c-7d1a5f0c0e11"
            known = "data" in told and told["data"].get("currency", "CNY") == "CNY"
            if known and told["type"] != "guanxi.tick":
                event = {name: told[name] for name in ("id", "time", "type", "subject", "data")}
                yield {"specversion": "1.0", "source": told["on"], **event}


class Findings:
    def __init__(self):
        self.count = 0

    def add(self, text):
        self.count += 1
        print(text)


def check_files(findings, directory, committed):
    names = {file.name for file in directory.iterdir()}
    for name in sorted(names | {file.name for file in committed.iterdir()}):
        if not (committed / name).exists() or name not in names or \
                (committed / name).read_bytes() != (directory / name).read_bytes():
            findings.add(f"deploy/schemas/{name}: not what `guanxid schema write deploy/schemas` writes")


def check_asyncapi(findings, document, schemas):
    messages = document["components"]["messages"]
    if set(messages) != set(schemas):
        findings.add(f"asyncapi: messages and schemas differ: {set(messages) ^ set(schemas)}")
    carried = [name for channel in document["channels"].values() for name in channel["messages"]]
    if sorted(carried) != sorted(schemas):
        findings.add("asyncapi: not every message has one channel")
    for name, message in messages.items():
        if message["payload"]["schema"]["$ref"] != f"./{name}.json":
            findings.add(f"asyncapi: {name} refers to another schema")
    for operation in document["operations"].values():
        channel = operation["channel"]["$ref"].removeprefix("#/channels/")
        if channel not in document["channels"]:
            findings.add(f"asyncapi: there is no channel {channel}")


def judged(binaries, events):
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    return run(binaries / "judge", given=lines).splitlines()


def check_events(findings, binaries, validators, source):
    """What a schema takes is read, and what it refuses is refused."""
    good, bad = list(story_events(source)), []
    for name, validator in validators.items():
        if "data" not in validator.schema["properties"] or validator.schema["$id"].startswith("urn:guanxi:message"):
            continue
        for full in (False, True):
            event = with_own(value_of(validator.schema, full))
            good.append(event)
            if name != "guanxi.tick":
                bad += [(f"{name}: {what}", event) for what, event in spoiled(validator.schema, event)]
    for event, verdict in zip(good, judged(binaries, good), strict=True):
        if verdict != ("other" if event["type"] == "guanxi.tick" else "event"):
            findings.add(f"{event['type']}: the schema takes {json.dumps(event)}, the reader says {verdict}")
        for error in validators[event["type"]].iter_errors(event):
            findings.add(f"{event['type']}: a good event is refused: {error.message}")
    for (what, event), verdict in zip(bad, judged(binaries, [event for _, event in bad]), strict=True):
        if verdict == "event":
            findings.add(f"{what}: the reader takes it")
        if validators[what.split(":")[0]].is_valid(event):
            findings.add(f"{what}: the schema takes it")
    return len(good), len(bad)


def check_messages(findings, binaries, validators):
    """Every message that can be published is as its schema says, and the schema is not blind."""
    messages = [json.loads(line) for line in run(binaries / "messages").splitlines()]
    wanted = {name for name, validator in validators.items() if validator.schema["$id"].startswith("urn:guanxi:message")}
    if wanted != {message["type"] for message in messages}:
        findings.add(f"examples and schemas differ: {wanted ^ {message['type'] for message in messages}}")
    for message in messages:
        validator = validators[message["type"]]
        for error in validator.iter_errors(message):
            findings.add(f"{message['type']}: {'.'.join(map(str, error.path))}: {error.message}")
        for name in message["data"]:
            cut = copy.deepcopy(message)
            del cut["data"][name]
            if name != "promise_id" and validator.is_valid(cut):
                findings.add(f"{message['type']}: data.{name} is not missed")
        message["data"]["more"] = 1
        if validator.is_valid(message):
            findings.add(f"{message['type']}: a member that is not described is taken")
    return len(messages)


def main():
    binaries, source = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    findings = Findings()
    with tempfile.TemporaryDirectory() as scratch:
        directory = pathlib.Path(scratch) / "schemas"
        run(binaries / "guanxid", "schema", "write", str(directory), "-c", "/dev/null")
        check_files(findings, directory, source / "deploy/schemas")
        schemas = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(directory.iterdir())}
    check_asyncapi(findings, schemas.pop("asyncapi"), schemas)
    validators = {}
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[name] = jsonschema.Draft202012Validator(schema)
    good, bad = check_events(findings, binaries, validators, source)
    messages = check_messages(findings, binaries, validators)
    print(f"{len(schemas)} schemas: {good} good events, {bad} bad ones, {messages} messages; {findings.count} findings")
    return 1 if findings.count or not bad or not messages else 0


if __name__ == "__main__":
    sys.exit(main())
