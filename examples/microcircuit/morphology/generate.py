#!/usr/bin/python3
"""Writes PYR.swc, PVBC.swc and OLM.swc next to this file.

    python3 generate.py            write the three files
    python3 generate.py --check    compare them with what would be written

Each cell is drawn around its own soma centre with +z towards stratum
lacunosum-moleculare.  Every section is straight, of constant diameter and in
one layer.  The trees are simplified drawings of their cell types, not
reconstructions.

SWC columns: id type x y z radius parent layer.  Ids are dense and start at 0.
The layer column is the index of the layer table below.  To keep sections
apart when the point tree is contracted into sections:

* the soma is two points, and the second one follows the root directly;
* children of soma(0) hang on the root, children of soma(1) on the second
  point, all others on the end point of their parent;
* the first point of a child repeats the coordinates it is attached to, with
  the child's own radius and type.

Points are written in depth-first order, so section numbers follow the file.
"""

import math
import pathlib
import sys
from typing import Iterator, NamedTuple

LAYERS = {"SO": 5, "SP": 6, "SR": 8, "SLM": 9}
SOMA, AXON, BASAL, APICAL, AIS = 1, 2, 3, 4, 7


class Section(NamedTuple):
    """One unbranched cable; lengths in um, azimuth in degrees."""

    name: str
    swc_type: int
    parent: str  # "" for the soma
    parent_end: int  # attached at parent(0) or parent(1)
    length: float
    diameter: float
    layer: str
    azimuth: float
    dz: float  # of the end point, relative to the first point


CELLS: dict[str, tuple[tuple[float, float, float], list[Section]]] = {
    # population: (first point of the soma, sections, parents first)
    "PYR": (
        (0.0, 0.0, -8.0),
        [
            Section("soma", SOMA, "", 0, 16, 16, "SP", 0, 16),
            Section("b0", BASAL, "soma", 0, 20, 1.6, "SP", 0, -14),
            Section("b00", BASAL, "b0", 1, 90, 1.1, "SO", -40, -30),
            Section("b01", BASAL, "b0", 1, 90, 1.1, "SO", 40, -30),
            Section("b1", BASAL, "soma", 0, 20, 1.6, "SP", 180, -14),
            Section("b10", BASAL, "b1", 1, 90, 1.1, "SO", 140, -30),
            Section("b11", BASAL, "b1", 1, 90, 1.1, "SO", 220, -30),
            Section("b2", BASAL, "soma", 0, 80, 1.2, "SP", 90, -12),
            Section("b3", BASAL, "soma", 0, 80, 1.2, "SP", 270, -12),
            Section("t0", APICAL, "soma", 1, 14.5, 3, "SP", 0, 14.5),
            Section("t1", APICAL, "t0", 1, 10, 2.8, "SR", 0, 10),
            Section("t2", APICAL, "t1", 1, 10, 2.6, "SR", 0, 10),
            Section("t3", APICAL, "t2", 1, 10, 2.4, "SR", 0, 10),
            Section("t4", APICAL, "t3", 1, 10, 2.2, "SR", 0, 10),
            Section("t5", APICAL, "t4", 1, 10, 2, "SR", 0, 10),
            Section("o00", APICAL, "t0", 1, 70, 1, "SR", 36, 8),
            Section("o01", APICAL, "t0", 1, 70, 1, "SR", 216, 8),
            Section("o10", APICAL, "t1", 1, 70, 1, "SR", 108, 8),
            Section("o11", APICAL, "t1", 1, 70, 1, "SR", 288, 8),
            Section("o20", APICAL, "t2", 1, 70, 1, "SR", 180, 8),
            Section("o21", APICAL, "t2", 1, 70, 1, "SR", 0, 8),
            Section("o30", APICAL, "t3", 1, 70, 1, "SR", 252, 8),
            Section("o31", APICAL, "t3", 1, 70, 1, "SR", 72, 8),
            Section("o40", APICAL, "t4", 1, 70, 1, "SR", 324, 4),
            Section("o41", APICAL, "t4", 1, 70, 1, "SR", 144, 4),
            Section("u0", APICAL, "t5", 1, 35, 1.2, "SLM", 0, 12),
            Section("u00", APICAL, "u0", 1, 35, 1, "SLM", -45, 14),
            Section("u000", APICAL, "u00", 1, 35, 0.8, "SLM", -70, 18),
            Section("u001", APICAL, "u00", 1, 35, 0.8, "SLM", -20, 18),
            Section("u01", APICAL, "u0", 1, 35, 1, "SLM", 45, 14),
            Section("u010", APICAL, "u01", 1, 35, 0.8, "SLM", 20, 18),
            Section("u011", APICAL, "u01", 1, 35, 0.8, "SLM", 70, 18),
            Section("u1", APICAL, "t5", 1, 35, 1.2, "SLM", 180, 12),
            Section("u10", APICAL, "u1", 1, 35, 1, "SLM", 135, 14),
            Section("u100", APICAL, "u10", 1, 35, 0.8, "SLM", 110, 18),
            Section("u101", APICAL, "u10", 1, 35, 0.8, "SLM", 160, 18),
            Section("u11", APICAL, "u1", 1, 35, 1, "SLM", 225, 14),
            Section("u110", APICAL, "u11", 1, 35, 0.8, "SLM", 200, 18),
            Section("u111", APICAL, "u11", 1, 35, 0.8, "SLM", 250, 18),
            Section("ais", AIS, "soma", 0, 30, 1.2, "SP", 45, -14),
            Section("axon", AXON, "ais", 1, 100, 0.8, "SO", 45, -40),
        ],
    ),
    "PVBC": (
        (0.0, 0.0, -8.0),
        [
            Section("soma", SOMA, "", 0, 16, 16, "SP", 0, 16),
            Section("b0", BASAL, "soma", 0, 40, 2.2, "SP", 0, -15),
            Section("b00", BASAL, "b0", 1, 170, 1.5, "SO", -40, -20),
            Section("b01", BASAL, "b0", 1, 170, 1.5, "SO", 40, -20),
            Section("a0", APICAL, "soma", 1, 40, 2.2, "SP", 180, 15),
            Section("a00", APICAL, "a0", 1, 170, 1.5, "SR", 140, 50),
            Section("a01", APICAL, "a0", 1, 170, 1.5, "SR", 220, 50),
            Section("ais", AIS, "soma", 0, 20, 1.2, "SP", 90, 0),
            Section("axon", AXON, "ais", 1, 100, 0.9, "SP", 90, 0),
        ],
    ),
    "OLM": (
        (-10.0, 0.0, 0.0),
        [
            Section("soma", SOMA, "", 0, 20, 10, "SO", 0, 0),
            Section("b0", BASAL, "soma", 0, 120, 1.4, "SO", 160, -4),
            Section("b1", BASAL, "soma", 0, 120, 1.4, "SO", 200, -4),
            Section("b2", BASAL, "soma", 1, 120, 1.4, "SO", -20, -4),
            Section("b3", BASAL, "soma", 1, 120, 1.4, "SO", 20, -4),
            Section("ais", AIS, "soma", 0, 20, 1, "SO", 90, 5),
            Section("axon", AXON, "ais", 1, 100, 0.7, "SO", 90, 40),
        ],
    ),
}


