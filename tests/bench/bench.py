"""The benchmark; run by run.sh, which has started the servers. Prints a report, and with --json writes the
figures too."""
import argparse
import json
import os
import subprocess
import time

import imports
import parts
import policies
import ranks
from measure import Meter, load_average, servers

PARTS = {"u": parts.uniform, "s": parts.skewed, "latency": parts.latency, "sweep": parts.sweep, "late": parts.late,
         "rank": ranks.rank, "import": imports.run, "policy": policies.run,
         "ready": parts.ready}


def read_arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description="The benchmark of guanxid")
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--only", default="ready,u,latency,s,sweep,late,rank,import,policy",
                        help="parts to run, of: " + ", ".join(PARTS) + " (default: all)")
    parser.add_argument("--events", type=int, default=1000000, help="events of a run (default: 1000000)")
    parser.add_argument("--customers", type=int, help="of the uniform run (default: as many as events)")
    parser.add_argument("--workers", type=int, help="workers of guanxid (default: its own default)")
    parser.add_argument("--seed", type=int, default=1, help="of the events")
    parser.add_argument("--repeat", type=int, default=1, help="times each of u and s is run; the median counts")
    parser.add_argument("--no-floor", action="store_true", help="u and s without the floors")
    parser.add_argument("--profile", metavar="FOLDER", help="runs perf while u and s run and keeps its files there")
    parser.add_argument("--json", help="file for the figures")
    return parser.parse_args()


def describe_machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} x {model}, {memory:.0f} GiB"


def main():
    arguments = read_arguments()
    bench = parts.Bench(arguments, servers.Kafka(), servers.Postgres())
    bench.meter = Meter(bench.kafka, bench.postgres)
    print(f"machine: {describe_machine()}")
    print(f"PostgreSQL {bench.postgres.execute('SHOW server_version')[0][0]}, Kafka "
          f"{os.environ.get('GUANXI_KAFKA_VERSION', '3.9.1')}, "
          + subprocess.run([parts.daemon.GUANXID, "--version"], capture_output=True, text=True).stdout.strip()
          .replace("\n", ", "))
    parts.warm_up(bench)
    figures = {"machine": describe_machine(), "events": arguments.events}
    for name in arguments.only.split(","):
        print(f"\n== {name} (load average before: {load_average()})", flush=True)
        began = time.monotonic()
        figures[name] = PARTS[name](bench)
        print(f"   [{time.monotonic() - began:.0f} s; load average after: {load_average()}]", flush=True)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(figures, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
