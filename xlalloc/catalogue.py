"""Enter a core function in the catalogue, once, for every host: all is read from the function itself."""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np

from xlalloc import frames
from xlalloc.errors import AllocError, InputError, Label, NotAvailableError
from xlalloc.explanation import record, recording
from xlalloc.quantity import Quantity, has_blank, inside, sum_and_minimum, within
from xlalloc.table import Table as Table

CATALOGUE: dict[str, "Function"] = {}
REQUIRED = inspect.Parameter.empty
_BARE = frozenset({np.ndarray, float, int, str, list, tuple, bool, range})  # what holds no labels
FIELDS = ("Formula", "Errors", "Peers", "Source")  # paragraphs of a docstring that begin with such a word


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a worksheet function."""

    name: str
    quantity: Quantity
    default: Any = REQUIRED
    variadic: bool = False

    @property
    def optional(self) -> bool:
        return self.default is not REQUIRED or self.variadic

    @property
    def help(self) -> str:
        """One line: what it is, its unit, its options, its default."""
        return self.described()

    def described(self, say: Callable[[str], str] = str) -> str:
        """The line of help; ``say`` translates its parts."""
        q, words = self.quantity, say(self.quantity.help)
        if q.unit:
            words += say(" ({})").format(say(q.unit))
        if q.options:
            words += say(" – {}").format(", ".join(q.options))
        if self.variadic:
            return words + say("; as many as the function takes")
        if q.unit_to is not None:
            words += say("; at most {}").format("100%" if q.unit_to <= 1 else f"{q.unit_to:.0%}")
        if self.optional:
            words += say("; optional") if self.default is None else say("; default {}").format(_plain(self.default))
        return words


def _plain(default) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


@dataclass(frozen=True, slots=True)
class Function:
    """A catalogue entry: everything a host needs to offer the function."""

    function: Callable
    arguments: tuple[Argument, ...]
    result: Quantity
    example: str
    value: list[list]
    wants: dict[str, Quantity]  # what a host knows besides the arguments: dates, asset_names

    @property
    def public(self) -> Callable:
        """The function as Python users call it, with the docstring and signature of the core function."""
        return getattr(sys.modules[self.function.__module__], self.function.__name__)

    @property
    def name(self) -> str:
        return self.function.__name__.upper()

    @property
    def category(self) -> str:
        return sys.modules[self.function.__module__].__name__.rpartition(".")[2]

    @property
    def _paragraphs(self) -> list[str]:
        return [" ".join(p.split()) for p in (inspect.getdoc(self.function) or "").split("\n\n")]

    @property
    def summary(self) -> str:
        return self._paragraphs[0]

    @property
    def definition(self) -> list[str]:
        """The paragraphs of the docstring that are no field."""
        return [p for p in self._paragraphs[1:] if p.partition(": ")[0] not in FIELDS]

    def _field(self, name: str) -> str:
        lead = name + ": "
        return " ".join(p.removeprefix(lead) for p in self._paragraphs if p.startswith(lead))

    @property
    def formula(self) -> str:
        return self._field("Formula")

    @property
    def source(self) -> str:
        return self._field("Source")

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Its own errors beyond those of its arguments: the code, and where it comes."""
        items = [item.partition(" where ") for item in self._field("Errors").rstrip(".").split("; ")]
        return [(code, words) for code, _, words in items if words]

    @property
    def peers(self) -> list[str]:
        """What it is called elsewhere; empty where nothing else has it."""
        names = self._field("Peers").rstrip(".")
        return [] if names == "none" else names.split("; ")

    @property
    def signature(self) -> str:
        words = [("[%s]" if a.optional else "%s") % (a.name + ("…" if a.variadic else "")) for a in self.arguments]
        return f"{self.name}({', '.join(words)})"

    def too_many(self, given: int) -> InputError:
        return InputError(f"{self.name}: {given} arguments were given, {len(self.arguments)} at most. {self.signature}")

    def __call__(self, *args, **kwargs):
        """Run the function on what a Python user gives; the same kind comes out as went in."""
        if self.arguments and self.arguments[-1].variadic:
            return self.function(*args, **kwargs)
        given, known = self.bind(args, kwargs)
        if not _BARE.issuperset(map(type, given.values())):
            return frames.call(self, given, known)
        if (dates := known.get("dates")) is None:
            return self.compute(given, known)
        if type(dates) is np.ndarray and dates.dtype.kind == "M" and dates.ndim == 1 and len(dates) > 1:
            days = dates.astype("datetime64[D]", copy=False)
            if self._goes_together(given, days):
                try:
                    return self.compute(given, {**known, "dates": days})
                except AllocError:
                    pass  # told with its dates by the other path
        return frames.call(self, given, known)

    def _goes_together(self, given: dict[str, Any], dates: np.ndarray) -> bool:
        """Rising dates of complete arrays, and one number to give: there is nothing to match, join or leave out."""
        if self.result.kind != "number" or recording() or not (dates[1:] > dates[:-1]).all():
            return False
        for argument in self.arguments:
            if argument.name == "periods":  # follow from the dates
                return False
            q, value = argument.quantity, given.get(argument.name)
            if q.kind in ("panel", "labels") and value is not None:
                if type(value) is not np.ndarray or value.dtype != float or value.shape != dates.shape:
                    return False
                if not q.gaps and has_blank(value):
                    return False
        return True

    def bind(self, args, kwargs) -> tuple[dict[str, Any], dict[str, Any]]:
        """The arguments given, by name; what is known besides them."""
        if len(args) > len(self.arguments):
            raise self.too_many(len(args))
        given: dict[str, Any] = {}
        for k, argument in enumerate(self.arguments):
            name = argument.name
            value = args[k] if k < len(args) else kwargs.pop(name, None) if kwargs else None
            if value is not None:
                given[name] = value
            elif argument.default is REQUIRED:
                raise InputError(f"{name}: missing. {self.signature}")
        known: dict[str, Any] = {}
        if kwargs:
            for name in ("dates", *self.wants):
                if (value := kwargs.pop(name, None)) is not None:
                    known[name] = value
        if kwargs:
            wrong = next(iter(kwargs))
            what = f"{wrong} is given twice" if wrong in given else f"no argument is called {wrong}"
            raise InputError(f"{self.name}: {what}. {self.signature}")
        return given, known

    def compute(self, given: dict[str, Any], known: dict[str, Any]):
        """Check the arguments by their quantities and run the function: every caller's path."""
        arrays: dict[str, Any] = {}
        checked: dict[str, Quantity] = {}
        for argument in self.arguments:
            name = argument.name
            if name in given:
                q = argument.quantity
                arrays[name] = q.array(name, given[name])
                checked[name] = q
            else:
                arrays[name] = known.get(name, argument.default)  # periods, where the dates tell them
        for name, q in self.wants.items() if known else ():
            if name in known:
                arrays[name] = known[name]
                if q.kind == "texts":
                    checked[name] = q
        flat = _meet(arrays, checked)
        if recording():
            _record_units(arrays, checked)
        answer = self.function(**arrays)
        return _flattened(answer) if flat and self.result.kind != "matrix" else answer


