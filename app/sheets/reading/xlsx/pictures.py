"""The pictures of an .xlsx: anchored in a sheet, of WPS (DISPIMG), and in the cells of Excel 365."""

from __future__ import annotations

from app.sheets.reading.facts import PictureAt
from app.sheets.reading.limits import Refusal
from app.sheets.reading.markup import XmlHandler, parse_xml
from app.sheets.reading.xlsx.package import Package

_ANCHORS = frozenset({"twoCellAnchor", "oneCellAnchor", "absoluteAnchor"})
_IMAGE_KEY = "LocalImageIdentifier"


def _label(attributes: dict[str, str], label: str) -> str:
    return next(
        (value for name, value in attributes.items() if name.rpartition(":")[2] == label and ":" in name), ""
    )


def anchored_pictures(package: Package, sheet: str) -> tuple[list[PictureAt], int]:
    """Return the pictures that are anchored to cells of a sheet, and the number of those that cannot be taken."""
    found: list[PictureAt] = []
    lost = 0
    for relation in package.relations(sheet).values():
        if relation.kind != "drawing" or relation.part not in package.container.paths:
            continue
        drawing = _Drawing()
        try:
            parse_xml(package.read(relation.part), drawing)
            media = package.relations(relation.part)
        except Refusal as refusal:
            if refusal.code != "damaged":
                raise
            lost += 1
            continue
        lost += drawing.lost
        places = set()
        for row, column, key in drawing.found:
            member = _member(package, media[key].part) if key in media else None
            # A cell has one picture; a second one at the same place belongs to nobody for sure.
            if member is None or (row, column) in places:
                lost += 1
            else:
                places.add((row, column))
                found.append((row, column, member))
    return found, lost


class CellPictures:
    """The pictures that stand in cells instead of a value."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._by_name: dict[str, str] | None = None
        self._by_value: dict[str, str | None] | None = None

    def of_wps(self, name: str) -> str | None:
        """Return the member that a formula DISPIMG names, or None."""
        if self._by_name is None:
            self._by_name = self._wps_pictures()
        return self._by_name.get(name)

    def of_value(self, number: str) -> tuple[bool, str | None]:
        """Return whether a cell with this ``vm`` holds a picture, and its member.

        A cell whose rich value cannot be followed is taken for a picture that is lost; an error is none.
        """
        if self._by_value is None:
            try:
                self._by_value = self._rich_pictures()
            except Refusal as refusal:
                if refusal.code != "damaged":
                    raise
                self._by_value = {}
        member = self._by_value.get(number)
        return member != "", member or None

    def _wps_pictures(self) -> dict[str, str]:
        part = self._package.named("cellimages.xml")
        if part is None:
            return {}
        images = _Drawing()
        try:
            parse_xml(self._package.read(part), images)
            media = self._package.relations(part)
        except Refusal as refusal:
            if refusal.code != "damaged":
                raise
            return {}
        named = {name: _member(self._package, media[key].part) for name, key in images.named if key in media}
        return {name: member for name, member in named.items() if member is not None}

    def _rich_pictures(self) -> dict[str, str | None]:
        """Return the member by ``vm``; "" for a value that is no picture, None for a picture that is lost."""
        parts = {
            name: self._package.named(f"{name}.xml")
            for name in ("metadata", "rdrichvalue", "rdrichvaluestructure", "richvaluerel")
        }
        read = {name: _Nested() for name in parts}
        for name, part in parts.items():
            if part is not None:
                parse_xml(self._package.read(part), read[name])
        rels = parts["richvaluerel"]
        media = self._package.relations(rels) if rels is not None else {}
        metadata, values = read["metadata"], read["rdrichvalue"].values
        structures, links = read["rdrichvaluestructure"].structures, read["richvaluerel"].links
        found: dict[str, str | None] = {}
        for number, place in enumerate(metadata.blocks, start=1):
            try:
                structure, fields = values[metadata.rich[place]]
                kind, keys = structures[structure]
                position = next((at for at, key in enumerate(keys) if key.endswith(_IMAGE_KEY)), None)
                if position is None:
                    found[str(number)] = None if "image" in kind.lower() else ""
                else:
                    found[str(number)] = _member(self._package, media[links[int(fields[position])]].part)
            except (IndexError, KeyError, ValueError):
                found[str(number)] = None
        return found


def _member(package: Package, part: str) -> str | None:
    return package.container.paths.get(part)


class _Drawing(XmlHandler):
    """The handler of a drawing, and of WPS's pictures of cells."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int, str]] = []
        self.named: list[tuple[str, str]] = []
        self.lost = 0
        self._anchor = self._name = self._key = ""
        self._place: dict[str, int] = {}
        self._in_from = self._in_picture = False
        self._text = ""

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._text = ""
        if name in _ANCHORS:
            self._anchor, self._place = name, {}
        elif name == "from":
            self._in_from = True
        elif name == "pic":
            self._in_picture, self._name, self._key = True, "", ""
        elif name == "cNvPr" and self._in_picture:
            self._name = attributes.get("name", "")
        elif name == "blip" and self._in_picture:
            self._key = _label(attributes, "embed")

    def end_element(self, name: str) -> None:
        if name == "from":
            self._in_from = False
        elif self._in_from and name in {"row", "col"}:
            text = self._text.strip()
            if text.isascii() and text.isdecimal():
                self._place[name] = int(text)
        elif name == "pic":
            self._in_picture = False
            self.named.append((self._name, self._key))
            if not self._anchor:
                return
            if self._anchor == "absoluteAnchor" or len(self._place) < 2 or not self._key:
                self.lost += 1
            else:
                self.found.append((self._place["row"], self._place["col"], self._key))

    def character_data(self, text: str) -> None:
        if self._in_from:
            self._text += text


class _Nested(XmlHandler):
    """The handler of the parts through which a cell of Excel 365 refers to its picture."""

    def __init__(self) -> None:
        self.blocks: list[int] = []
        self.rich: list[int] = []
        self.values: list[tuple[int, list[str]]] = []
        self.structures: list[tuple[str, list[str]]] = []
        self.links: list[str] = []
        self._valued = False
        self._types: list[str] = []
        self._text = ""

    def start_element(self, name: str, attributes: dict[str, str]) -> None:
        self._text = ""
        if name == "metadataType":
            self._types.append(attributes.get("name", ""))
        elif name == "valueMetadata":
            self._valued = True
        elif name == "rc" and self._valued:
            kind = _number(attributes.get("t"))
            rich = 0 < kind <= len(self._types) and self._types[kind - 1] == "XLRICHVALUE"
            self.blocks.append(_number(attributes.get("v")) if rich else 2**31)
        elif name == "rvb":
            self.rich.append(_number(attributes.get("i")))
        elif name == "rv":
            self.values.append((_number(attributes.get("s")), []))
        elif name == "s" and "t" in attributes:
            self.structures.append((attributes["t"], []))
        elif name == "k" and self.structures:
            self.structures[-1][1].append(attributes.get("n", ""))
        elif name == "rel":
            self.links.append(_label(attributes, "id"))

    def end_element(self, name: str) -> None:
        if name == "v" and self.values:
            self.values[-1][1].append(self._text)
        elif name == "valueMetadata":
            self._valued = False

    def character_data(self, text: str) -> None:
        self._text += text


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 2**31
