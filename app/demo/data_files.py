"""The demo's data files: pictures, and TOML files that are read into dataclasses.

Dataclasses declare the content of a file. A missing or unknown key, or a value of another type, is an error that names
the file and the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

FOLDER = Path(__file__).parent / "data"

T = TypeVar("T")


class BadData(ValueError):
    """Raised when a data file does not match its declaration; the message names the file and the key."""


def load(declared: type[T], name: str, *, folder: Path = FOLDER) -> T:
    """Read a TOML file.

    Args:
        declared: the dataclass of the whole file. Its fields may be texts, numbers, enums, dataclasses, tuples,
            mappings, and optional ones of these.
        name: the file's name.

    Raises:
        BadData: the file is not TOML, or does not match the declaration.
    """
    try:
        table = tomllib.loads((folder / name).read_text(encoding="utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadData(f"{name}: {error}") from None
    return cast(T, _record(declared, table, f"{name}: "))


def cover_svg(name: str) -> bytes:
    """Return the cover of a course, an SVG of 640 by 360."""
    return (FOLDER / "covers" / f"{name}.svg").read_bytes()


def emblem_svg(name: str) -> bytes:
    """Return the emblem of a school, named by its slug, or of the ``alliance``, as an SVG."""
    return (FOLDER / "emblems" / f"{name}.svg").read_bytes()


def _value(declared: Any, found: Any, place: str) -> Any:
    kind, arguments = get_origin(declared), get_args(declared)
    if kind is UnionType:
        (declared,) = (argument for argument in arguments if argument is not NoneType)
        return _value(declared, found, place)
    if kind is tuple:
        return _items(arguments, found, place)
    if kind is Mapping:
        return {
            key: _value(arguments[1], value, f"{place}.{key}")
            for key, value in _of(dict, found, place).items()
        }
    if is_dataclass(declared):
        return _record(cast(type, declared), found, f"{place}.")
    if declared is object:
        return found
    if issubclass(declared, Enum):
        try:
            return declared(found)
        except ValueError:
            raise BadData(f"{place}: {found!r} is not a {declared.__name__}") from None
    if declared is Decimal and type(found) is int:
        return Decimal(found)
    return _of(declared, found, place)


def _of(declared: type[T], found: object, place: str) -> T:
    # not isinstance, because a bool is also an int
    if type(found) is not declared:
        raise BadData(f"{place}: expected {declared.__name__}, not {found!r}")
    return found


def _items(declared: tuple[Any, ...], found: object, place: str) -> tuple[Any, ...]:
    items = _of(list, found, place)
    types = [declared[0]] * len(items) if declared[-1] is Ellipsis else declared
    if len(items) != len(types):
        raise BadData(f"{place}: expected {len(types)} items, not {len(items)}")
    return tuple(
        _value(item_type, item, f"{place}[{number}]")
        for number, (item_type, item) in enumerate(zip(types, items, strict=True))
    )


def _record(declared: type, found: object, place: str) -> Any:
    table = _of(dict, found, place.rstrip(".: "))
    types = get_type_hints(declared)
    known: dict[str, Field[Any]] = {field.name: field for field in fields(cast(Any, declared))}
    for key in table:
        if key not in known:
            raise BadData(f"{place}{key}: unknown key")
    for key, field in known.items():
        if key not in table and field.default is MISSING and field.default_factory is MISSING:
            raise BadData(f"{place}{key}: missing")
    return declared(**{key: _value(types[key], value, f"{place}{key}") for key, value in table.items()})
