"""Templates for tests, part by part as Excel writes them: what each test is about stands in it in plain words."""

import io
import zipfile
from pathlib import Path

import openpyxl

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml."
VOCABULARY = {"client_name": "value", "goal_amount": "value", "as_of": "value", "asset_names": "column", "w_now": "column", "cov_assets": "table"}  # fmt: skip
DATA = {
    "client_name": "Lin",
    "goal_amount": None,
    "as_of": None,
    "asset_names": ["Gold", "Bonds", "Cash"],
    "w_now": [0.2, 0.5, 0.3],
    "cov_assets": [[0.04, 0.0, 0.0], [0.0, 0.01, 0.0], [0.0, 0.0, 0.0]],
}


def _styles() -> str:
    """Five number formats beside the plain one."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for k, code in enumerate(("0%", "0.0%", "#,##0", "yyyy-mm-dd", "0.00"), 1):
        book.active.cell(k, 1, 1).number_format = code
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        return archive.read("xl/styles.xml").decode()


STYLES = _styles()


def data(**changed) -> dict:
    return DATA | changed


def sheet(rows: str, tail: str = "", head: str = "") -> str:
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{head}<dimension ref="A1"/>'
        f'<sheetViews><sheetView workbookViewId="0"/></sheetViews><sheetData>{rows}</sheetData>{tail}</worksheet>'
    )


def spill(at: str, formula: str, saved: str = "", style: int = 0, ref: str = "") -> str:
    value = f"<v>{saved}</v>" if saved else ""
    return f'<c r="{at}" s="{style}" t="str" cm="1"><f t="array" ref="{ref or at}">{formula}</f>{value}</c>'


def relations(*found: tuple[str, str, str], external: tuple = ()) -> str:
    tags = "".join(
        f'<Relationship Id="{i}" Type="{kind if "/" in kind else f"{OFFICE}/{kind}"}" Target="{target}"/>'
        for i, kind, target in found
    )
    tags += "".join(
        f'<Relationship Id="{i}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
        for i, kind, target in external
    )
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{tags}</Relationships>'


def template(
    path: Path,
    sheets: dict[str, str],
    names: dict[str, str] | None = None,
    *,
    states: dict[str, str] | None = None,
    strings: tuple[str, ...] = (),
    book: str = "",
    properties: str = "<workbookPr/>",
    parts: dict[str, str | bytes] | None = None,
    book_relations: tuple = (),
    root_relations: tuple = (),
) -> Path:
    """A workbook: rows or whole sheets by title, names by name (or "Sheet!name" for a sheet's own)."""
    titles, found = list(sheets), dict(parts or {})
    rels = [(f"rId{k}", "worksheet", f"worksheets/sheet{k}.xml") for k in range(1, len(titles) + 1)]
    types = [("/xl/workbook.xml", CONTENT + "sheet.main+xml")]
    for k, text in enumerate(sheets.values(), 1):
        found[f"xl/worksheets/sheet{k}.xml"] = text if text.startswith("<?xml") else sheet(text)
        types.append((f"/xl/worksheets/sheet{k}.xml", CONTENT + "worksheet+xml"))
    if not any(part == "xl/styles.xml" for part in found):
        found["xl/styles.xml"] = STYLES
        rels.append(("rIdStyles", "styles", "styles.xml"))
        types.append(("/xl/styles.xml", CONTENT + "styles+xml"))
    if strings:
        items = "".join(f"<si><t>{s}</t></si>" for s in strings)
        found["xl/sharedStrings.xml"] = f'{HEAD}<sst xmlns="{MAIN}" count="9">{items}</sst>'
        rels.append(("rIdStrings", "sharedStrings", "sharedStrings.xml"))
        types.append(("/xl/sharedStrings.xml", CONTENT + "sharedStrings+xml"))
    entries = "".join(
        f'<sheet name="{title}" sheetId="{k}"{state_of(states, title)} r:id="rId{k}"/>'
        for k, title in enumerate(titles, 1)
    )
    defined = ""
    for name, text in (names or {}).items():
        scope, _, own = name.rpartition("!")
        local = f' localSheetId="{titles.index(scope)}"' if scope else ""
        defined += f'<definedName name="{own}"{local}>{text}</definedName>'
    found["xl/workbook.xml"] = (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{properties}<bookViews><workbookView/></bookViews>'
        f"<sheets>{entries}</sheets>{book}{f'<definedNames>{defined}</definedNames>' if defined else ''}"
        '<calcPr calcId="152511" calcMode="manual" fullCalcOnLoad="1"/></workbook>'
    )
    found["xl/_rels/workbook.xml.rels"] = relations(*rels, *book_relations)
    found["_rels/.rels"] = relations(("rId1", "officeDocument", "xl/workbook.xml"), *root_relations)
    kinds = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in types)
    content = (
        f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{kinds}</Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"[Content_Types].xml": content, **found}.items():
            archive.writestr(name, text)
    return path


def state_of(states: dict | None, title: str) -> str:
    return f' state="{states[title]}"' if states and title in states else ""


CHART = (
    '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:barChart><c:ser>'
    '<c:cat><c:strRef><c:f>{labels}</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>CANARY</c:v></c:pt></c:strCache>'
    '</c:strRef></c:cat><c:val><c:numRef><c:f>{values}</c:f><c:numCache><c:formatCode>0%</c:formatCode><c:ptCount val="1"/>'
    '<c:pt idx="0"><c:v>987654321</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>'
    "</c:chartSpace>"
)
DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor editAs="{moves}"><xdr:from><xdr:col>1</xdr:col>'
    "<xdr:row>{top}</xdr:row></xdr:from><xdr:to><xdr:col>4</xdr:col><xdr:row>{bottom}</xdr:row></xdr:to>"
    '<xdr:sp textlink="{link}"><xdr:nvSpPr><xdr:cNvPr id="2" name="Box 1"/></xdr:nvSpPr><xdr:txBody><a:p><a:r><a:t>CANARY</a:t></a:r>'
    "<a:r><a:t>CANARY</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
)


def drawn(
    labels="Report!$A$2:$A$9", values="Report!$B$2:$B$9", link="Report!$A$1", top=20, bottom=30, moves="oneCell"
) -> dict:
    """The parts of a drawing with a chart and a text box on the first sheet."""
    return {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("rId1", "drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": DRAWING.format(link=link, top=top, bottom=bottom, moves=moves),
        "xl/drawings/_rels/drawing1.xml.rels": relations(("rId1", "chart", "../charts/chart1.xml")),
        "xl/charts/chart1.xml": CHART.format(labels=labels, values=values),
    }
