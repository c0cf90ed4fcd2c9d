"""Text as the man macros want it."""

import re


def literal(text):
    """What is typed as it stands: an option, a file, a value."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return text.replace("^", "\\(ha").replace("~", "\\(ti")


def prose(text):
    """Running text, in which `this` and --this are literal."""
    text = text.replace("\\", "\\e")
    text = re.sub(r"`([^`]+)`", lambda match: f"\\fB{literal(match[1])}\\fP", text)
    text = re.sub(r"(?<![\w\\-])(--[a-z][a-z-]*)", lambda match: f"\\fB{literal(match[1])}\\fP", text)
    return begin_line(text.replace("'", "\\(aq"))


def begin_line(text):
    """What a line may begin with and still be text."""
    return "\\&" + text if text[:1] in (".", "'") else text


def sentences(text):
    """Prose, one sentence a line, as roff reads it best."""
    return [prose(line) for line in re.split(r"(?<=[.:;?!]) (?=[A-Z(\"`\[{])", " ".join(text.split()))]


def item(term, lines):
    return [".TP", term, *lines]


def example(text):
    return [".PP", ".in +4n", ".EX", *(begin_line(literal(line)) for line in text.split("\n")), ".EE", ".in"]


def synopsis(words):
    """Of a usage: what is typed bold, what it stands for in italics, signs between as they are."""
    shown = []
    for word in re.findall(r"[][|]|[^][|\s]+", words):
        if word in "[]|":
            shown.append(word)
        elif re.match(r"[A-Z]", word):
            shown.append(f"\\fI{literal(word)}\\fP")
        else:
            shown.append(f"\\fB{literal(word)}\\fP")
    return " ".join(shown).replace("[ ", "[").replace(" ]", "]").replace(" |", " |")


def option_term(option):
    names = ([f"\\fB\\-{option.short}\\fP"] if option.short else []) + [f"\\fB{literal('--' + option.name)}\\fP"]
    value = ""
    if "|" in option.value:
        value = " " + "|".join(f"\\fB{word}\\fP" for word in option.value.split("|"))
    elif option.value:
        value = f" \\fI{literal(option.value)}\\fP"
    return ", ".join(names) + value


def help_text(lines):
    """Lines of a --help: paragraphs, and lists of a term, two spaces and what it means."""
    blocks = []  # [term or None, words]
    for line in lines:
        match = re.match(r"^  (?! )(\S.*?)  +(\S.*)$", line)
        if match:
            blocks.append([match[1], [match[2]]])
        elif line.startswith("   ") and blocks and blocks[-1][0]:
            blocks[-1][1].append(line.strip())
        elif line.strip():
            if not blocks or blocks[-1][0]:
                blocks.append([None, []])
            blocks[-1][1].append(line.strip())
    shown = []
    for term, words in blocks:
        text = sentences(" ".join(words))
        shown += item(synopsis(term), text) if term else [".PP", *text]
    return shown
