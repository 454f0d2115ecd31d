"""The help of a function as lines of a terminal, in English or Chinese."""

from functools import partial

from xlalloc import reference
from xlalloc.catalogue import Function
from xlalloc.terminal import folded


def describe(entry: Function, width: int = 80, lang: str = "en") -> str:
    """One function's help: arguments, formula, definition, errors, what it is called elsewhere, source, example."""
    say = partial(reference.translated, lang=lang)
    colon = "：" if lang == "zh" else ": "

    def field(name: str, text: str) -> list[str]:
        return ["", *folded(f"{say(name)}{colon}{text}", width, rest="  ")]

    lines = [*folded(f"={entry.signature}", width, rest="    "), "", *folded(say(entry.summary), width), ""]
    longest = max((len(a.name) for a in entry.arguments), default=0)
    indent = " " * (longest + 4)
    for a in entry.arguments:
        lines += folded(reference.argument_help(a, lang), width, f"  {a.name:<{longest}}  ", indent)
    lines += folded(reference.answer(entry, lang), width, f"  {'→':<{longest}}  ", indent)
    lines += field("Formula", entry.formula)
    for k, paragraph in enumerate(entry.definition):
        lines += [""] if k or lang == "en" else ["", say("In detail (in English)") + colon]
        lines += folded(paragraph, width)
    lines += ["", say("Errors") + colon.strip()]
    for code, words in reference.errors(entry, lang).items():
        lines += folded(("；" if lang == "zh" else "; ").join(words), width, f"  {code:<8}", " " * 10)
    lines += field("Elsewhere", "; ".join(entry.peers) or say("nothing of its kind"))
    lines += field("Source", reference.source(entry, lang))
    lines += ["", *folded(f"{say('Example')}{colon}{entry.example}", width, rest="    ")]
    return "\n".join([*lines, *(f"    {row}" for row in reference.example(entry))])
