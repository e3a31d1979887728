"""The forms that a matrix product can take: float32, and three kinds of int8.

`Static` is shipped. Its activations have 8 bits on scales that the export fixes, so that a text's result
depends on that text only, and no operator searches for extremes at run time. `PerTensor` has one scale for
each batch, and `PerRow` one for every 128 numbers of a row; both are computed at run time.
`benchmarks/forms.py` compares them: docs/log.md, 2026-11-21, "the form of the models".
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.export.graph import Graph
from nutgraf.models.export.transformer import Array, Norm

_LEVELS = 127  # codes are symmetric: -127 to 127


def rows_to_int8(matrix: Array) -> tuple[NDArray[np.int8], Array]:
    """Quantise each row on its own scale; return codes, int8 (rows, columns), and scales, float32 (rows,)."""
    scales = np.abs(matrix).max(axis=1) / _LEVELS
    scales[scales == 0] = 1
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


class Plain:
    """Keeps everything in float32."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Add a table of float32."""
        return graph.node("Gather", [graph.constant(f"{name}.table", rows), "ids"], name)

    def norm(self, graph: Graph, name: str, value: str, norm: Norm) -> tuple[str, str]:
        """Add the normalisation; `linear` takes the same value."""
        gamma, beta = graph.constant(f"{name}.gamma", norm.gamma), graph.constant(f"{name}.beta", norm.beta)
        result = graph.node("LayerNormalization", [value, gamma, beta], name, epsilon=norm.epsilon)
        return result, result

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add a product and a sum in float32."""
        product = graph.node("MatMul", [value, graph.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return graph.node("Add", [product, graph.constant(f"{name}.bias", bias)], name)

    def inner(self, graph: Graph, name: str, value: str) -> str:  # noqa: ARG002 - one shape for all forms
        """Return the value unchanged."""
        return value

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:  # noqa: ARG002 - as above
        """Return the projection unchanged."""
        return weight, bias


class PerTensor(Plain):
    """Keeps weights in int8; activations are quantised at run time on one scale for the whole batch."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Add a table of int8 with a scale for each word."""
        table, scales = rows_to_int8(rows)
        codes = graph.node("Gather", [graph.constant(f"{name}.table", table), "ids"], f"{name}.codes")
        scale = graph.node(
            "Gather", [graph.constant(f"{name}.scales", scales[:, None]), "ids"], f"{name}.scale"
        )
        return graph.node("Mul", [graph.node("Cast", [codes], f"{name}.cast", to=1), scale], name)

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add one operator that quantises, multiplies and scales."""
        codes, scales = rows_to_int8(weight)
        constants = [graph.constant(f"{name}.weight", codes.T), graph.constant(f"{name}.scales", scales)]
        inputs = [value, *constants, "", graph.constant(f"{name}.bias", bias)]
        return graph.fused("DynamicQuantizeMatMul", inputs, name)


class PerRow(PerTensor):
    """Keeps weights in int8 by blocks; activations are quantised at run time by row, in the same blocks."""

    block = 128  # numbers with one scale; not compared with other sizes

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add onnxruntime's MatMulNBits, which quantises block by block."""
        out, inner = weight.shape
        codes, scales = rows_to_int8(weight.reshape(-1, self.block))
        shape = (out, inner // self.block)
        unsigned = (codes.astype(np.int16) + 128).astype(np.uint8).reshape(*shape, self.block)
        inputs = [value, graph.constant(f"{name}.weight", unsigned)]
        inputs += [graph.constant(f"{name}.scales", scales.reshape(shape)), "", ""]
        inputs.append(graph.constant(f"{name}.bias", bias))
        sizes = {"K": inner, "N": out, "bits": 8, "block_size": self.block}
        return graph.fused("MatMulNBits", inputs, name, accuracy_level=4, **sizes)


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest value of each channel of one activation, both float32 (channels,)."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class _Code:
    """How a value is quantised: it is middle + stretch * step * (code - zero).

    `rare` holds the numbers of the channels that are not quantised, but stay in float32.
    """

    middle: Array
    stretch: Array
    step: float
    zero: int
    rare: NDArray[np.int64]


class Static(PerTensor):
    """Keeps weights in int8 and activations in uint8 on fixed scales that are even over the channels.

    After a layer normalisation and after attention, each channel is shifted to the middle of its range and
    divided by its width, and the next matrix is multiplied by that width: the migration of SmoothQuant (Xiao
    et al. 2022, arXiv 2211.10438). It costs nothing at run time, because the gain and bias of the
    normalisation, or the value projection, include shift and division. GELU is followed by nothing that could
    include them. There, a few channels are up to twenty times as wide as the others (one is large on [CLS]
    and [SEP]). These are multiplied in float32, as in LLM.int8() (Dettmers et al. 2022, arXiv 2208.07339).
    """

    def __init__(self, ranges: Mapping[str, Range], *, rare: int = 32) -> None:
        """Take the measured ranges by value name; `rare` channels stay in float32 after each GELU.

        Its default is one of the settings chosen for docs/log.md, 2026-11-21, "the form of the models".
        """
        self._codes = {
            name: _rare_code(limits, rare) if name.endswith(".active") else _even_code(limits)
            for name, limits in ranges.items()
        }

    def norm(self, graph: Graph, name: str, value: str, norm: Norm) -> tuple[str, str]:
        """Add two normalisations: one for the residual stream, and an even one, which is quantised."""
        stream, _ = super().norm(graph, name, value, norm)
        if name not in self._codes:  # it is the last normalisation: no matrix follows
            return stream, stream
        code = self._codes[name]
        even = Norm(norm.gamma / code.stretch, (norm.beta - code.middle) / code.stretch, norm.epsilon)
        result, _ = super().norm(graph, f"{name}.even", value, even)
        return stream, self.inner(graph, name, result)

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Return an even projection; attention's weights add up to 1, so they keep shift and division."""
        code = self._codes[name]
        return weight / code.stretch[:, None], (bias - code.middle) / code.stretch

    def inner(self, graph: Graph, name: str, value: str) -> str:
        """Add the quantisation to uint8, and the rare channels in float32."""
        code = self._codes[name]
        if code.rare.size:
            graph.node(
                "Gather", [value, graph.constant(f"{name}.channels", code.rare)], f"{name}.rare", axis=2
            )
        inputs = [value, graph.constant(f"{name}.step", np.array(code.step, dtype=np.float32))]
        inputs.append(graph.scalar(code.zero, np.uint8))
        return graph.node("QuantizeLinear", inputs, f"{name}.codes")

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Add the product of codes, scaled; the product of the shift is known here and joins the bias."""
        source = value.removesuffix(".codes")
        code = self._codes[source]
        common = weight * code.stretch
        common[:, code.rare] = 0
        codes, scales = rows_to_int8(common)
        inputs = [value, graph.constant(f"{name}.weight", codes.T), f"{source}.step"]
        inputs += [graph.constant(f"{name}.scales", scales), graph.scalar(code.zero, np.uint8), ""]
        # float64, so that the order of the sum, which depends on the machine, does not change the file
        shift = weight.astype(np.float64) @ code.middle.astype(np.float64)
        inputs.append(graph.constant(f"{name}.bias", (bias + shift).astype(np.float32)))
        if not code.rare.size:
            return graph.fused("MatMulIntegerToFloat", inputs, name)
        product = graph.fused("MatMulIntegerToFloat", inputs, f"{name}.common")
        columns = graph.constant(f"{name}.columns", weight[:, code.rare].T)
        return graph.node(
            "Add", [product, graph.node("MatMul", [f"{source}.rare", columns], f"{name}.rare")], name
        )


def _even_code(limits: Range) -> _Code:
    """Return a code that shifts and stretches every channel, with one step for all."""
    width = np.maximum((limits.high - limits.low) / 2, 1e-6)
    stretch = (width / width.max()).astype(np.float32)
    middle = ((limits.high + limits.low) / 2).astype(np.float32)
    step = float(width.max()) / _LEVELS
    return _Code(middle, stretch, step, 128, np.array([], dtype=np.int64))


def _rare_code(limits: Range, count: int) -> _Code:
    """Return a code that leaves out the `count` widest channels, with one step and zero for the others."""
    order = np.argsort(-limits.high, kind="stable")
    rest = order[count:]
    low, high = float(limits.low[rest].min()), float(limits.high[rest].max())
    step = (high - low) / 255
    shift, stretch = np.zeros_like(limits.high), np.ones_like(limits.high)
    return _Code(shift, stretch, step, round(-low / step), np.sort(order[:count]))