def _record_units(given: dict[str, Any], checked: dict[str, Quantity]) -> None:
    """A number not far below the limit of its unit is told as a percentage."""
    for name, q in checked.items():
        if q.unit_to is not None and (most := float(np.max(given[name]))) >= 0.5 * q.unit_to:
            record(f"unit of {name}", f"{most:.6g} is taken as {most * 100:.6g}%")


def _meet(given: dict[str, Any], checked: dict[str, Quantity]) -> bool:
    """Sizes agree on every axis, incomplete rows are gone from all panels: checked together, in ``given``.

    True where every panel was one-dimensional, so that the result is to be one-dimensional too.
    """
    sizes: dict[str, tuple[int, str]] = {}
    timed: list[str] = []
    flat = None
    for name, q in checked.items():
        array = given[name]
        if q.kind == "panel":
            if len(q.axes) == 2:
                flat = array.ndim == 1 and not q.single and flat is not False
                if array.ndim == 1:
                    array = given[name] = array.reshape((1, -1) if q.single else (-1, 1))
            timed.append(name)
        elif q.kind == "labels":
            timed.append(name)
        if q.axes and len(checked) > 1 and type(array) is not float:
            _same_sizes(sizes, q, name, array)
    if timed:
        _drop_incomplete_rows(given, checked, timed)
    return bool(flat)


