"""Workbooks to start from, and what keeps a firm's own from being filled."""

import tempfile
from pathlib import Path

from xlalloc import data
from xlalloc.documents.check import check as check_template
from xlalloc.documents.fill import Filled, FitError
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output
from xlalloc.documents.remarks import remarks
from xlalloc.documents.template import Template, TemplateError, translated
from xlalloc.errors import InputError
from xlalloc.messages import language, say
from xlalloc.reports import clients_workbook, firm_templates, trading
from xlalloc.reports.client_case import client_case
from xlalloc.reports.compute import compute
from xlalloc.reports.folder import writing
from xlalloc.reports.problems import Problem
from xlalloc.reports.read import read
from xlalloc.reports.records import Client, Inputs
from xlalloc.reports.report_template import write_report
from xlalloc.reports.result import Result
from xlalloc.reports.vocabulary import declared, shapes, vocabulary
from xlalloc.templates import case_workbook
from xlalloc.templates.cases import case

MOST_ASSETS = 150  # tried
PER_ASSET = {"parity_weights"}  # beside the names of the group assets
NAMES = "conservative, balanced, aggressive, report, clients"


def write(name: str | None, client: str | None, source: Path | None, out: Path, lang: str | None) -> list[str]:
    """One file to start from, or one client's workbook; gives what is to be said about it."""
    if client:
        file, _, id_ = client.rpartition(":")
        if not file or not id_:
            raise InputError(f"--client {client}: give the file and the id, such as clients.xlsx:K001.")
        if source is not None:
            return _from_firm(Path(file), id_, source, out, lang)
        inputs = read(Path(file), None, lang)
        result = _result(inputs, id_, Path(file))
        chosen = client_case(result, inputs)
        output = case_workbook.write(chosen, out, result.lang)
        known = data.find("models", result.client.model)
        if name and not (known and case(name).key == f"case.{known['model'].casefold()}"):
            return [
                *_errors(output),
                say(f"Targets and stated ranges are those of the client's own model, not of {name}."),
            ]
        return _errors(output)
    if name is None:
        raise InputError(f"Give a NAME ({NAMES}) or --client FILE:ID.")
    if name.casefold() == "clients":
        clients_workbook.write_empty(out, lang or language())
        return [say(f"Fill it, then: xlalloc report {out} --out reports")]
    if name.casefold() == "report":
        write_report(out, lang or language())
        return [say(f"Change what you like, then: xlalloc report clients.xlsx --out reports --template {out}")]
    case_workbook.write(case(name, lang or language()), out, lang or language())
    return []


def _from_firm(file: Path, id_: str, source: Path, out: Path, lang: str | None) -> list[str]:
    inputs = read(file, None, lang)
    result = _result(inputs, id_, file)
    template = firm_templates.opened(source, inputs.firm, result.lang)
    output = Output(Filled(template, vocabulary(result, inputs), live=True), live=True, date=result.as_of)
    with writing(out) as written:
        written.write(output.file())
    return _errors(output)


def _errors(output: Output) -> list[str]:
    return [say(f"{sheet}!{cell} shows {error}: {error.reason}") for sheet, cell, error in output.errors()]


def _checked(path: Path) -> Template:
    template = Template(path, shapes())
    check_template(template)
    return template


def _result(inputs: Inputs, id_: str, file: Path) -> Result:
    client = next((client for client in inputs.clients if client.id == id_), None)
    if client is None:
        if not inputs.clients:
            raise InputError(f"There is no client in {file.name}.")
        known = ", ".join(client.id for client in inputs.clients[:10])
        raise InputError(f"There is no client {id_!r} in {file.name}. Ids: {known}.")
    return computed(inputs, client)


def computed(inputs: Inputs, client: Client) -> Result:
    found: list[Problem] = list(inputs.problems.of(client.id))
    try:
        if client.id in inputs.problems.refused:
            raise trading.RefusedError([])
        result = compute(client, inputs)
    except trading.RefusedError as refused:
        fatal = [p for p in (*found, *refused.problems) if p.fatal]
        places = [say(f"{p.location.sheet} row {p.location.row}") for p in fatal]
        wrong = [p.wrong(language()).rstrip(".。") for p in fatal]
        reasons = "; ".join(f"{place}: {reason}" for place, reason in zip(places, wrong, strict=True))
        raise InputError(f"{client.id}: no workbook, since {reasons}. Correct the file.") from None
    result.problems = list(dict.fromkeys([*found, *result.problems]))
    return result


def sample(lang: str = "en") -> tuple[Inputs, Client]:
    """The second of the invented clients, whom names written into a workbook stand for."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = read(clients_workbook.write_clients(Path(folder) / "clients.xlsx"), None, lang)
    return inputs, inputs.clients[1]


def add_names(path: Path, out: Path | None = None, lang: str = "en") -> None:
    """Writes the vocabulary's names into a workbook, with a sample they stand for."""
    inputs, client = sample(lang)
    data = with_names(path, shapes(), vocabulary(computed(inputs, client), inputs))
    with writing(out or path) as file:
        file.write(data)


def check(path: Path, clients: Path | None = None) -> tuple[list[str], bool]:
    """Lines to show, and whether the template can be filled; with ``clients`` it is, for the first of them."""
    try:
        template = _checked(path)
    except TemplateError as problem:
        return list(map(translated, problem.reasons)), False
    inputs, client = sample()
    if clients is not None:
        inputs = read(clients, None, None)
        fit = [c for c in inputs.clients if c.id not in inputs.problems.refused]
        if not fit:
            return [say(f"{clients.name}: there is no client to fill it for.")], False
        client = fit[0]
    try:
        result = computed(inputs, client)
        output = Output(Filled(template, vocabulary(result, inputs)))
        output.file()
    except (FitError, TemplateError) as problem:
        return [f"{client.id}: {problem}"], False
    wrong = [f"{client.id}: {line}" for line in _errors(output)]
    used = sorted(template.used)
    regions = len(template.regions)
    words = vocabulary(result, inputs)
    room = room_for_assets(template, words)
    more = " and more" if room >= MOST_ASSETS else ""
    filled = say(
        f"OK: {len(template.sheets)} sheets, {len(used)} names, {regions} regions of rows, "
        f"room for {room} assets{more}; filled for {client.id}"
    )
    return [filled, *wrong, *map(translated, remarks(template))], not wrong


def room_for_assets(template: Template, words: dict) -> int:
    """The most assets of one client that fit, found by trying."""
    fits, too_many = 1, MOST_ASSETS + 1
    while too_many - fits > 1:
        count = (fits + too_many) // 2
        try:
            Output(Filled(template, _with_assets(words, count)))
        except FitError:
            too_many = count
        else:
            fits = count
    return fits


def _with_assets(words: dict, count: int) -> dict:
    """The client's values as of so many assets: hers again and again, each with half of its variance its own."""
    n = len(words["asset_names"])
    places, group = [k % n for k in range(count)], {k for k, row in declared().items() if row["group"] == "assets"}
    columns = {k: [v[i] for i in places] for k, v in words.items() if isinstance(v, list) and k in group | PER_ASSET}
    shares = {k: [x * n / count for x in columns[k]] for k in ("w_now", "w_target", "w_after") if k in columns}
    tables = {k: [[words[k][i][j] for j in places] for i in places] for k in ("cov_assets", "corr_assets")}
    for i, row in enumerate(tables["cov_assets"]):
        own = row[i]
        tables["cov_assets"][i] = [cell if k == i else 0.5 * cell for k, cell in enumerate(row)]
        tables["cov_assets"][i][i] = own
    return {**words, **columns, **shares, **tables, "n_assets": float(count)}
