"""Enter a core function in the catalogue, once, for every host: all is read from the function itself."""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np

from xlalloc import frames
from xlalloc.alignment import align, flattened, record_units
from xlalloc.errors import AllocError, InputError, Label
from xlalloc.explanation import recording
from xlalloc.quantity import Quantity, has_blank
from xlalloc.table import Table as Table

CATALOGUE: dict[str, "Function"] = {}
REQUIRED = inspect.Parameter.empty
_BARE = frozenset({np.ndarray, float, int, str, list, tuple, bool, range})  # what holds no labels
DAY = np.dtype("datetime64[D]")
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
            days = dates.astype(DAY, copy=False)
            if self._goes_together(given, days):
                try:
                    return self.compute(given, {**known, "dates": days})
                except AllocError:
                    pass  # told with its dates by the other path
        return frames.call(self, given, known)

    def _goes_together(self, given: dict[str, Any], dates: np.ndarray) -> bool:
        """Rising dates of complete arrays, and one number to give: there is nothing to match, join or leave out."""
        if self.result.kind != "number" or recording():
            return False
        if np.count_nonzero(dates[1:] > dates[:-1]) < len(dates) - 1:  # quicker than all()
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
        flat = align(arrays, checked)
        if recording():
            record_units(arrays, checked)
        answer = self.function(**arrays)
        return flattened(answer) if flat and self.result.kind != "matrix" else answer


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


def find(name: str) -> Function:
    """A catalogue entry by its name; an unknown one names those that are near."""
    entry = CATALOGUE.get(name.strip().lstrip("=").partition("(")[0].upper())
    if entry is None:
        raise InputError(f"There is no function {name!r}.{near(name)} `xlalloc list` shows them all.")
    return entry
