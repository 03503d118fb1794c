"""Layout: named views of one flat parameter vector, no copies."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod

from vizopt.core.arrays import Matrix, Vector


@dataclass(frozen=True)
class Layout:
    """Where each named array lies in the flat vector, in order.

    A name is `layer.array`; the arrays of one layer lie together, so that a layer is one matrix:
    its weights [inputs, outputs] with its biases [outputs] as the last row.

    Args:
        shapes: name → shape.
    """

    shapes: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def of(cls, shapes: Mapping[str, tuple[int, ...]]) -> "Layout":
        return cls(tuple((name, tuple(shape)) for name, shape in shapes.items()))

    @cached_property
    def size(self) -> int:
        """Number of parameters, P."""
        return sum(prod(shape) for _, shape in self.shapes)

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers' names, in order."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name, _ in self.shapes))

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each array lies in the flat vector."""
        stops = list(accumulate(prod(shape) for _, shape in self.shapes))
        starts = [0, *stops[:-1]]
        return {
            name: slice(start, stop)
            for (name, _), start, stop in zip(self.shapes, starts, stops, strict=True)
        }

    def views(self, params: Vector) -> dict[str, Vector]:
        """Each array by its name, as a view of params [..., P]."""
        where = self.slices
        return {
            name: params[..., where[name]].reshape(*params.shape[:-1], *shape)
            for name, shape in self.shapes
        }

    def matrix(self, layer: str, params: Vector) -> Matrix:
        """One layer of params [..., P] as a view [..., rows, columns], biases as the last row."""
        where, columns = self._matrices[layer]
        return params[..., where].reshape(*params.shape[:-1], -1, columns)

    def matrices(self, params: Vector) -> list[Matrix]:
        """Every layer of params [P], in order."""
        return [params[where].reshape(-1, columns) for where, columns in self._matrices.values()]

    @cached_property
    def _matrices(self) -> dict[str, tuple[slice, int]]:
        """Of each layer, where it lies and its number of columns."""
        found = {}
        for layer in self.layers:
            parts = [item for name, item in self.slices.items() if name.partition(".")[0] == layer]
            columns = [shape[-1] for name, shape in self.shapes if name.partition(".")[0] == layer]
            found[layer] = slice(parts[0].start, parts[-1].stop), columns[0]
        return found
