"""The pages of the function reference, one a category, in Markdown, from the catalogue alone."""

from functools import partial

from xlalloc.catalogue import Function
from xlalloc.reference import answer, argument_help, categories, errors, example, shape, source, translated

TEXTS = ("Formula", "Result", "Errors", "Example", "Source", "Elsewhere", "nothing of its kind", "argument",
         "what it is", "shape", "Functions", "function", "Conventions", "In detail (in English)")  # fmt: skip
MARKED = str.maketrans({char: "\\" + char for char in "\\`*_{}[]<>#|~$^"})


def pages(lang: str) -> dict[str, str]:
    """File name and Markdown of every page of the reference in that language."""
    found = {f"{category}.md": _page(category, entries, lang) for category, entries in categories().items()}
    return {"index.md": _index(lang), **found}


def _title(category: str, lang: str) -> str:
    words = translated(category, lang)
    return words if lang == "zh" else words.replace("mean_", "mean-").replace("_", " ").capitalize()


def _index(lang: str) -> str:
    words_in = partial(translated, lang=lang)
    conventions = "../../conventions.zh.md" if lang == "zh" else "../conventions.md"
    lines = [
        f"# {words_in('Functions')}",
        "",
        f"[{words_in('Conventions')}]({conventions}) · {_other('index', lang)}",
        "",
    ]
    lines += ["```{toctree}", ":hidden:", "", *categories(), "```"]
    for category, entries in categories().items():
        lines += [
            "",
            f"**[{_title(category, lang)}]({category}.md)**",
            "",
            f"| {words_in('function')} | |",
            "|---|---|",
        ]
        lines += [
            f"| [{entry.name}]({category}.md#{anchor(entry)}) | {plain(words_in(entry.summary))} |" for entry in entries
        ]
    return "\n".join([*lines, ""])


def _page(category: str, entries: list[Function], lang: str) -> str:
    sections = [line for entry in entries for line in _section(entry, lang)]
    return "\n".join([f"# {_title(category, lang)}", "", _other(category, lang), "", *sections])


def _other(page: str, lang: str) -> str:
    """The way to the same page in the other language."""
    return f"[English](../../functions/{page}.md)" if lang == "zh" else f"[中文](../zh/functions/{page}.md)"


def anchor(entry: Function) -> str:
    """The place of a function on its page, as Sphinx and GitHub name headings."""
    return entry.name.casefold()


def plain(text: str) -> str:
    """Text in which Markdown sees no mark."""
    return text.translate(MARKED)


def _section(entry: Function, lang: str) -> list[str]:
    words_in = partial(translated, lang=lang)
    lines = [f"## {entry.name}", "", f"`={entry.signature}`", "", plain(words_in(entry.summary)), ""]
    lines += [f"**{words_in('Formula')}** &ensp; `{entry.formula}`", ""]
    if entry.arguments:
        lines += [f"| {words_in('argument')} | {words_in('what it is')} | {words_in('shape')} |", "|---|---|---|"]
    for argument in entry.arguments:
        name = f"[{argument.name}]" if argument.optional else argument.name
        lines.append(f"| `{name}` | {plain(argument_help(argument, lang))} | {shape(argument.quantity, lang)} |")
    lines += ["", f"**{words_in('Result')}** &ensp; {plain(answer(entry, lang))}", ""]
    if entry.definition and lang != "en":
        lines += [f"**{words_in('In detail (in English)')}**", ""]
    for paragraph in entry.definition:
        lines += [plain(paragraph), ""]
    lines += [f"**{words_in('Example')}**", "", "```text", entry.example, *example(entry), "```", ""]
    described = errors(entry, lang)
    if described:
        lines += [f"| {words_in('Errors')} | |", "|---|---|"]
        semicolon = "；" if lang == "zh" else "; "
        lines += [f"| `{code}` | {plain(semicolon.join(words))} |" for code, words in described.items()]
    names = "; ".join(_peer(peer) for peer in entry.peers) or words_in("nothing of its kind")
    lines += ["", f"**{words_in('Elsewhere')}** &ensp; {names}", ""]
    return [*lines, f"**{words_in('Source')}** &ensp; {plain(source(entry, lang))}", ""]


def _peer(peer: str) -> str:
    name, bracket, remark = peer.partition(" (")
    return f"`{name}`" + plain(bracket + remark)
