"""A template of ours in a firm's colour and with its logo."""

import re
import struct
import zipfile
import zlib

import openpyxl
import pytest
import report_data as rd

from xlalloc.errors import InputError
from xlalloc.reports import make_template, run
from xlalloc.reports.brand import EMPTY, logo, size, with_brand
from xlalloc.reports.firm import Firm
from xlalloc.reports.firm_templates import opened
from xlalloc.reports.report_template import write_report
from xlalloc.templates.look import ACCENT


def png(width: int, height: int) -> bytes:
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """Its markers, as far as its size."""
    return b"\xff\xd8\xff\xe0\x00\x04\x00\x00\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + bytes(20)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("brand") / "firm.xlsx"
    write_report(path)
    return path


def parts(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sizes_of_pictures():
    assert size(png(240, 60)) == (240, 60) and size(jpeg(300, 100)) == (300, 100) and size(EMPTY) == (1, 1)


def test_the_firms_colour_takes_the_place_of_ours(template):
    made = with_brand(parts(template), colour="8A1538")
    assert ACCENT.encode() in parts(template)["xl/styles.xml"]
    assert not any(ACCENT.encode() in data for name, data in made.items() if name.endswith(".xml"))
    assert b"8A1538" in made["xl/styles.xml"] and any(
        b"8A1538" in data for name, data in made.items() if "chart" in name
    )


@pytest.mark.parametrize("picture,name", [(png(100, 100), "xl/media/logo.png"), (jpeg(200, 100), "xl/media/logo.jpeg")])
def test_the_firms_logo_keeps_its_proportions(template, picture, name):
    made = with_brand(parts(template), picture)
    assert made[name] == picture
    drawing = next(
        data for key, data in made.items() if key.startswith("xl/drawings/drawing") and b'name="Logo"' in data
    )
    width = 400_000 * size(picture)[0] // size(picture)[1]
    assert f'<xdr:ext cx="{width}" cy="400000"/>'.encode() in drawing
    assert any(name.rpartition("/")[2].encode() in data for key, data in made.items() if key.endswith(".rels"))


def test_a_firm_without_a_logo_does_not_print_the_invented_one(template):
    assert with_brand(parts(template))["xl/media/logo.png"] == EMPTY


def test_a_logo_that_somebody_put_there_stays(template):
    own = parts(template) | {"xl/media/logo.png": png(3, 3)}
    assert with_brand(own, png(100, 100), "8A1538", "Lakeside") == own


def test_the_firms_footer_takes_the_place_of_ours(template):
    """Its signs are signs, and it is no longer than a footer may be; page numbers stay."""
    made = with_brand(parts(template), footer="Lakeside & <Co> " + "x" * 200)
    sheets = [data.decode() for name, data in made.items() if name.startswith("xl/worksheets/sheet")]
    feet = [foot for data in sheets for foot in re.findall("<oddFooter>(.*?)</oddFooter>", data)]
    assert len(feet) == 11 and all("Lakeside &amp;&amp; &lt;Co&gt; xxx" in foot for foot in feet)
    assert all(foot.endswith("&amp;P / &amp;N") and len(foot) < 200 and "promise" not in foot for foot in feet)
    assert not any("Lakeside" in data.decode("utf-8", "ignore") for data in with_brand(parts(template)).values())


@pytest.mark.parametrize("rows", [[["logo", "lake.png"], ["colour", "#8A1538"]], []])
def test_reports_of_our_template_carry_the_firms_logo(template, tmp_path, rows):
    sheets = rd.example()
    sheets["firm"] = [["key", "value"], *rows]
    (tmp_path / "lake.png").write_bytes(png(100, 50))
    done = run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", template=template)
    assert done.written == 5
    made = parts(tmp_path / "out" / "K001.xlsx")
    pictures = [data for name, data in made.items() if name.startswith("xl/media/")]
    assert pictures == [png(100, 50) if rows else EMPTY] and logo() not in pictures
    assert (ACCENT.encode() in made["xl/styles.xml"]) is not bool(rows)
    assert openpyxl.load_workbook(tmp_path / "out" / "K001.xlsx").sheetnames


def test_one_clients_workbook_has_the_footer_of_her_language(template, tmp_path):
    sheets = rd.example()
    sheets["firm"] = [["key", "value", "language"], ["footer", "Lakeside Ltd", "en"], ["footer", "湖畔公司", "zh"]]
    source = rd.write_book(tmp_path / "in.xlsx", sheets)
    for id_, own, other in (("K004", "Lakeside Ltd", "湖畔公司"), ("K002", "湖畔公司", "Lakeside Ltd")):
        make_template.write(None, f"{source}:{id_}", template, tmp_path / f"{id_}.xlsx", None)
        feet = "".join(
            data.decode() for name, data in parts(tmp_path / f"{id_}.xlsx").items() if "worksheets/sheet" in name
        )
        assert own in feet and other not in feet


def test_a_template_with_a_damaged_picture_is_refused(template, tmp_path):
    whole = template.read_bytes()
    with zipfile.ZipFile(template) as archive:
        at = archive.getinfo("xl/media/logo.png").header_offset + 30 + len("xl/media/logo.png")
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
    with pytest.raises(InputError, match="Save it again"):
        opened(path, Firm(), "en")
