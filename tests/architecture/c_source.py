"""Just enough of C to find files, includes and the extent of functions. Not a parser: it counts on
sources that a compiler accepts."""

import re

SUFFIXES = {".c", ".h", ".cpp"}

TOKEN = re.compile(
    r"""//(?:\\\n|[^\n])*            # comments
      | /\*.*?\*/
      | "(?:\\.|[^"\\\n])*"          # strings
      | '(?:\\.|[^'\\\n])*'          # characters
    """, re.DOTALL | re.VERBOSE)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
NOT_FUNCTIONS = {"if", "while", "for", "switch", "sizeof", "__attribute__", "_Static_assert"}
HEAD = re.compile(r"([A-Za-z_]\w*)\s*\(")
TRANSPARENT = re.compile(r'(extern\s+""|namespace(\s+[\w:]+)?)\s*$')


def files(root, tops):
    """Every C or C++ file below the folders `tops` of root, sorted; fixtures are not ours."""
    for top in tops:
        for file in sorted((root / top).rglob("*")):
            path = file.relative_to(root)
            if path.parts[:3] == ("tests", "architecture", "fixtures"):
                continue
            if file.suffix in SUFFIXES and file.is_file():
                yield file


def blank(text, strings=True):
    """Comments (and strings) replaced by blanks; every line stays where it is."""
    def replace(match):
        token = match[0]
        if token[0] == "/":
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", "", token[1:-1]) + token[-1] if strings else token
    return TOKEN.sub(replace, text)


def function_name(head):
    """The name in what stands before a brace at file level; None if that is not a function's."""
    for match in HEAD.finditer(head):
        if match[1] not in NOT_FUNCTIONS:
            return None if "=" in head[:match.start()] else match[1]
    return None


def functions(text):
    """(name, lines) of each function: from the line of its return type to that of its last brace."""
    text = blank(text)
    text = DIRECTIVE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    depth, begin, name, start = 0, 0, None, 0
    for match in re.finditer(r"[{};]", text):
        at, symbol = match.start(), match[0]
        if symbol == "{":
            if depth == 0:
                head = text[begin:at]
                if TRANSPARENT.search(head):
                    begin = at + 1
                    continue
                name = function_name(head)
                start = at - len(head.lstrip())
            depth += 1
        elif symbol == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                if name is not None:
                    yield name, text.count("\n", start, at) + 1
                begin, name = at + 1, None
        elif symbol == "}" or depth == 0:
            begin = at + 1  # the end of a transparent block, or of a declaration
