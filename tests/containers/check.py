"""Judges deploy/containers/: check.py SOURCE GUANXID FOLDER, by the Python that has the linters.

First as the files are, then with one thing wrong each time, which has to be found.
"""
import os
import re
import shutil
import subprocess
import sys

import yaml

SOURCE, GUANXID, FOLDER = sys.argv[1:]
BIN = os.path.dirname(sys.executable)
SETTINGS = os.path.join(SOURCE, "tests/containers/yamllint.yaml")
# The oldest and the newest Kubernetes whose description the linter has.
KUBERNETES = ("1.25", "1.37")

# file, what is replaced, by what, a word of the complaint: each a mistake that must not pass.
MISTAKES = [
    ("Dockerfile", "FROM debian:bookworm-slim\n", "FROM debian\n", "DL3006"),
    ("Dockerfile", "WORKDIR /source/guanxid", "WORKDIR source", "DL3000"),
    ("Dockerfile", "RUN apt-get update", "RUNS apt-get update", "Dockerfile:"),
    ("Dockerfile", "USER 10001:10001\n", "", "ends as root"),
    ("Dockerfile", "USER 10001:10001\n", "USER root\n", "ends as root"),
    ("Dockerfile", "HEALTHCHECK", "LABEL", "no health check"),
    ("Dockerfile", "EXPOSE 8487\n", "EXPOSE 8487\nENV GUANXI_POSTGRES_PASSWORD=x\n", "a secret"),
    ("Dockerfile", "--uid 10001", "--uid 10002", "user"),
    ("compose.yaml", "    read_only: true", "    read_onyl: true", "read_onyl"),
    ("compose.yaml", "name: guanxi\n", "name:   guanxi\n", "too many spaces"),
    ("compose.yaml", "condition: service_healthy", "condition: service_well", "service_well"),
    ("compose.yaml", "      kafka:\n        condition", "      kafak:\n        condition", "kafak"),
    ("compose.yaml", "guanxi.reminders ", "", "guanxi.reminders"),
    ("compose.yaml", "guanxid:0.1.0", "guanxid:latest", "version"),
    ("compose.yaml", "cap_drop: [ALL]", "privileged: true", "rights"),
    ("compose.yaml", "POSTGRES_PASSWORD_FILE: /run/secrets/postgres-password", "POSTGRES_PASSWORD: x", "a secret"),
    ("compose.yaml", "  kafka:\n    image", "  broker:\n    image", "kafka"),
    ("guanxid.conf", ":8487", ":8488", "8488"),
    ("guanxid.conf", "brokers", "borkers", "borkers"),
    ("guanxid.conf", "/run/secrets/postgres-password", "/run/secrets/password", "/run/secrets/password"),
    ("kubernetes.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: yes please", "readOnlyRootFilesystem"),
    ("kubernetes.yaml", "livenessProbe:", "livelinessProbe:", "livelinessProbe"),
    ("kubernetes.yaml", "{path: /livez, port: http}", "{path: /lives, port: http}", "/lives"),
    ("kubernetes.yaml", "runAsUser: 10001", "runAsUser: 10002", "user"),
    ("kubernetes.yaml", "brokers =", "borkers =", "borkers"),
    ("kubernetes.yaml", "selector: {app.kubernetes.io/name: guanxid}", "selector: {app: other}", "selects"),
    ("kubernetes.yaml", "secretName: guanxid", "secretName: guanxd", "guanxd"),
    ("kubernetes.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", "rights"),
    ("kubernetes.yaml", "            limits: {memory: 1Gi}\n", "", "limits"),
]


def said_by(*command):
    """What a linter says, or nothing if it has no objection."""
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return [run.stdout.strip() or f"{command[0]} failed"] if run.returncode else []


def read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def version():
    return re.search(r"project\(guanxid VERSION ([0-9.]+)", read(SOURCE, "CMakeLists.txt")).group(1)


