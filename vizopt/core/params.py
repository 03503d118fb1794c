"""Params: the named tensors of one flat parameter vector, as views and as a matrix a layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from vizopt.core.arrays import Matrix, Vector
from vizopt.core.conventions import Convention, tensors_of
from vizopt.core.tensors import Role, Shape, Tensor

DOWN: tuple[Role, ...] = ("weight", "scale", "bias", "other")  # of a grid's rows, from the top


class Grid(NamedTuple):
    """The matrix that a layer is.

    Args:
        tensors: from the top row down.
        rows, columns: of all of them.
        inputs: rows of the weights alone, without biases; 0 where there are none.
        where: in the flat vector, if the matrix lies there as it is.
    """

    tensors: tuple[Tensor, ...]
    rows: int
    columns: int
    inputs: int
    where: slice | None


@dataclass(frozen=True)
class ParamLayout:
    """Where each named tensor lies in the flat vector, in order, and which make up a layer.

    A layer is one matrix: its weights [inputs, outputs] with its biases [outputs] as the last row.

    Args:
        tensors: in the order of the vector.

    Raises (when built):
        ValueError: two tensors of one name, or a layer that is no matrix.
    """

    tensors: tuple[Tensor, ...]

    def __post_init__(self) -> None:
        if len({tensor.name for tensor in self.tensors}) < len(self.tensors):
            raise ValueError("two arrays of one name")
        columns: dict[str, int] = {}
        for tensor in self.tensors:
            wide = tensor.grid[1]
            if columns.setdefault(tensor.layer, wide) != wide:
                raise ValueError(
                    f"{tensor.name[:60]} {list(tensor.shape)}: has {wide} columns, not "
                    f"{columns[tensor.layer]} as the rest of {tensor.layer[:60]}: "
                    "give it a layer of its own"
                )

    @classmethod
    def of(
        cls,
        shapes: Mapping[str, Shape],
        convention: Convention = "book",
        modules: Mapping[str, str] | None = None,
    ) -> "ParamLayout":
        """The layout of arrays as a framework names and shapes them; see `tensors_of`."""
        return cls(tensors_of(shapes, convention, modules or {}))

    @cached_property
    def size(self) -> int:
        """Number of parameters, P."""
        return sum(tensor.size for tensor in self.tensors)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The tensors' shapes by name, in order."""
        return {tensor.name: tensor.shape for tensor in self.tensors}

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, in order."""
        return tuple(self._grids)

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each tensor lies in the flat vector."""
        ends = accumulate((tensor.size for tensor in self.tensors), initial=0)
        return {
            tensor.name: slice(*pair)
            for tensor, pair in zip(self.tensors, pairwise(ends), strict=True)
        }

    def views(self, params: Vector) -> dict[str, Vector]:
        """Each tensor by its name, as a view of params [..., P]."""
        where = self.slices
        return {
            tensor.name: params[..., where[tensor.name]].reshape(
                (*params.shape[:-1], *tensor.shape)
            )
            for tensor in self.tensors
        }

    def weights(self, params: Vector) -> dict[str, Vector]:
        """The weights alone, by name, as views of params [..., P]."""
        views = self.views(params)
        return {t.name: views[t.name] for t in self.tensors if t.role == "weight"}

    def grid(self, layer: str) -> Grid:
        """What a layer's matrix is made of."""
        return self._grids[layer]

    def matrix(self, layer: str, params: Vector) -> Matrix:
        """One layer of params [..., P] as [..., rows, columns], biases as the last row.

        It is a view where the layer lies in the vector as it stands here, as the book's do.
        """
        grid, ahead = self._grids[layer], params.shape[:-1]
        if grid.where is not None:
            return params[..., grid.where].reshape(*ahead, grid.rows, grid.columns)
        parts = [
            tensor.matrix(params[..., self.slices[tensor.name]].reshape((*ahead, *tensor.shape)))
            for tensor in grid.tensors
        ]
        return np.concatenate(parts, axis=-2) if len(parts) > 1 else parts[0]

    def weights_of(self, layer: str, params: Vector) -> Matrix:
        """The weights [..., inputs, outputs] of one layer, without its biases; all of one that
        has no weights, as of a norm."""
        matrix = self.matrix(layer, params)
        return matrix[..., : self._grids[layer].inputs or None, :]

    def matrices(self, params: Vector) -> list[Matrix]:
        """Every layer of params [P], in order."""
        if self._in_place:
            return [params[where].reshape(-1, columns) for where, columns in self._in_place]
        return [self.matrix(layer, params) for layer in self.layers]

    @cached_property
    def _in_place(self) -> list[tuple[slice, int]]:
        """Where each layer lies and its columns, if all are views; training asks every step."""
        found = [(grid.where, grid.columns) for grid in self._grids.values() if grid.where]
        return found if len(found) == len(self._grids) else []

    @cached_property
    def _grids(self) -> dict[str, Grid]:
        """By layer, in order."""
        members: dict[str, list[Tensor]] = {}
        for tensor in self.tensors:
            members.setdefault(tensor.layer, []).append(tensor)
        grids = {}
        for layer, found in members.items():
            tensors = tuple(sorted(found, key=lambda tensor: DOWN.index(tensor.role)))
            parts = [self.slices[tensor.name] for tensor in tensors]
            together = all(a.stop == b.start for a, b in pairwise(parts))
            plain = together and all(tensor.is_row_major for tensor in tensors)
            where = slice(parts[0].start, parts[-1].stop) if plain else None
            rows = [tensor.grid[0] for tensor in tensors]
            inputs = sum(n for n, t in zip(rows, tensors, strict=True) if t.role == "weight")
            grids[layer] = Grid(tensors, sum(rows), tensors[0].grid[1], inputs, where)
        return grids
