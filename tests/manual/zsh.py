"""What zsh offers, asked as somebody at a terminal asks.

zsh.py DIRECTORY    DIRECTORY has _guanxid

Prints a line for each finding and ends with 1 if there are any.
"""

import os
import pathlib
import pty
import re
import select
import sys
import tempfile
import time

CASES = (
    ("guanxid mig", "guanxid migrate "),
    ("guanxid migrate st", "guanxid migrate status "),
    ("guanxid -c x.conf quarantine re", "guanxid -c x.conf quarantine retry "),
    ("guanxid quarantine list --rea", "guanxid quarantine list --reason="),
    ("guanxid customer list --sort=co", "guanxid customer list --sort=contact "),
    ("guanxid explain --lang z", "guanxid explain --lang zh "),
    ("guanxid rank --fi", "guanxid rank --fit "),
    ("guanxid import his", "guanxid import history.ndjson "),
    ("guanxid run -D kafka.gr", "guanxid run -D kafka.group_id="),
    ("guanxid --print-d", "guanxid --print-defaults "),
)


class Shell:
    def __init__(self, functions, home):
        os.environ.update(HOME=home, ZDOTDIR=home, TERM="dumb", LC_ALL="C.UTF-8")
        pathlib.Path(home, "history.ndjson").touch()
        pathlib.Path(home, ".zshrc").write_text(
            f"fpath=('{functions}' $fpath)\nautoload -Uz compinit\ncompinit -u -d {home}/dump\nsetopt no_beep\n"
            "unsetopt prompt_cr prompt_sp\nPS1='> '\n"
            # Prints the line as it is after completion, and begins another.
            "told() { print -r -- \"LINE<$BUFFER>\"; BUFFER=; zle redisplay }\nzle -N told\n"
            "bindkey '^I' complete-word\nbindkey '^X' told\ncd ~\n", encoding="utf-8")
        process, self.terminal = pty.fork()
        if process == 0:
            os.execvp("zsh", ["zsh", "-i"])
        self.read(r"> ", 20)

    def read(self, pattern, seconds):
        text, end = "", time.monotonic() + seconds
        while time.monotonic() < end and not re.search(pattern, text):
            if select.select([self.terminal], [], [], 0.2)[0]:
                text += os.read(self.terminal, 4096).decode("utf-8", "replace")
        return text

    def complete(self, line):
        os.write(self.terminal, line.encode() + b"\t")
        os.write(self.terminal, b"\x18")
        text = self.read(r"LINE<.*>", 20)
        match = re.search(r"LINE<(.*?)>", text)
        return match[1] if match else text


def main():
    findings = 0
    with tempfile.TemporaryDirectory() as home:
        shell = Shell(os.path.abspath(sys.argv[1]), home)
        for typed, wanted in CASES:
            offered = shell.complete(typed)
            if offered != wanted:
                print(f"{typed}[tab]: {offered!r} instead of {wanted!r}")
                findings = 1
        os.close(shell.terminal)
    return findings


if __name__ == "__main__":
    sys.exit(main())
