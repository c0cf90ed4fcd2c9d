"""Completions for bash and zsh.

Words that an option takes are completed where its help names them all (en|zh), and for those here; a test has the
program judge each of them.
"""

import program as told

WORDS = {
    "state": ("held", "applied", "discarded", "any"),
    "sort": ("id", "warmth", "contact", "due", "spent"),
    "level": ("basic", "reactive", "accountable", "proactive"),
    "stage": ("stranger", "established", "evaluating", "growing", "mature", "ended"),
    "tier": ("ordinary", "rising", "star", "fading"),
}
FILES = ("FILE", "DIRECTORY")


def option_words(option):
    return tuple(option.value.split("|")) if "|" in option.value else WORDS.get(option.name, ())


def operand_steps(command):
    """What may follow which operands: {"quarantine retry": ["all"], ...}; a file is None."""
    steps = {}
    for words in told.operands(command.usage):
        for count, word in enumerate(words):
            before = " ".join([command.name, *words[:count]])
            if word in FILES:
                steps.setdefault(before, []).append(None)
            elif word.islower():
                steps.setdefault(before, []).append(word)
    return {before: list(dict.fromkeys(after)) for before, after in steps.items()}


def setting_names(program):
    return [f"{setting.group}.{setting.name}" if setting.group else setting.name for setting in program.settings]


# ------------------------------------------------------------------------------------------------- bash

BASH = """\
# bash completion for guanxid {version}

_guanxid()
{{
    local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} at
    local -a operands=()
    COMPREPLY=()
    # bash takes the = of --option=value for a word of its own.
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${{COMP_WORDS[at]}} in
            {valued}) ((at++)); [[ ${{COMP_WORDS[at]}} != = ]] || ((at++)) ;;
            -*) ;;
            *) operands+=("${{COMP_WORDS[at]}}") ;;
        esac
    done
    local words= files=
    case $before in
{values}
        *)
            if [[ $word == -* ]]; then
                case ${{operands[0]-}} in
{options}
                esac
                words+=" {common}"
            else
                case ${{operands[*]}} in
                    '') words='{commands}' ;;
{operands}
                esac
            fi ;;
    esac
    [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t -O "${{#COMPREPLY[@]}}" COMPREPLY < <(compgen -f -- "$word")
    fi
}} &&
    complete -F _guanxid guanxid
"""


def bash_values(program, every):
    arms = []
    for option in every:
        names = "|".join(([f"-{option.short}"] if option.short else []) + [f"--{option.name}"])
        if option.value in FILES:
            arms.append(f"        {names}) files=yes ;;")
        elif option_words(option):
            arms.append(f"        {names}) words='{' '.join(option_words(option))}' ;;")
        elif option.name == "define":
            arms.append(f"        {names}) compopt -o nospace 2>/dev/null; words='"
                        f"{' '.join(name + '=' for name in setting_names(program))}' ;;")
        elif option.value:
            arms.append(f"        {names}) ;;")
    return arms


def bash_operands(command):
    arms = []
    for before, after in operand_steps(command).items():
        words = " ".join(word for word in after if word)
        acts = ([f"words='{words}'"] if words else []) + (["files=yes"] if None in after else [])
        arms.append(f"                    '{before}') {'; '.join(acts)} ;;")
    return arms


def every_option(program):
    """All options once, in the order of their names; those of commands behind those of all."""
    own = {option.name: option for command in program.commands for option in command.options}
    return program.options + [own[name] for name in sorted(own)]


def bash(program):
    every = every_option(program)
    valued = [f"-{option.short}" for option in every if option.value and option.short]
    valued += [f"--{option.name}" for option in every if option.value]
    options = [f"                    {command.name}) words='"
               f"{' '.join('--' + option.name for option in command.options)}' ;;"
               for command in program.commands if command.options]
    common = [f"-{option.short}" for option in program.options if option.short]
    common += [f"--{option.name}" for option in program.options]
    return BASH.format(
        version=program.version, valued="|".join(valued), values="\n".join(bash_values(program, every)),
        options="\n".join(options), common=" ".join(common),
        commands=" ".join(command.name for command in program.commands),
        operands="\n".join(arm for command in program.commands for arm in bash_operands(command)))


# -------------------------------------------------------------------------------------------------- zsh

ZSH = """\
#compdef guanxid
# zsh completion for guanxid {version}

_guanxid_setting() {{
    local -a names=({settings})
    compadd -S = -a names
}}

_guanxid() {{
    local curcontext="$curcontext" state line
    local -A opt_args
    local -a common=(
{common}
    )
    local -a commands=(
{commands}
    )
    _arguments -C -A '-*' $common '1:command:->command' '*::operand:->operand'
    case $state in
        command) _describe command commands ;;
        operand)
            local name=$line[1]
            case $name in
{arguments}
                *) _arguments $common ;;
            esac ;;
    esac
}}

_guanxid "$@"
"""


def zsh_text(text):
    text = text.replace("\\", "\\\\").replace(":", "\\:").replace("[", "\\[").replace("]", "\\]")
    return text.replace("'", "'\\''")


def zsh_value(option):
    if option.name == "define":
        return ":setting:_guanxid_setting"
    if option.value in FILES:
        return ":file:_files"
    if option_words(option):
        return f":{option.name}:({' '.join(option_words(option))})"
    return f":{option.name}: " if option.value else ""


def zsh_option(option):
    text, value = zsh_text(option.text), zsh_value(option)
    sign = "=" if option.value else ""
    if not option.short:
        return f"'--{option.name}{sign}[{text}]{value}'"
    plus = "+" if option.value else ""
    excluded = "*" if option.name == "define" else f"(-{option.short} --{option.name})"
    return f"'{excluded}'{{-{option.short}{plus},--{option.name}{sign}}}'[{text}]{value}'"


def zsh_operands(command):
    steps = operand_steps(command)
    shown = []
    first = steps.get(command.name, [])
    if first:
        words = " ".join(word for word in first if word)
        shown.append(f"'1:operand:{'_files' if None in first else f'({words})'}'")
    later = [word for before, after in steps.items() if before != command.name for word in after]
    if later:
        words = " ".join(word for word in later if word)
        shown.append(f"'*:operand:{'_files' if None in later else f'({words})'}'")
    return shown


def zsh_arguments(command):
    rows = ["$common", *map(zsh_option, command.options), *zsh_operands(command)]
    lines = [f"                {command.name}) _arguments \\"]
    lines += [f"                    {row} \\" for row in rows[:-1]]
    return [*lines, f"                    {rows[-1]} ;;"]


def zsh(program):
    return ZSH.format(
        version=program.version, settings=" ".join(setting_names(program)),
        common="\n".join(f"        {zsh_option(option)}" for option in program.options),
        commands="\n".join(f"        '{command.name}:{zsh_text(command.summary)}'" for command in program.commands),
        arguments="\n".join(line for command in program.commands for line in zsh_arguments(command)))
