"""Pages of the manual from their texts (*.in): a line of a text that begins with @ is replaced by what the program
says of itself.

    @page SECTION SUMMARY  the head of the page, whose name is that of the file
    @synopsis COMMAND...   how commands are called
    @command COMMAND       a command: what it does, its operands, its options
    @commands              all commands with their summaries
    @options               the options that every command takes
    @exit-codes
    @settings GROUP        the options of a group of the configuration; "-" is the file itself
    @see PAGE(SECTION)...
"""

import re

import roff

DATE = "2026-11-23"


class Page:
    def __init__(self, name, program, commands):
        self.name = name
        self.program = program
        self.commands = commands  # that are described here

    def find(self, name):
        for command in self.program.commands:
            if command.name == name:
                return command
        raise SystemExit(f"{self.name}: guanxid has no command {name}")

    def page(self, section, *summary):
        title = self.name.rpartition(".")[0]
        names = [title, *(f"guanxid-{command}" for command in self.commands if f"guanxid-{command}" != title)]
        return [f'.TH {title.upper()} {section} {DATE} "guanxid {self.program.version}" "guanxid"', ".SH NAME",
                f"{', '.join(map(roff.literal, names))} \\- {' '.join(summary)}"]

    def synopsis(self, *names):
        lines = []
        for command in map(self.find, names):
            usage = roff.synopsis(command.usage)
            lines += [".br"] if lines else []
            lines.append(f"\\fBguanxid {command.name}\\fP{' ' if usage else ''}{usage} [\\fIoption\\fP ...]")
        return lines

    def command(self, name):
        command = self.find(name)
        lines = [f".SS guanxid {command.name}", roff.prose(command.summary + "."), *roff.help_text(command.text)]
        for option in command.options:
            lines += roff.item(roff.option_term(option), [roff.prose(option.text[0].upper() + option.text[1:] + ".")])
        return lines

    def command_list(self):
        lines = []
        for command in self.program.commands:
            lines += roff.item(f"\\fB{command.name}\\fP", [roff.prose(command.summary + ".")])
        return lines

    def options(self):
        lines = []
        for option in self.program.options:
            lines += roff.item(roff.option_term(option), [roff.prose(option.text[0].upper() + option.text[1:] + ".")])
        return lines

    def exit_codes(self):
        return [line for number, meaning in self.program.exit_codes
                for line in roff.item(f"\\fB{number}\\fP", [roff.prose(meaning[0].upper() + meaning[1:] + ".")])]

    def settings(self, group):
        wanted = "" if group == "-" else group
        lines = []
        for setting in self.program.settings:
            if setting.group != wanted:
                continue
            full = f"{setting.group}.{setting.name}" if setting.group else setting.name
            lines += roff.item(f"\\fB{roff.literal(full)}\\fP", roff.sentences(setting.text))
            if setting.expects:
                lines.append(roff.prose(f"It is {setting.expects}."))
            if "\n" in setting.default:
                # Inside of the paragraph of the term.
                lines += ["Default:", ".RS", ".EX", *(roff.literal(line) for line in setting.default.split("\n")),
                          ".EE", ".RE"]
            else:
                lines.append(f"Default: \\fB{roff.literal(setting.default)}\\fP")
        if not lines:
            raise SystemExit(f"{self.name}: the configuration has no group {group}")
        return lines

    def see(self, *pages):
        named = [re.match(r"^(.+)(\(\d\))$", page) for page in pages]
        return [f".BR {roff.literal(match[1])} {match[2]}{'' if match is named[-1] else ','}" for match in named]

    def line(self, text):
        if not text.startswith("@"):
            return [text]
        word, *arguments = text[1:].split()
        known = {"page": self.page, "synopsis": self.synopsis, "command": self.command, "commands": self.command_list,
                 "options": self.options, "exit-codes": self.exit_codes, "settings": self.settings, "see": self.see}
        if word not in known:
            raise SystemExit(f"{self.name}: no such directive: @{word}")
        return known[word](*arguments)


# A command without a text of its own: what the program says has to do.
PLAIN = """\
@page 8 {summary}
.SH SYNOPSIS
@synopsis {command}
.SH DESCRIPTION
@command {command}
.SH SEE ALSO
@see guanxid(8) guanxid.conf(5)
"""


def make_page(name, program, text):
    """The page, and the commands that it describes."""
    commands = re.findall(r"^@command (\S+)$", text, re.MULTILINE)
    page = Page(name, program, commands)
    lines = [made for line in text.splitlines() for made in page.line(line)]
    return "\n".join(lines) + "\n", commands


def make_pages(program, texts):
    """{name of file: its text} for every text, and for each command: guanxid-COMMAND(8) is there, whatever its group."""
    made, at = {}, {}
    for text in texts:
        made[text.stem], commands = make_page(text.stem, program, text.read_text(encoding="utf-8"))
        at.update((command, text.stem) for command in commands)
    for command in program.commands:
        name = f"guanxid-{command.name}.8"
        if name in made:
            continue
        if command.name in at:
            made[name] = f".so man8/{at[command.name]}\n"
        else:
            plain = PLAIN.format(summary=command.summary[0].lower() + command.summary[1:], command=command.name)
            made[name], _ = make_page(name, program, plain)
    return made
