"""Conventions: what the book, PyTorch and Keras mean by the names and shapes of their arrays.

A name is `module.array`, in Keras `module/array`; the last of these separates. Of each array its
role and its axes are told, then which arrays of a module stand together as one layer.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from vizopt.core.tensors import Role, Shape, Tensor

Convention: TypeAlias = Literal["book", "torch", "keras"]

STATISTICS = {"running_mean", "running_var", "num_batches_tracked"}
STATISTICS |= {"moving_mean", "moving_variance"}
WEIGHT = re.compile(r"weights?(_|$)|.+_weights?$|original1?$|kernel$|.+_kernel$", re.IGNORECASE)
SCALE = re.compile(r"gamma$|scale$|weight_g$|original0$", re.IGNORECASE)
BIAS = re.compile(r"bias(es)?(_|$)|.+_bias(es)?$|beta$", re.IGNORECASE)
B = re.compile(r"b(_.*|\d*|[a-z]{1,2})$")  # b1, b_q, bq: where it is no matrix
SIGN = re.compile(r"(^|_)(weights?|kernel|bias(es)?)(?=_|$)|^[wb](?=_|\d*$|[a-z]{1,2}$)", re.I)
NORM = re.compile(r"Norm(\dd)?$")  # a class
EMBEDDING = re.compile(r"(?<![a-z])emb|Emb|\bw[tp]e\b")  # wte, wpe: those of GPT-2
MOST_AXES = 5  # of a convolution in three dimensions


def tensors_of(
    shapes: Mapping[str, Shape], convention: Convention, modules: Mapping[str, str]
) -> tuple[Tensor, ...]:
    """The arrays with their roles, axes and layers.

    A module with one matrix is a layer with its bias below, one with a scale and a bias is a layer
    of two rows. Of a module with several matrices each is a layer of its own under its whole name;
    a bias joins the one whose outputs it fits, by its name where it fits more. What is left is a
    layer alone. A matrix of torch's own modules is [outputs, inputs]; one by any other name, as of
    a parameter `W_q`, is taken as [inputs, outputs]. One whose bias fits its inputs and not its
    outputs lies the other way: a transposed convolution, or an owner with a way of his own. A
    square one lies as the matrices whose biases tell it; where none does as its convention says.

    Args:
        shapes: name → shape, in the order of the flat vector.
        convention: whose names and axes they are.
        modules: class of the module of an array, where it is known: `{"up": "ConvTranspose2d"}`.
            It tells what names and shapes do not: embeddings, and transposed convolutions without a
            bias. Without it a module's own name has to.

    Raises:
        ValueError: a shape that has no matrix; a statistic that is no parameter.
    """
    members: dict[str, dict[str, Shape]] = {}
    for name, shape in shapes.items():
        members.setdefault(_module(name, convention), {})[name] = tuple(shape)
    known: dict[str, list[Tensor]] = {}
    for module, arrays in members.items():
        kind = modules.get(module, _own(module))
        biases = {shape for name, shape in arrays.items() if BIAS.match(_own(name))}
        known[module] = [
            _tensor(name, shape, module, convention, kind, biases) for name, shape in arrays.items()
        ]
    found: dict[str, Tensor] = {}
    for module, tensors in _all_turned(known).items():
        found |= {tensor.name: tensor for tensor in _layered(module, tensors)}
    return tuple(found[name] for name in shapes)


def _module(name: str, convention: Convention) -> str:
    """What is in front of the last separator; nothing where there is none.

    torch has a weight that it works out, as with weight_norm, one floor below its module.
    """
    separator = "/" if convention == "keras" and "/" in name else "."
    return name.rpartition(separator)[0].partition(".parametrizations.")[0]


def _own(name: str) -> str:
    return re.split(r"[./]", name)[-1]


def _tensor(
    name: str, shape: Shape, module: str, convention: Convention, kind: str, biases: set[Shape]
) -> Tensor:
    """One array of a module that has biases of these shapes, for now in the module's layer."""
    own = _own(name)
    if own in STATISTICS:
        raise ValueError(f"{name[:60]}: is a statistic that no step moves: leave it out")
    norm = convention == "torch" and (shape in biases or bool(NORM.search(kind)))
    role = _role(own, shape, norm=norm)
    if role != "weight":
        return Tensor(name, shape, module, role, None, tuple(range(len(shape))))
    embeds = len(shape) == 2 and not biases and EMBEDDING.search(f"{kind} {own}")
    axes = None if embeds else _axes(own, shape, convention, kind, biases)
    if axes is None and sum(side > 1 for side in shape) > 2 and not embeds:
        raise ValueError(
            f"{name[:60]} {list(shape)}: has no matrix [inputs, outputs]: leave it out, or "
            "reshape it to two axes"
        )
    axis_in, axes_out = axes or (None, (len(shape) - 1,))
    return Tensor(name, shape, module, role, axis_in, axes_out)


def _role(own: str, shape: Shape, *, norm: bool) -> Role:
    flat = sum(side > 1 for side in shape) < 2
    if BIAS.match(own) or (flat and B.match(own)):
        return "bias"
    if SCALE.match(own) or (WEIGHT.match(own) and (len(shape) < 2 or norm)):
        return "scale"
    if len(shape) < 2 or (flat and len(shape) > 2 and not WEIGHT.match(own)):
        return "other"  # a class token [1, 1, d] is a row
    return "weight"


