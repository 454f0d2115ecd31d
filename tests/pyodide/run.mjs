// node run.mjs PYODIDE PACKAGE.zip CALLS.json ANSWERS.json: the calls, answered by the package in Pyodide.
import fs from "fs";
import path from "path";
import { pathToFileURL } from "url";

const [folder, zip, calls, answers] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(folder, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: folder + "/" });
await python.loadPackage(["numpy", "scipy"], { messageCallback: () => {} });
const bytes = fs.readFileSync(zip);
python.unpackArchive(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), "zip");
python.globals.set("calls", fs.readFileSync(calls, "utf8"));
const answer = await python.runPythonAsync(`
import json, sys, time
started = time.perf_counter()
from xlalloc import cells, errors
from xlalloc.values import to_number
imported = time.perf_counter() - started
import datetime as dt

def plain(cell):
    if isinstance(cell, str):
        return str(cell)
    return cell if cell is None or isinstance(cell, bool) else float(to_number(cell))

rows = [[[plain(c) for c in row] for row in cells.call(name, given)] for name, given in json.loads(calls)]
unused = [n for n in ("pandas", "openpyxl", "click", "rich", "xlwings") if n in sys.modules]
json.dumps({"rows": rows, "import": imported, "platform": sys.platform, "unused": unused, "numpy": sys.modules["numpy"].__version__})
`);
fs.writeFileSync(answers, answer);