def setting(text, name):
    """The value of an option in a configuration, or its default."""
    pattern = rf'^\s*{name} = \[?"([^"]*)"'
    found = re.search(pattern, text, re.M) or re.search(pattern, read(SOURCE, "config/guanxid.conf.sample"), re.M)
    return found.group(1)


def judge_configuration(text, folder, where):
    path = os.path.join(folder, "judged.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    # The file with the password is the container's.
    for said in said_by(GUANXID, "check", "-c", path, "-D", "postgres.password_file="):
        yield f"{where}: {said}"


def judge_dockerfile(folder):
    path = os.path.join(folder, "Dockerfile")
    yield from said_by(os.path.join(BIN, "hadolint"), "--no-color", path)
    text = read(folder, "Dockerfile")
    last = text[text.rindex("\nFROM "):]
    users = re.findall(r"^USER (\S+)", last, re.M)
    if not users or not re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1]):
        yield "Dockerfile: it ends as root, or as a user without a number"
    elif "--uid " + users[-1].split(":")[0] not in last:
        yield "Dockerfile: that is not the user it makes"
    if not re.search(r"^HEALTHCHECK .*\\?\n? *CMD .*", last, re.M):
        yield "Dockerfile: no health check"
    if re.search(r"^(ENV|ARG) .*(PASSWORD|TOKEN|SECRET)", text, re.M | re.I):
        yield "Dockerfile: a secret does not belong into an image"
    if "guanxid:" + version() not in text:
        yield f"Dockerfile: the version is {version()}"


def judge_services(services, topics):
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            if other not in services:
                yield f"compose.yaml: {name} waits for {other}, which is not there"
            elif service["depends_on"][other]["condition"] == "service_healthy" and "healthcheck" not in services[other]:
                yield f"compose.yaml: nobody knows when {other} is healthy"
        for key in service.get("environment", {}):
            if re.search("PASSWORD|TOKEN|SECRET", key) and not key.endswith("_FILE"):
                yield f"compose.yaml: {name} has a secret in its environment: {key}"
        if service["image"].startswith("guanxid:") and service["image"] != "guanxid:" + version():
            yield f"compose.yaml: {name}: the version is {version()}"
    main = services["guanxid"]
    if main.get("privileged") or main.get("cap_drop") != ["ALL"] or not main.get("read_only"):
        yield "compose.yaml: guanxid has rights it does not need"
    for topic in topics:
        if topic not in services["topics"]["command"][0].split("for topic in ")[1].split(";")[0].split():
            yield f"compose.yaml: nobody makes the topic {topic}"


