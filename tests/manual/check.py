"""Manual and completions: that they say what the program says, and that the shell offers what it takes.

check.py GUANXID SOURCE    GUANXID is the program, SOURCE the source tree

Prints a line for each finding and ends with 1 if there are any. It reads --help and --print-defaults in its own way,
not in that of deploy/manual.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

PLACES = {"state": ["quarantine", "list"], "sort": ["customer", "list"], "level": ["customer", "list"],
          "stage": ["customer", "list"], "tier": ["customer", "list"], "lang": ["explain", "x"]}


def plain(page):
    """Text of a page without its requests and fonts."""
    text = re.sub(r"\\f[BIRP]", "", page).replace("\\-", "-").replace("\\(aq", "'").replace("\\(ga", "`")
    return text.replace("\\(dq", '"').replace("\\(ha", "^").replace("\\(ti", "~").replace("\\&", "").replace("\\e", "\\")


def terms(page):
    """What stands behind .TP."""
    return [line for before, line in zip(page.split("\n"), page.split("\n")[1:]) if before == ".TP"]


class Checker:
    def __init__(self, guanxid, source, made):
        self.guanxid, self.made = guanxid, made
        self.findings = []
        subprocess.run((sys.executable, source / "deploy" / "manual" / "make.py", guanxid, made), check=True)
        help_text = self.run("--help")
        self.commands = re.findall(r"^  (\w+) {2,}\S", help_text.split("Options:")[0], re.MULTILINE)
        self.common = self.listed(help_text)
        if len(self.commands) < 10 or len(self.common) < 4:
            self.findings.append("--help was not understood")

    def run(self, *words):
        return subprocess.run((self.guanxid, *words), text=True, capture_output=True, check=True).stdout

    def listed(self, text):
        return re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text.partition("\nOptions:\n")[2], re.MULTILINE)

    def expect(self, true, finding):
        if not true:
            self.findings.append(finding)

    def page(self, name):
        text = (self.made / "man8" / f"{name}.8").read_text(encoding="utf-8")
        shown = re.match(r"^\.so man8/(.+)\.8$", text.strip())
        return plain(self.page(shown[1]) if shown else text)

    def check_pages(self):
        for command in self.commands:
            page = self.page(f"guanxid-{command}")
            part = page.partition(f"\n.SS guanxid {command}\n")[2].split("\n.S")[0]
            self.expect(part, f"guanxid-{command}(8): has no part about it")
            own = [name for name in self.listed(self.run(command, "--help")) if name not in self.common]
            told = [re.match(r"--([a-z-]+)(?: [^,]*)?$", term) for term in terms(part)]
            told = [match[1] for match in told if match]
            for name in own:
                self.expect(name in told, f"guanxid-{command}(8): --{name} is missing")
            for name in set(told) - set(own):
                self.expect(False, f"guanxid-{command}(8): there is no --{name}")
        whole = self.page("guanxid")
        for name in self.common:
            self.expect(re.search(rf"^(-\w, )?--{name}\b", whole, re.MULTILINE), f"guanxid(8): --{name} is missing")
        for command in self.commands:
            self.expect(command in terms(whole), f"guanxid(8): {command} is missing")

    def check_settings(self):
        page = plain((self.made / "man5" / "guanxid.conf.5").read_text(encoding="utf-8"))
        group, names = "", []
        for line in self.run("--print-defaults").splitlines():
            if match := re.match(r"^(    )?(\w+) = (.*)$", line):
                if match[3] == "{" and not match[1]:
                    group = match[2] + "."
                else:
                    names.append((group if match[1] else "") + match[2])
        self.expect(len(names) > 60, "--print-defaults was not understood")
        self.expect(sorted(set(terms(page))) == sorted(names),
                    f"guanxid.conf(5): differs in {sorted(set(terms(page)) ^ set(names))}")

    def complete(self, *words):
        script = f"""source '{self.made}/bash/guanxid'
COMP_WORDS=({' '.join(repr(word) for word in ('guanxid', *words))}) COMP_CWORD={len(words)}
_guanxid
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        shell = subprocess.run(("bash", "-uc", script), text=True, capture_output=True, check=False,
                               cwd=self.made)
        self.expect(shell.returncode == 0 and not shell.stderr, f"bash: {words}: {shell.stderr.strip()}")
        return shell.stdout.split()

    def expect_offer(self, words, wanted):
        offered = self.complete(*words)
        self.expect(offered == wanted, f"bash: guanxid {' '.join(words)}[tab] offers {offered}, not {wanted}")

    def check_bash(self):
        self.expect_offer([""], self.commands)
        self.expect_offer(["quarantine", ""], ["list", "show", "retry"])
        self.expect_offer(["-c", "x.conf", "quarantine", "retry", ""], ["all"])
        self.expect_offer(["migrate", "p"], ["plan"])
        self.expect_offer(["explain", "--lang", ""], ["en", "zh"])
        self.expect_offer(["explain", "--lang", "=", "z"], ["zh"])
        self.expect_offer(["explain", "--lang", "="], ["en", "zh"])
        self.expect_offer(["import", "bas"], ["bash"])
        self.expect_offer(["run", "--config", "zs"], ["zsh"])
        self.expect_offer(["run", "-D", "kafka.gr"], ["kafka.group_id="])
        for command in self.commands:
            offered = {word for word in self.complete(command, "--") if word.startswith("--")}
            wanted = {f"--{name}" for name in self.listed(self.run(command, "--help"))}
            self.expect(offered == wanted, f"bash: guanxid {command}: options differ in {offered ^ wanted}")

    def check_words(self):
        """Words that are offered as values are values: what is refused then is the server that is not there."""
        for option, words in PLACES.items():
            offered = self.complete(words[0], f"--{option}", "")
            self.expect(len(offered) > 1, f"bash: nothing is offered for --{option}")
            for word in offered:
                ended = subprocess.run((self.guanxid, *words, f"--{option}", word, "-c", "/dev/null",
                                        "-D", 'postgres.conninfo="host=/dev/null"'), capture_output=True, text=True,
                                       check=False)
                self.expect(ended.returncode == 69, f"--{option} {word}: {ended.returncode}: {ended.stderr.strip()}")

    def check_zsh(self):
        """The words of the file itself: a shell that runs it is for tests/package.sh."""
        text = (self.made / "zsh" / "_guanxid").read_text(encoding="utf-8")
        for command in self.commands:
            self.expect(f"\n        '{command}:" in text, f"zsh: {command} is missing")
            arm = re.search(rf"^ +{command}\) _arguments(.*?);;$", text, re.MULTILINE | re.DOTALL)
            wanted = {name for name in self.listed(self.run(command, "--help")) if name not in self.common}
            offered = set(re.findall(r"'--([a-z-]+)", arm[1])) if arm else None
            self.expect(offered == wanted, f"zsh: guanxid {command}: {offered} instead of {wanted}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        checker = Checker(sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(folder) / "made")
        for check in ("pages", "settings", "bash", "words", "zsh"):
            getattr(checker, f"check_{check}")()
    for finding in checker.findings:
        print(finding)
    return 1 if checker.findings else 0


if __name__ == "__main__":
    sys.exit(main())
