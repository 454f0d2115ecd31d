"""The commands of `xlalloc`: demo, list, help, handbook, eval, template, report, build, install, uninstall, doctor."""

import datetime as dt
import json
import os
import sys
from pathlib import Path

import click

from xlalloc.errors import ErrorValue
from xlalloc.messages import LANGUAGES, language, say
from xlalloc.misuse import OneLineErrors
from xlalloc.terminal import aligned, folded, tell
from xlalloc.version import __version__

LANGUAGE = click.Choice(LANGUAGES)
in_language = click.option(  # OneLineErrors has set it
    "--lang",
    type=LANGUAGE,
    expose_value=False,
    help="Language of what is shown (else XLALLOC_LANG, else the system's).",
)
FILE = click.Path(path_type=Path, readable=False)  # what reads it says better why it cannot be read
os.environ.setdefault("OPENPYXL_LXML", "False")  # the same bytes whether or not something else brought lxml along
SETTINGS = {"max_content_width": 80, "help_option_names": ["-h", "--help"]}


@click.group(cls=OneLineErrors, context_settings=SETTINGS, invoke_without_command=True)
@click.version_option(__version__, prog_name="xlalloc")
@click.pass_context
def main(ctx):
    """Asset allocation for spreadsheets: functions, workbooks, client reports.

    Start with:  xlalloc demo
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # Chinese names on a console of any code page
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@main.command("list")
@click.argument("category", required=False)
@in_language
def list_(category):
    """The functions, by category.

    Example:  xlalloc list risk_parity --lang zh
    """
    from xlalloc.reference import categories, translated

    known, lang = categories(), language()
    if category:
        wanted = category.casefold().replace(" ", "_").replace("-", "_")
        found = [name for name in known if wanted in (name, translated(name, "zh"))]
        if not found:
            raise click.UsageError(f"There is no category {category!r}. Categories: {', '.join(known)}.")
        known = {name: known[name] for name in found}
    for name, entries in known.items():
        click.secho(f"\n{name}" + (f" {translated(name, lang)}" if lang != "en" else ""), bold=True)
        for entry in entries:
            lines = folded(translated(entry.summary, lang), 80, f"  {entry.name:<21} ", " " * 24)
            click.echo("\n".join(lines))


@main.command("help")
@click.argument("name", required=False)
@in_language
@click.pass_context
def help_(ctx, name):
    """One function: arguments, formula, errors, source, example.

    Example:  xlalloc help RP_WEIGHTS
    """
    from xlalloc.catalogue import find
    from xlalloc.help_text import describe

    click.echo(ctx.parent.get_help() if name is None else describe(find(name), lang=language()))


@main.command()
@click.argument("page", required=False)
@in_language
def handbook(page):
    """A page of the handbook as text, or the list of its pages.

    As a site with pictures and a search:  xlalloc build docs

    Example:  xlalloc handbook tutorial --lang zh
    """
    from xlalloc.site import build as site

    pages = site.titles(language())
    if page:
        if page not in pages:
            raise click.UsageError(f"There is no page {page!r}. Pages: {', '.join(pages)}.")
        click.echo(site.page_file(page, language()).read_text(encoding="utf-8"))
        return
    for name, title in pages.items():
        click.echo(f"  {name:<18} {title}")
    click.echo(f"\n{site.handbook()}")


@main.command("eval")
@click.argument("formula")
@click.option("--book", type=FILE, help="Workbook whose cells and names the formula may use.")
@click.option("--sheet", help="Sheet that references without a sheet mean (the first).")
@click.option("--json", "as_json", is_flag=True, help="One JSON list of rows in place of tab-separated text.")
@in_language
@click.pass_context
def eval_(ctx, formula, book, sheet, as_json):
    """Evaluate a formula on constants or on a workbook's cells.

    Prints the cells; the reason of an error goes to standard error, and the
    exit status is 1.

    Examples:  xlalloc eval "=RP_WEIGHTS({0.04,0.006;0.006,0.01})"

               xlalloc eval "=SHARPE(A1:B61)" --book fund.xlsx --sheet Returns
    """
    from xlalloc.formula import evaluate

    context = None
    if book is not None:
        from xlalloc.book import Book
        from xlalloc.book import context as context_in

        context = context_in(Book.load(book), sheet)
    elif sheet is not None:
        raise click.UsageError("--sheet needs --book.")
    rows = evaluate(formula, context)
    if as_json:
        click.echo(json.dumps([[_plain(cell) for cell in row] for row in rows], ensure_ascii=False))
    else:
        for row in rows:
            click.echo("\t".join(_shown(cell) for cell in row))
    found = [cell for row in rows for cell in row if isinstance(cell, ErrorValue)]
    reasons = dict.fromkeys(f"{error}: {error.reason or say('saved in the workbook')}" for error in found)
    for reason in reasons:
        click.echo(reason, err=True)
    ctx.exit(1 if reasons else 0)


def _plain(cell):
    return cell.isoformat() if isinstance(cell, dt.date) else cell


def _shown(cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    return f"{cell:.15g}" if isinstance(cell, float) else str(_plain(cell))  # 15 digits, as a worksheet shows


@main.command()
@click.argument("name", required=False)
@click.argument("clients", type=FILE, required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The file to write (.xlsx).")
@click.option("--lang", type=LANGUAGE, help="Its language (else yours, or the client's own).")
@click.option("--client", help="Fill it for a client: the clients' file and the id, clients.xlsx:K001.")
@click.option("--from", "source", type=FILE, help="With --client: the firm's own template.")
@click.option("--names", type=FILE, help="Write the names of the vocabulary into this workbook.")
@click.option("--check", "checked", type=FILE, help="Say what keeps this template from being filled.")
@click.pass_context
def template(ctx, name, clients, out, lang, client, source, names, checked):
    """A workbook to start from, or one client's live workbook.

    NAME is a case study (conservative, balanced, aggressive), report (our
    report, to make your own from) or clients (the empty input).

    Examples:  xlalloc template balanced --out balanced.xlsx --lang zh

               xlalloc template report --out firm.xlsx

               xlalloc template clients --out clients.xlsx

               xlalloc template --client clients.xlsx:K001 --out K001.xlsx

               xlalloc template --client clients.xlsx:K001 --from firm.xlsx --out K001.xlsx

               xlalloc template --names firm.xlsx

               xlalloc template --check firm.xlsx clients.xlsx
    """
    from xlalloc.reports import make_template

    if checked is not None:
        lines, good = make_template.check(checked, clients or (Path(name) if name else None))
        click.echo("\n".join(lines), err=not good)
        ctx.exit(0 if good else 1)
    if names is not None:
        make_template.add_names(names, out and _xlsx(out))
        tell(f"Written: {out or names}. Its formulas can now use the names; a sample stands on the hidden sheet.")
        return
    if out is None:
        raise click.UsageError("Give --out FILE, where to write it.")
    if source is not None and not client:
        raise click.UsageError("--from needs --client FILE:ID, the client to fill it for.")
    for line in make_template.write(name, client, source, _xlsx(out), lang):
        click.echo(line, err=True)
    tell(f"Written: {out}")


def _xlsx(path: Path) -> Path:
    if path.suffix.casefold() != ".xlsx":
        raise click.UsageError(f"{path}: the name must end in .xlsx.")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@main.command()
@click.argument("clients", type=FILE, required=False)
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write the reports to.")
@click.option("--prices", type=FILE, help="Prices in a file of their own (.xlsx or .csv).")
@click.option("--lang", type=LANGUAGE, help="Language of all reports (else each client's own).")
@click.option("--jobs", type=click.IntRange(1), help="Processes (else one for each processor).")
@click.option("--resume", is_flag=True, help="Keep what an earlier run on the same input finished.")
@click.option("--pdf", is_flag=True, help="Print each report to PDF as well (needs LibreOffice).")
@click.option("--live", is_flag=True, help="Keep the formulas, live where the add-in is.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Work on this Dask cluster (needs xlalloc[dask]).")
@click.option("--log", type=click.Choice(["json"]), help="A line of JSON for each client on standard error.")
@click.option("--template", type=FILE, help="The firm's own template, or a folder of them.")
@click.option("--keep-macros", is_flag=True, help="With --template: keep the macros of an .xlsm.")
@click.option("--by", type=click.Choice(["adviser"]), help="A folder and an index for each adviser.")
@click.pass_context
def report(ctx, clients, out, prices, lang, jobs, resume, pdf, live, scheduler, log, template, keep_macros, by):
    """A report for every client, an index, a list of problems.

    CLIENTS is a workbook, or a folder of csv, text and Excel files.

    Examples:  xlalloc report clients.xlsx --out reports

               xlalloc report clients.xlsx --out reports --template firm.xlsx

    Exit status 0: every client has a report, or one that is kept back.

    Exit status 1: some have none, or a file could not be written:
    problems.xlsx and standard error say which and why.

    Exit status 2: nothing was done: wrong usage, an input that cannot be
    read, a folder another run writes to.
    """
    from xlalloc.reports import progress, run

    if clients is None or out is None:
        raise click.UsageError("Give the clients' workbook and --out FOLDER. An empty one: xlalloc template clients.")
    if keep_macros and template is None:
        raise click.UsageError("--keep-macros needs --template FILE.")
    with progress.telling(log) as (bar, event):
        done = run.report(
            clients, out, prices, lang, jobs or run.processors(), bar,
            resume=resume, live=live, pdf=pdf, scheduler=scheduler, event=event,
            template=template, macros=keep_macros, by=by or "",
        )  # fmt: skip
    if not done.clients:
        click.echo("xlalloc: " + say(f"There is no client in {clients.name}."), err=True)
    _tell(done, out)
    ctx.exit(1 if done.failed or done.unwritten else 0)


def _tell(done, out: Path) -> None:
    tell(
        f"{done.written} of {done.clients} reports written to {out}, {done.kept} of them kept from an earlier run"
        if done.kept
        else f"{done.written} of {done.clients} reports written to {out}"
    )
    if done.held:
        tell(f"{done.held} kept back for suitability: internal pages only, the reasons are in the index")
    for line in done.summary():
        click.echo(f"xlalloc: {line}", err=True)
    if found := len(done.problems):
        path = out / "problems.xlsx"
        tell(f"{found} problems listed in {path}" if found > 1 else f"1 problem listed in {path}", err=True)


@main.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("xlalloc-demo"), show_default=True, help="The folder."
)
@click.option("--lang", type=LANGUAGE, help="One language only (else both).")
def demo(out, lang):
    """The whole job on invented clients: workbooks and reports.

    Example:  xlalloc demo --out demo
    """
    from xlalloc.reports import clients_workbook, run
    from xlalloc.templates.case_workbook import write_all

    books = out / "workbooks"
    write_all(books, [lang] if lang else ["en", "zh"])
    clients = clients_workbook.write_clients(out / "clients.xlsx")
    done = run.report(clients, out / "reports", None, lang)
    tell(f"{books}: the three case studies, live with the add-in, else as computed now")
    tell(f"{clients}: five invented clients, prices illustrative: the input")
    _tell(done, out / "reports")
    first, then = out / "reports" / "index.xlsx", books / f"balanced-{lang or language()}.xlsx"
    click.echo("\n".join(["", *aligned([(say("Open first:"), str(first)), (say("Then:"), str(then))])]))


HOST = click.Choice(["excel", "calc"])
BUILT = {
    "excel": "xlalloc.xlam",
    "calc": "xlalloc.oxt",
    "workbooks": "workbooks",
    "docs": "xlalloc-docs",
    "setup": f"xlalloc-setup-{__version__}.exe",
    "stubs": "xlalloc/__init__.pyi",
}


@main.command()
@click.argument("what", type=click.Choice(list(BUILT)))
@click.option("--out", type=click.Path(path_type=Path), help="The file (xlalloc.xlam, xlalloc.oxt) or folder to write.")
@in_language
def build(what, out):
    """An add-in to hand to others, workbooks, handbook, setup, types.

    The handbook is a site, read from its folder without a network; its tools
    are installed by pip install 'xlalloc[docs]'.

    The setup holds Python and the add-in for Excel on Windows, for people
    without Python; it is made on Linux, with NSIS and osslsigncode, from
    packages that pip downloads (or from a folder: XLALLOC_WHEELS).

    Examples:  xlalloc build calc --out xlalloc.oxt

               xlalloc build workbooks --out workbooks
    """
    made = Path(BUILT[what])
    out = out or made
    if made.suffix and out.suffix.casefold() != made.suffix:  # a folder: the add-in goes into it
        out = out / made.name
    out.parent.mkdir(parents=True, exist_ok=True)
    for path in _BUILDERS[what](out):
        tell(f"Written: {path}")


def _build_excel(out: Path) -> list[Path]:
    from xlalloc.hosts import windows_addin

    return [windows_addin.build(out)]


def _build_calc(out: Path) -> list[Path]:
    from xlalloc.hosts import calc

    return [calc.build(out)]


def _build_workbooks(out: Path) -> list[Path]:
    from xlalloc.reports import clients_workbook, report_template
    from xlalloc.site import sheet, workbook
    from xlalloc.site.build import handbook
    from xlalloc.templates.case_workbook import write_all

    out.mkdir(exist_ok=True)
    reports = [out / f"report-{lang}.xlsx" for lang in ("en", "zh")]
    for path, lang in zip(reports, ("en", "zh"), strict=True):
        report_template.write_report(path, lang)
    report_template.write_packaged()
    pages = [*workbook.write(out, handbook()), *sheet.write(out, handbook())]
    return [*write_all(out), *pages, clients_workbook.write_clients(out / "clients-example.xlsx"), *reports]


def _build_docs(out: Path) -> list[Path]:
    from xlalloc.site.build import build as site

    return [site(out)]


def _build_setup(out: Path) -> list[Path]:
    from xlalloc.hosts import windows_setup

    folder = os.environ.get("XLALLOC_WHEELS")
    return windows_setup.build(out, Path(folder) if folder else None)


def _build_stubs(out: Path) -> list[Path]:
    from xlalloc.site import stubs

    return [stubs.write(out)]


_BUILDERS = {
    "excel": _build_excel,
    "calc": _build_calc,
    "workbooks": _build_workbooks,
    "docs": _build_docs,
    "setup": _build_setup,
    "stubs": _build_stubs,
}


@main.command()
@click.argument("host", type=HOST)
@in_language
@click.pass_context
def install(ctx, host):
    """Put the add-in where the application loads it.

    Example:  xlalloc install calc
    """
    _change(ctx, host, "install")


@main.command()
@click.argument("host", type=HOST)
@in_language
@click.pass_context
def uninstall(ctx, host):
    """Take the add-in out again.

    Example:  xlalloc uninstall calc
    """
    _change(ctx, host, "uninstall")


def _change(ctx, host: str, what: str) -> None:
    from xlalloc.hosts import calc_install, windows

    if host == "calc":
        click.echo("\n".join(line for text in getattr(calc_install, what)() for line in folded(text)))
        return
    outcome = getattr(windows, what)()
    click.echo("\n".join(outcome.lines), err=not outcome.done)
    ctx.exit(0 if outcome.done else 1)


@main.command()
@in_language
def doctor():
    """What works on this machine, and what to do about what does not.

    Example:  xlalloc doctor --lang zh
    """
    from xlalloc.help import xlalloc_info
    from xlalloc.hosts import calc_install, windows

    rows = [(item, _shown(value)) for item, value in xlalloc_info().rows]
    for finding in (*windows.doctor(), *calc_install.doctor()):
        rows += [(finding.what, finding.state), *([("", f"→ {finding.remedy}")] if finding.remedy else [])]
    click.echo("\n".join(aligned(rows)))
