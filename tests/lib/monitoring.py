"""monitoring.py FOLDER: what is shipped for monitoring fits what there is. Writes every query of the dashboards as a
rule into FOLDER/queries.yml, for promtool to read; prints what is wrong."""
import json
import os
import re
import subprocess
import sys

SOURCE, GUANXID = os.environ["GUANXI_SOURCE_DIR"], os.environ["GUANXID"]
METRIC = re.compile(r"\b((?:guanxi|process)_[a-z0-9_]+)")
problems = []


def read(*path):
    with open(os.path.join(SOURCE, *path)) as file:
        return file.read()


def known_metrics():
    page = subprocess.run([GUANXID, "--print-metrics"], capture_output=True, text=True, check=True).stdout
    names = {}
    for name, rest in re.findall(r"^\| `(\w+)` \|(.*)", page, re.MULTILINE):
        names[name] = rest
        if "| histogram |" in "|" + rest:
            names.update({name + tail: rest for tail in ("_bucket", "_sum", "_count")})
    return names


def check_names(where, text, names):
    for name in sorted(set(METRIC.findall(text)) - set(names)):
        problems.append(f"{where}: there is no metric {name}")


def check_alerts(names):
    rules, tests = read("deploy", "alerts", "guanxi.rules.yml"), read("deploy", "alerts", "guanxi.test.yml")
    check_names("guanxi.rules.yml", rules, names)
    check_names("guanxi.test.yml", tests, names)
    alerts = re.findall(r"^ +- alert: (\w+)$", rules, re.MULTILINE)
    fires = set()
    for name, rest in re.findall(r"alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:(.*)", tests):
        if "[]" not in rest:
            fires.add(name)
    known = re.findall(r"^### (\w+)$", read("deploy", "runbook.md"), re.MULTILINE)
    if sorted(known) != sorted(alerts):
        problems.append(f"runbook.md: its alerts are not those of guanxi.rules.yml: {set(known) ^ set(alerts)}")
    for alert in alerts:
        if alert not in fires:
            problems.append(f"guanxi.test.yml: nothing shows that {alert} can go off")
    for part in ("summary:", "description:", "severity:", "expr:"):
        if rules.count(part) < len(alerts):
            problems.append(f"guanxi.rules.yml: not every alert has a {part[:-1]}")
    if len(alerts) != len(set(alerts)) or not alerts:
        problems.append("guanxi.rules.yml: alerts are not told apart by their names")


def overlaps(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"] and
            one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


def check_dashboard(name, names):
    text = read("deploy", "dashboards", name)
    dashboard = json.loads(text)
    check_names(name, text, names)
    panels = dashboard["panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        problems.append(f"{name}: panels share an id")
    for number, panel in enumerate(panels):
        if any(overlaps(panel["gridPos"], other["gridPos"]) for other in panels[:number]):
            problems.append(f"{name}: {panel['title']} lies on another panel")
        if panel["type"] == "row":
            continue
        if not panel["targets"] or not panel["fieldConfig"]["defaults"].get("unit"):
            problems.append(f"{name}: {panel['title']} has no query or no unit")
        for target in panel["targets"]:
            yield target["expr"]
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["expr"]


def main(folder):
    names = known_metrics()
    check_alerts(names)
    queries = []
    for name in sorted(os.listdir(os.path.join(SOURCE, "deploy", "dashboards"))):
        queries += check_dashboard(name, names)
    if not queries:
        problems.append("there is no dashboard")
    with open(os.path.join(folder, "queries.yml"), "w") as file:
        file.write("groups:\n- name: queries\n  rules:\n")
        for number, query in enumerate(queries):
            query = query.replace("$__rate_interval", "5m").replace("$job", ".*").replace("$instance", ".*")
            file.write(f"  - record: query:{number}\n    expr: {json.dumps(query)}\n")
    used = set(METRIC.findall(read("deploy", "alerts", "guanxi.rules.yml") + " ".join(queries)))
    for problem in problems:
        print(problem)
    print(f"{len(used)} of {len(names)} metrics are used in alerts and dashboards", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