def _same_sizes(sizes: dict, q: Quantity, name: str, array) -> None:
    shape = array.shape if isinstance(array, np.ndarray) else (len(array),)
    for axis, size in zip(q.axes, shape, strict=False):
        if size == 1 and q.scalar:  # one row or column stands for all
            continue
        other = sizes.setdefault(axis, (size, name))
        if other[0] != size:
            what = "rows" if axis == "time" else axis
            many = what.removesuffix("s") if size == 1 else what
            raise InputError(f"{name}: {size} {many}, but {other[1]} has {other[0]}. Give both the same {what}.")


def _drop_incomplete_rows(given: dict[str, Any], checked: dict[str, Quantity], timed: list[str]) -> None:
    keep, unsure = None, []  # unsure: panels that one look did not show to be within their limits
    for name in timed:
        q, array = checked[name], given[name]
        if q.gaps:
            total, lowest = sum_and_minimum(array[array == array], q.limited)
            if not (total < np.inf and not q.upwards and inside(q, lowest, 0.0)):
                within(q, name, np.where(np.isnan(array), 0.0, array))
            continue
        if isinstance(array, np.ndarray) and array.dtype.kind == "M":
            missing = np.isnat(array)
        elif q.kind == "labels":
            missing = np.array([cell is None or cell != cell or cell == "" for cell in array])
        else:
            total, lowest = sum_and_minimum(array, q.limited)
            if not (total < np.inf and not q.upwards and inside(q, lowest, 0.0)):
                unsure.append(name)
            if total == total:
                continue
            missing = np.isnan(array)
            missing = missing if missing.ndim == 1 else missing.any(axis=1)
        if missing.any():
            keep = ~missing if keep is None else keep & ~missing
    rows = len(given[timed[0]]) if keep is None else int(keep.sum())
    if rows < (1 if all(checked[name].single for name in timed) else 2):
        raise NotAvailableError(f"{timed[0]}: {rows} complete rows are left; at least two are needed.")
    if keep is not None:
        record("rows left out", f"{len(keep) - rows} with a blank or #N/A")
        for name in timed:
            value = given[name]
            given[name] = (
                value[keep] if isinstance(value, np.ndarray) else [v for v, k in zip(value, keep, strict=True) if k]
            )
    for name in timed:
        for check in checked[name].checks:
            check(checked[name], name, given[name])
    for name in unsure:
        within(checked[name], name, given[name])


def _flattened(answer):
    """The answer for a single series: a number in place of one number per column."""
    if isinstance(answer, np.ndarray) and answer.ndim and answer.shape[-1] == 1:
        return answer[:, 0] if answer.ndim > 1 else answer.item()
    return answer


def _quantity(hint) -> Quantity:
    if get_origin(hint) in (Union, type(int | None)):
        hint = next(h for h in get_args(hint) if h is not type(None))
    if get_origin(hint) is Annotated:
        return next(m for m in hint.__metadata__ if isinstance(m, Quantity))
    raise TypeError(f"{hint} is no quantity; name one in xlalloc.quantities")


def worksheet_function(example: str, value: list[list]):
    """Enter a function: ``example`` is a formula of constants that any host can run, ``value`` the cells it gives."""

    def register(function: Callable) -> Callable:
        quantities = {name: _quantity(hint) for name, hint in function.__annotations__.items()}
        code, defaults = function.__code__, function.__defaults__ or ()  # inspect.signature takes ten times as long
        named = code.co_varnames[: code.co_argcount]
        given = (REQUIRED,) * (len(named) - len(defaults)) + defaults
        arguments = [Argument(name, quantities[name], value) for name, value in zip(named, given, strict=True)]
        only = code.co_argcount + code.co_kwonlyargcount
        if code.co_flags & inspect.CO_VARARGS:
            arguments.append(Argument(code.co_varnames[only], quantities[code.co_varnames[only]], variadic=True))
        wants = {name: quantities[name] for name in code.co_varnames[code.co_argcount : only]}
        entry = Function(function, tuple(arguments), quantities["return"], example, value, wants)
        CATALOGUE[entry.name] = entry

        call = entry.__call__

        @functools.wraps(function)
        def public(*args, **kwargs):
            return call(*args, **kwargs)

        return public

    return register


def labels(axis: str, count: int) -> list[Label]:
    """The labels of an axis, for the first column or the header of a table."""
    return [Label(axis, i) for i in range(count)]


def near(name: str) -> str:
    """A question that names the functions whose names are like this one."""
    import difflib

    found = difflib.get_close_matches(name.upper(), CATALOGUE, n=3, cutoff=0.5)
    return f" Did you mean {', '.join(found)}?" if found else ""