class Point(NamedTuple):
    swc_type: int
    xyz: tuple[float, float, float]
    radius: float
    parent: int  # row index, -1 for the root
    layer: int


def end_of(section: Section, start: tuple[float, float, float]):
    """End point of a section that starts at `start`."""
    if abs(section.dz) > section.length:
        raise ValueError(f"section {section.name}: |dz| exceeds its length")
    in_plane = math.sqrt(section.length**2 - section.dz**2)
    angle = math.radians(section.azimuth)
    return (
        start[0] + in_plane * math.cos(angle),
        start[1] + in_plane * math.sin(angle),
        start[2] + section.dz,
    )


def points_of(population: str) -> list[Point]:
    """The point tree of a population, depth first."""
    origin, sections = CELLS[population]
    points: list[Point] = []

    def add(section: Section, start, parent: int) -> None:
        layer = LAYERS[section.layer]
        radius = section.diameter / 2
        first = len(points)
        points.append(Point(section.swc_type, start, radius, parent, layer))
        end = end_of(section, start)
        points.append(Point(section.swc_type, end, radius, first, layer))
        for at_end in (1, 0):  # the subtree of the second soma point first
            for child in sections:
                if child.parent == section.name and child.parent_end == at_end:
                    row = first + at_end
                    add(child, points[row].xyz, row)

    add(sections[0], origin, -1)
    return points


def lines_of(population: str) -> Iterator[str]:
    yield f"# {population}: {len(CELLS[population][1])} sections, written by generate.py"
    yield "# id type x y z radius parent layer"
    for row, point in enumerate(points_of(population)):
        # Adding 0.0 turns -0.0 into 0.0.
        x, y, z = (round(value, 6) + 0.0 for value in point.xyz)
        yield (
            f"{row} {point.swc_type} {x:.6f} {y:.6f} {z:.6f} "
            f"{point.radius:g} {point.parent} {point.layer}"
        )


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(__file__).resolve().parent
    stale = 0
    for population in CELLS:
        path = folder / f"{population}.swc"
        text = "\n".join(lines_of(population)) + "\n"
        if not arguments:
            path.write_text(text, encoding="ascii")
        elif not path.exists() or path.read_text(encoding="ascii") != text:
            print(f"{path}: differs from what generate.py writes", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
