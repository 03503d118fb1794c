"""Tensors: one named array of the flat parameter vector, and the matrix that it is drawn as."""

from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from vizopt.core.arrays import Matrix, Vector
from vizopt.core.numbers import count

Role: TypeAlias = Literal["weight", "scale", "bias", "other"]
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One named array of the flat parameter vector, as its owner names and shapes it.

    Its matrix [inputs, outputs] has the axes of the outputs as columns and all others as rows, in
    their order: a convolution of torch [out, in, kh, kw] is [in · kh · kw, out].

    Args:
        name: `dense1.weights`, `encoder.0.weight`, `conv2d/kernel`.
        shape: of the array.
        layer: what stands together in one grid.
        role: a "weight" multiplies inputs, a "scale" what comes out, a "bias" is added to it.
        axis_in: which axis are the inputs; none where no axis is, as of a bias or an embedding.
        axes_out: which axes are the outputs; all of them where the array is one row.

    Raises (when built):
        ValueError: an axis that the shape does not have.
    """

    name: str
    shape: Shape
    layer: str
    role: Role
    axis_in: int | None
    axes_out: tuple[int, ...]

    def __post_init__(self) -> None:
        axes = range(len(self.shape))
        known = self.axis_in is None or self.axis_in in axes
        if not known or not set(self.axes_out) <= set(axes) or self._repeats():
            raise ValueError(
                f"{self.name[:60]} {list(self.shape)}: has no matrix: inputs along axis "
                f"{self.axis_in} and outputs along {list(self.axes_out)} are no axes of it"
            )

    @property
    def size(self) -> int:
        """Number of parameters."""
        return prod(self.shape)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of its matrix."""
        columns = prod(self.shape[axis] for axis in self.axes_out)
        return prod(self.shape[axis] for axis in self._axes_down), columns

    @property
    def is_row_major(self) -> bool:
        """Whether its matrix lies in memory as the array does."""
        return self._order == tuple(range(len(self.shape)))

    @property
    def words(self) -> str:
        """Its shape in its owner's terms: `3×3 · 8 → 16`, `4 → 2`; `1,000 × 64` without inputs."""
        if self.axis_in is None:
            return " × ".join(map(count, self.shape))
        kernel = [count(self.shape[axis]) for axis in self._axes_down if axis != self.axis_in]
        ends = f"{count(self.shape[self.axis_in])} → {count(self.grid[1])}"
        return f"{'×'.join(kernel)} · {ends}" if kernel else ends

    def matrix(self, array: Vector) -> Matrix:
        """The array [..., *shape] as [..., rows, columns]: a view where memory allows one."""
        ahead = array.ndim - len(self.shape)
        order = (*range(ahead), *(ahead + axis for axis in self._order))
        return array.transpose(order).reshape(*array.shape[:ahead], *self.grid)

    def array(self, matrix: Matrix) -> Vector:
        """The array [*shape] of a matrix [rows, columns]: the way back."""
        turned = matrix.reshape([self.shape[axis] for axis in self._order])
        return turned.transpose(sorted(range(turned.ndim), key=self._order.__getitem__))

    @property
    def _axes_down(self) -> tuple[int, ...]:
        return tuple(axis for axis in range(len(self.shape)) if axis not in self.axes_out)

    @property
    def _order(self) -> tuple[int, ...]:
        return *self._axes_down, *self.axes_out

    def _repeats(self) -> bool:
        return len(set(self.axes_out)) < len(self.axes_out)