def judge_compose(folder):
    path = os.path.join(folder, "compose.yaml")
    yield from said_by(os.path.join(BIN, "yamllint"), "--strict", "--config-file", SETTINGS, path)
    objections = said_by(os.path.join(BIN, "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", path)
    yield from objections
    configuration = read(folder, "guanxid.conf")
    yield from judge_configuration(configuration, folder, "guanxid.conf")
    if objections:
        return
    compose = yaml.safe_load(read(folder, "compose.yaml"))
    services = compose["services"]
    yield from judge_services(services, [setting(configuration, name) for name in (
        "topics", "reminders_topic", "changes_topic")])
    for address in (setting(configuration, "brokers").split(":")[0],
                    re.search(r"host=(\S+)", setting(configuration, "conninfo")).group(1)):
        if address not in services:
            yield f"guanxid.conf: there is no service {address}"
    secrets = ["/run/secrets/" + name for name in services["guanxid"]["secrets"]]
    if setting(configuration, "password_file") not in secrets:
        yield f"guanxid.conf: {setting(configuration, 'password_file')} is no secret of compose.yaml"
    port = setting(configuration, "listen").split(":")[-1]
    if not services["guanxid"]["ports"][0].endswith(":" + port) or f"/{port} " not in read(folder, "Dockerfile"):
        yield f"guanxid.conf: it listens at {port}, where nobody looks"


def judge_pod(name, pod, volumes):
    user = str(pod["securityContext"].get("runAsUser"))
    if not pod["securityContext"].get("runAsNonRoot") or f"USER {user}:" not in read(os.path.join(
            SOURCE, "deploy/containers"), "Dockerfile"):
        yield f"kubernetes.yaml: {name}: {user} is not the user of the image"
    for volume in pod["volumes"]:
        given = volume.get("configMap", {}).get("name") or volume.get("secret", {}).get("secretName")
        if given not in volumes:
            yield f"kubernetes.yaml: {name}: no {given}"
    for container in pod["containers"]:
        context = container["securityContext"]
        if (context["allowPrivilegeEscalation"] or not context["readOnlyRootFilesystem"]
                or context["capabilities"] != {"drop": ["ALL"]}):
            yield f"kubernetes.yaml: {name} has rights it does not need"
        if "memory" not in container["resources"].get("limits", {}):
            yield f"kubernetes.yaml: {name} has no limits"
        if container["image"] != "guanxid:" + version():
            yield f"kubernetes.yaml: {name}: the version is {version()}"
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            path = container.get(probe, {}).get("httpGet", {}).get("path")
            if container["args"] == ["run"] and path != ("/readyz" if probe == "readinessProbe" else "/livez"):
                yield f"kubernetes.yaml: {name}: {probe} asks for {path}"


def judge_kubernetes(folder):
    path = os.path.join(folder, "kubernetes.yaml")
    yield from said_by(os.path.join(BIN, "yamllint"), "--strict", "--config-file", SETTINGS, path)
    objections = [said for version_ in KUBERNETES for said in said_by(
        os.path.join(BIN, "kubernetes-validate"), "--strict", "--quiet", "-k", version_, path)]
    yield from objections
    if objections:
        return
    things = {(thing["kind"], thing["metadata"]["name"]): thing for thing in yaml.safe_load_all(
        read(folder, "kubernetes.yaml"))}
    configuration = things["ConfigMap", "guanxid"]["data"]["guanxid.conf"]
    yield from judge_configuration(configuration, folder, "kubernetes.yaml")
    for (kind, name), thing in things.items():
        if kind in ("Job", "Deployment"):
            yield from judge_pod(name, thing["spec"]["template"]["spec"], ["guanxid"])
    deployment = things["Deployment", "guanxid"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    for selector in (deployment["selector"]["matchLabels"], things["Service", "guanxid"]["spec"]["selector"],
                     things["PodDisruptionBudget", "guanxid"]["spec"]["selector"]["matchLabels"]):
        if selector != labels:
            yield f"kubernetes.yaml: {selector} selects no pod"
    port = deployment["template"]["spec"]["containers"][0]["ports"][0]["containerPort"]
    if setting(configuration, "listen") != f":{port}":
        yield f"kubernetes.yaml: it does not listen at {port}"


def judge(folder, name=None):
    """All that is wrong; of one file's part alone where a name is given."""
    parts = {"Dockerfile": judge_dockerfile, "compose.yaml": judge_compose, "kubernetes.yaml": judge_kubernetes}
    chosen = [parts[{"guanxid.conf": "compose.yaml"}.get(name, name)]] if name else parts.values()
    return [said for part in chosen for said in part(folder)]


def main():
    files = os.path.join(FOLDER, "files")
    shutil.copytree(os.path.join(SOURCE, "deploy/containers"), files, ignore=shutil.ignore_patterns("secrets"))
    failures = judge(files)
    for name, right, wrong, word in MISTAKES if not failures else []:
        text = read(files, name)
        if right not in text:
            failures.append(f"{name} has no '{right}' that could be wrong")
            continue
        with open(os.path.join(files, name), "w", encoding="utf-8") as file:
            file.write(text.replace(right, wrong, 1))
        found = "\n".join(judge(files, name))
        if word not in found:
            failures.append(f"{name}: '{wrong}' passes" + (f", but for: {found}" if found else ""))
        with open(os.path.join(files, name), "w", encoding="utf-8") as file:
            file.write(text)
    print("\n".join(failures) or f"containers: sound, and {len(MISTAKES)} mistakes are found")
    return bool(failures)


sys.exit(main())
