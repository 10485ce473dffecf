"""A script by which a shell completes what is typed after ``mmlt``."""

import argparse
import shlex
from collections.abc import Mapping, Sequence

__all__ = ['SHELLS', 'completion_script', 'words_of']

SHELLS = ('bash', 'zsh')
# zsh runs the script of bash once this is loaded
OF_ZSH = 'autoload -U +X bashcompinit && bashcompinit\n'
SCRIPT = """\
_mmlt() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} option='' i
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W {commands} -- "$word"))
        return
    fi
    for ((i = 2; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in -*) option=${{COMP_WORDS[i]}} ;; esac
    done
    local words=''
    if [ "$option" = --with ] && [[ $word != -* ]]; then
        words={overlays}
    else
        case ${{COMP_WORDS[1]}} in
{cases}
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))
}}
complete -o filenames -F _mmlt mmlt
"""


def completion_script(
    shell: str,
    words: Mapping[str, Sequence[str]],
    overlays: Sequence[str],
) -> str:
    """The script, to be read by the shell when it starts.

    Args:
        shell: 'bash' or 'zsh'.
        words: Name of a command to what may follow it: options, and names
            that it takes.
        overlays: What may follow ``--with``.

    Returns:
        Its text.
    """
    cases = '\n'.join(
        f'        {name}) words={shlex.quote(" ".join(found))} ;;'
        for name, found in words.items()
    )
    script = SCRIPT.format(
        commands=shlex.quote(' '.join(words)),
        overlays=shlex.quote(' '.join(overlays)),
        cases=cases,
    )
    return (OF_ZSH if shell == 'zsh' else '') + script


def words_of(parser: argparse.ArgumentParser) -> list[str]:
    """Options of a parser and its choices, with those of its commands."""
    found: list[str] = []
    for action in parser._actions:
        found += [o for o in action.option_strings if o.startswith('--')]
        if action.option_strings:
            continue
        found += map(str, action.choices or ())
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                found += words_of(command)
    return list(dict.fromkeys(found))
