"""Instances of guanxid and their configuration."""
import os
import signal
import subprocess
import time

from .servers import wait_until

GUANXID = os.environ.get("GUANXID", "guanxid")

# The oracle (tests/tools/oracle.c) has the same ones.
RATES = {"USD": "7.1234", "JPY": "0.047811", "KWD": "23.17"}


def literal(value):
    """A value in the notation of libconfig."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + " ".join(f"{name} = {literal(one)};" for name, one in value.items()) + " }"
    if isinstance(value, tuple):  # a list of groups
        return "( " + ", ".join(map(literal, value)) + " )"
    return "[" + ", ".join(map(literal, value)) + "]"


def write_config(path, settings):
    with open(path, "w") as file:
        for name, value in settings.items():
            file.write(f"{name} = {literal(value)};\n")


def merge(settings, changes):
    """Settings with changes laid over them; groups are merged, everything else is replaced."""
    result = dict(settings)
    for name, value in changes.items():
        result[name] = merge(result[name], value) if isinstance(value, dict) and name in result else value
    return result


def run_command(*arguments, config=None, environment=None, timeout=60, stdin=None):
    """guanxid ARGUMENTS -c CONFIG; returns the finished process."""
    command = [GUANXID, *arguments] + (["-c", config] if config else [])
    return subprocess.run(command, stdin=stdin or subprocess.DEVNULL, capture_output=True, text=True,
                          errors="surrogateescape", timeout=timeout, env={**os.environ, **(environment or {})})


class Instance:
    """One `guanxid run`. Its log goes on over restarts."""

    def __init__(self, config, log):
        self.config = config
        self.log_path = log
        self.process = None
        self.frozen = False
        self.begun = 0  # where the log of this life begins

    def start(self, environment=None):
        with open(self.log_path, "ab") as log:
            self.begun = log.tell()
            self.process = subprocess.Popen([GUANXID, "run", "-c", self.config], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env={**os.environ, **(environment or {})})
        self.frozen = False
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)
        self.frozen = True

    def thaw(self):
        if self.running():
            self.process.send_signal(signal.SIGCONT)
        self.frozen = False

    def stop(self, within=12):
        """Asks it to end; returns (exit code, seconds it took). Before it is ready a signal simply ends it, which
        counts as 0."""
        began = time.monotonic()
        if self.frozen:
            self.thaw()
        if self.running():
            self.process.terminate()
        try:
            code = self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"guanxid did not end within {within} s of SIGTERM\n{self.log_tail()}") from None
        if code == -signal.SIGTERM and not self.was_ready():
            code = 0
        return code, time.monotonic() - began

    def was_ready(self):
        """Whether it said so in this life."""
        with open(self.log_path, "rb") as file:
            file.seek(self.begun)
            return b" is ready: " in file.read()

    def wait(self, seconds):
        """Waits for it to end by itself; returns its exit code."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"guanxid still runs after {seconds} s\n{self.log_tail()}") from None

    def end(self):
        """For cleaning up: whatever its state, it is gone afterwards."""
        if self.running():
            self.kill()

    def log(self):
        try:
            with open(self.log_path, errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def log_tail(self, lines=30):
        return "\n".join("    | " + line for line in self.log().splitlines()[-lines:])

    def wait_for_log(self, text, seconds=30):
        wait_until(seconds, lambda: text in self.log() or not self.running(), f"'{text}' in the log")
        if text not in self.log():
            raise AssertionError(f"guanxid ended without saying '{text}'\n{self.log_tail()}")