def _axes(
    own: str, shape: Shape, convention: Convention, kind: str, biases: set[Shape]
) -> tuple[int | None, tuple[int, ...]] | None:
    """Axis of the inputs, axes of the outputs; none where they cannot be told."""
    axes, named = len(shape), WEIGHT.match(own)
    transposed = "transpose" in kind.lower() and axes > 2
    if named and convention == "torch" and axes <= MOST_AXES:
        return (0, (1,)) if transposed else (None if kind == "Bilinear" else 1, (0,))
    if axes == 2:
        return 0, (1,)
    if not named or convention != "keras" or axes > MOST_AXES:
        return None
    if transposed:
        return axes - 1, (axes - 2,)
    if own == "depthwise_kernel" or "depthwise" in kind.lower():
        return axes - 2, (axes - 2, axes - 1)
    if kind == "attention_output":  # [heads, size, outputs]
        return None, (axes - 1,)
    for first in range(1, axes - 1):  # of attention: [inputs, heads, size], bias [heads, size]
        if shape[first:] in biases:
            return first - 1, tuple(range(first, axes))
    return axes - 2, (axes - 1,)


def _all_turned(known: Mapping[str, list[Tensor]]) -> dict[str, list[Tensor]]:
    """The tensors of each module, turned where a bias tells it; a square matrix goes by the others
    that are told, where these agree."""
    found = {module: _turned(tensors) for module, tensors in known.items()}
    ways = {
        tensor != before
        for module, tensors in found.items()
        if any(tensor.role == "bias" for tensor in tensors)
        for before, tensor in zip(known[module], tensors, strict=True)
        if tensor.role == "weight" and len({*tensor.shape}) == len(tensor.shape) == 2
    }
    if ways != {True}:
        return found
    return {
        module: [_flipped(each) if _is_square(each) else each for each in tensors]
        for module, tensors in found.items()
    }


def _is_square(tensor: Tensor) -> bool:
    """Whether it is a matrix that may lie either way."""
    sides = {*tensor.shape}
    return (
        tensor.role == "weight"
        and tensor.axis_in is not None
        and len(tensor.shape) == 2 > len(sides)
    )


def _flipped(tensor: Tensor) -> Tensor:
    """Its inputs are its outputs."""
    assert tensor.axis_in is not None
    return replace(tensor, axis_in=tensor.axes_out[0], axes_out=(tensor.axis_in,))


def _turned(tensors: list[Tensor]) -> list[Tensor]:
    """The tensors of a module, those turned whose bias fits their inputs and not their outputs."""
    biases = [tensor for tensor in tensors if tensor.role == "bias"]
    matrices = [tensor for tensor in tensors if tensor.role == "weight"]
    by_name: dict[str, list[Tensor]] = {}
    for bias in biases:
        by_name.setdefault(_stem(bias), []).append(bias)

    def turned(tensor: Tensor) -> Tensor:
        own = biases if len(matrices) == 1 else by_name.get(_stem(tensor), [])
        if tensor.role != "weight" or tensor.axis_in is None or len(own) != 1:
            return tensor
        inputs, outputs = tensor.shape[tensor.axis_in], _outputs(own[0])
        if tensor.grid[1] in outputs or inputs not in outputs or len(tensor.axes_out) > 1:
            return tensor
        return _flipped(tensor)

    return [turned(tensor) for tensor in tensors]


def _layered(module: str, tensors: list[Tensor]) -> Iterator[Tensor]:
    """The tensors of a module in their layers."""
    matrices = [tensor for tensor in tensors if tensor.role == "weight"]
    whole = module if module and len(matrices) == 1 else ""
    homes = _homes(matrices, [tensor for tensor in tensors if tensor.role == "bias"])
    roles = sorted(tensor.role for tensor in tensors)
    pair = roles == ["bias", "scale"] and len({tensor.size for tensor in tensors}) == 1
    first = next((tensor.name for tensor in tensors if tensor.role == "scale"), "")
    for tensor in tensors:
        if tensor.role == "weight":
            yield replace(tensor, layer=whole or tensor.name)
        elif tensor.name in homes:
            home = homes[tensor.name]
            rows = tensor.size > home.grid[1]  # of several rows, as the two biases of Keras' GRU
            axes_out = (len(tensor.shape) - 1,) if rows else tensor.axes_out
            yield replace(tensor, layer=whole or home.name, axes_out=axes_out)
        elif pair:
            yield replace(tensor, layer=module or first)
        else:
            alone = len(tensors) == 1 and module
            yield replace(tensor, layer=module if alone else tensor.name)


def _homes(matrices: list[Tensor], biases: list[Tensor]) -> dict[str, Tensor]:
    """By the biases' names, the matrix that each belongs to, where that is one."""
    by_name: dict[tuple[str, int], list[Tensor]] = {}
    by_outputs: dict[int, list[Tensor]] = {}
    for matrix in matrices:
        by_name.setdefault((_stem(matrix), matrix.grid[1]), []).append(matrix)
        by_outputs.setdefault(matrix.grid[1], []).append(matrix)
    rivals = Counter(outputs for bias in biases for outputs in _outputs(bias))
    named = Counter((_stem(bias), outputs) for bias in biases for outputs in _outputs(bias))
    homes: dict[str, Tensor] = {}
    for bias in biases:
        for outputs in _outputs(bias):
            place = _stem(bias), outputs
            same, fit = by_name.get(place, []), by_outputs.get(outputs, [])
            if len(same) == 1 and named[place] == 1:
                homes.setdefault(bias.name, same[0])
            elif not same and len(fit) == 1 and rivals[outputs] == 1:
                homes.setdefault(bias.name, fit[0])
    return homes


def _outputs(bias: Tensor) -> set[int]:
    """How many outputs a bias may be for: as one row or column, or as several rows."""
    return {bias.size, *(side for side in bias.shape[-1:] if side > 1)}


def _stem(tensor: Tensor) -> str:
    """What a matrix and its bias have in common: `ih_l0` of `weight_ih_l0`, `q` of `W_q`."""
    return SIGN.sub("", _own(tensor.name)).strip("_").lower()
