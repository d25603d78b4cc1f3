"""SWC files and their contraction into unbranched sections, as NeuroH5 does it.

A section follows the only child while the SWC type stays the same.  Branch
points and type changes end it; every child then opens a section, except that
the first child of a section of one point continues that section.  A leaf of
one point is given its parent's point first.  Layers do not split sections.
"""

import pathlib
from typing import NamedTuple

import numpy as np


class Tree(NamedTuple):
    xyz: np.ndarray  # [points, 3] um, float32
    radius: np.ndarray  # [points] um, float32
    layer: np.ndarray  # [points] int8, -1 if the file has no layer column
    swc_type: np.ndarray  # [points] int8
    nodes: dict[int, np.ndarray]  # section -> point ids
    src: np.ndarray  # [edges] parent section
    dst: np.ndarray  # [edges] child section
    loc: np.ndarray  # [edges] index in the parent's point list

    def arguments(self) -> tuple:
        """Constructor arguments 2 to 11 of a MiV hoc template."""
        x, y, z = (np.ascontiguousarray(self.xyz[:, axis]) for axis in range(3))
        return (
            self.nodes, self.layer, self.src, self.dst, self.loc,
            x, y, z, self.radius, self.swc_type,
        )  # fmt: skip


def read(path: pathlib.Path) -> Tree:
    rows = [line.split() for line in path.read_text().splitlines() if line[:1].isdigit()]
    if [int(row[0]) for row in rows] != list(range(len(rows))):
        raise ValueError(f"{path}: ids must be 0, 1, 2, ... in file order")
    swc_type = np.array([row[1] for row in rows], dtype=np.int8)
    xyz = np.array([row[2:5] for row in rows], dtype=np.float32)
    radius = np.array([row[5] for row in rows], dtype=np.float32)
    parent = [int(row[6]) for row in rows]
    layer = np.array([row[7] if len(row) > 7 else -1 for row in rows], dtype=np.int8)
    return Tree(xyz, radius, layer, swc_type, *contract(parent, swc_type))


def contract(parent: list[int], swc_type: np.ndarray):
    """(nodes, src, dst, loc) of a point tree whose root is point 0."""
    children: list[list[int]] = [[] for _ in parent]
    for point, above in enumerate(parent):
        if above >= 0:
            children[above].append(point)

    sections: list[list[int]] = [[]]
    edges: list[tuple[int, int]] = []

    def follow(point: int, section: int) -> None:
        """Appends the path from `point` to `section`, then opens its children."""
        points = sections[section]
        points.append(point)
        while len(children[point]) == 1 and swc_type[children[point][0]] == swc_type[point]:
            point = children[point][0]
            points.append(point)
        for child in children[point]:
            if len(points) == 1:
                follow(child, section)
                continue
            sections.append([])
            edges.append((section, len(sections) - 1))
            follow(child, len(sections) - 1)

    follow(0, 0)
    src, dst, loc = [], [], []
    for above, below in sorted(edges):
        first = sections[below][0]
        at = first if first in sections[above] else parent[first]
        src.append(above)
        dst.append(below)
        loc.append(sections[above].index(at))
        if len(sections[below]) == 1:
            sections[below].insert(0, parent[first])
    nodes = {index: np.array(points, dtype=np.uint16) for index, points in enumerate(sections)}
    return nodes, *(np.array(column, dtype=np.uint16) for column in (src, dst, loc))
