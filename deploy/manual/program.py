"""What guanxid says of itself: the table of commands by --help, the table of options by --print-defaults.

The manual and the completions are made from it, so that neither can say anything else than the program does.
"""

import dataclasses
import re
import subprocess


@dataclasses.dataclass
class Option:
    """An option of the command line."""

    short: str  # "" without one
    name: str
    value: str  # what help calls its value; "" without one
    text: str


@dataclasses.dataclass
class Command:
    name: str
    usage: str
    summary: str
    text: list  # the lines of help behind the summary
    options: list  # its own, without those that every command takes


@dataclasses.dataclass
class Setting:
    """An option of the configuration."""

    group: str  # "" for the file itself
    name: str
    text: str
    expects: str
    default: str


@dataclasses.dataclass
class Program:
    version: str
    commands: list
    options: list  # that every command takes
    exit_codes: list  # (number, meaning)
    settings: list


OPTION = re.compile(r"^  (?:-(?P<short>\w), |    )--(?P<name>[a-z-]+)"
                    r"(?: (?P<value>[A-Z][A-Z=]*|[a-z]+(?:\|[a-z]+)+))? +(?P<text>\S.*)$")


def read_options(lines):
    options = []
    for line in lines:
        match = OPTION.match(line)
        if not match:
            raise SystemExit(f"not understood as an option: {line}")
        options.append(Option(match["short"] or "", match["name"], match["value"] or "", match["text"]))
    return options


def read_exit_codes(text):
    codes = re.findall(r"(\d+) ((?:(?!, \d+ ).)+)", " ".join(text.split()).removesuffix("."))
    return [(number, meaning) for number, meaning in codes]


def split_help(text):
    """What stands before "Options:", the lines of options, and what stands behind "Exit codes:"."""
    before, rest = text.split("\nOptions:\n")
    options, codes = rest.split("\n\nExit codes: ")
    return before, options.splitlines(), codes


def read_command(run, name, common):
    before, options, _ = split_help(run(name, "--help"))
    head, _, rest = before.partition("\n\n")
    usage = head.removeprefix(f"Usage: guanxid {name}").removesuffix(" [options]").strip()
    summary, *text = rest.rstrip("\n").split("\n")
    own = [option for option in read_options(options) if option.name not in common]
    return Command(name, usage, summary.removesuffix("."), text, own)


def read_settings(text):
    """The blocks of the sample file: comments, and the option they are about."""
    settings, group, comment, value = [], "", [], []
    for line in text.splitlines():
        if match := re.match(r"^(\w+) = \{$", line):
            group = match[1]
        elif line == "};":
            group = ""
        elif not value and line.lstrip().startswith("#"):
            comment.append(line.strip()[2:])
        elif value or line.strip():
            value.append(line[4 if group else 0:])
            if line.endswith(";") and balanced(value):
                settings.append(make_setting(group, comment, value))
                comment, value = [], []
        else:
            comment = []
    return settings


def balanced(lines):
    text = re.sub(r'"[^"]*"', "", "\n".join(lines))
    return all(text.count(begin) == text.count(end) for begin, end in ("{}", "()", "[]"))


def make_setting(group, comment, value):
    name, _, default = "\n".join(value).removesuffix(";").partition(" = ")
    expects = comment.pop()[1:-1] if re.match(r"^\((an? |one of |true ).*\)$", comment[-1]) else ""
    return Setting(group, name, " ".join(comment), expects, default)


def read_program(path):
    def run(*words):
        return subprocess.run((path, *words), text=True, capture_output=True, check=True).stdout

    before, options, codes = split_help(run("--help"))
    common = read_options(options)
    listed = before.partition("\nCommands:\n")[2]
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    taken = {option.name for option in common}
    return Program(
        version=run("--version").split()[1],
        commands=[read_command(run, name, taken) for name in names],
        options=common,
        exit_codes=read_exit_codes(codes),
        settings=read_settings(run("--print-defaults")),
    )


def operands(usage):
    """The alternatives of a usage as lists of words: [["list"], ["show", "ID"], ["retry", "ID..."]]."""
    return [words.split() for words in usage.strip("[]").split("|") if words.strip()]
