"""The forms a matrix product can take: float32, and three ways of int8.

The shipped one is `Static`: 8-bit activations on scales fixed at export, so that a text's result depends on
that text alone and no operator searches for extremes at run time. `PerTensor` (one scale a batch, found at
run time) and `PerRow` (a scale for every 128 numbers of a row) are what it was measured against;
`benchmarks/forms.py` does it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nutgraf.models.export.bert import EPSILON, Array
from nutgraf.models.export.graph import Graph

_LEVELS = 127  # symmetric: -127..127


def rows_to_int8(matrix: Array) -> tuple[NDArray[np.int8], Array]:
    """Quantise each row on its own scale: return int8 (rows, columns) and float32 scales (rows)."""
    scales = np.abs(matrix).max(axis=1) / _LEVELS
    scales[scales == 0] = 1
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales.astype(np.float32)


class Plain:
    """Everything in float32."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Look words up in a float32 table."""
        return graph.node("Gather", [graph.constant(f"{name}.table", rows), "ids"], name)

    def norm(self, graph: Graph, name: str, value: str, gamma: Array, beta: Array) -> tuple[str, str]:
        """Normalise; `linear` takes the same value."""
        inputs = [value, graph.constant(f"{name}.gamma", gamma), graph.constant(f"{name}.beta", beta)]
        result = graph.node("LayerNormalization", inputs, name, epsilon=EPSILON)
        return result, result

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Multiply and add in float32."""
        product = graph.node("MatMul", [value, graph.constant(f"{name}.weight", weight.T)], f"{name}.product")
        return graph.node("Add", [product, graph.constant(f"{name}.bias", bias)], name)

    def inner(self, graph: Graph, name: str, value: str) -> str:  # noqa: ARG002 - one shape for all forms
        """Leave the value as it is."""
        return value

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:  # noqa: ARG002 - as above
        """Leave the projection as it is."""
        return weight, bias


class PerTensor(Plain):
    """int8 weights; activations quantised at run time on one scale for the whole batch."""

    def table(self, graph: Graph, name: str, rows: Array) -> str:
        """Look words up in an int8 table with a scale for each word."""
        table, scales = rows_to_int8(rows)
        codes = graph.node("Gather", [graph.constant(f"{name}.table", table), "ids"], f"{name}.codes")
        scale = graph.node(
            "Gather", [graph.constant(f"{name}.scales", scales[:, None]), "ids"], f"{name}.scale"
        )
        return graph.node("Mul", [graph.node("Cast", [codes], f"{name}.cast", to=1), scale], name)

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Quantise, multiply and scale in one operator."""
        codes, scales = rows_to_int8(weight)
        constants = [graph.constant(f"{name}.weight", codes.T), graph.constant(f"{name}.scales", scales)]
        inputs = [value, *constants, "", graph.constant(f"{name}.bias", bias)]
        return graph.fused("DynamicQuantizeMatMul", inputs, name)


class PerRow(PerTensor):
    """int8 weights in blocks of 128; each row's activations quantised at run time in the same blocks."""

    block = 128

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Quantise block by block inside onnxruntime's MatMulNBits."""
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
    """The lowest and highest value of each channel of one activation, float32 (channels)."""

    low: Array
    high: Array


@dataclass(frozen=True, slots=True)
class _Code:
    """How a value was quantised: middle + stretch * step * (code - zero).

    `rare` are the channels that were left out, and stay in float32.
    """

    middle: Array
    stretch: Array
    step: float
    zero: int
    rare: NDArray[np.int64]


class Static(PerTensor):
    """int8 weights; uint8 activations on fixed scales, evened out over channels.

    After a layer normalisation and after attention, each channel is shifted to the middle of its range and
    divided by its width, and the next matrix takes the factor in: the migration of SmoothQuant (Xiao et al.
    2022, arXiv 2211.10438), free at run time because the normalisation's own gain and bias, or the value
    projection's, carry it. After GELU nothing can carry it; there a few channels are up to twenty times as
    wide as the rest (one of them fires on [CLS] and [SEP]), and those are multiplied in float32, as in
    LLM.int8() (Dettmers et al. 2022, arXiv 2208.07339).
    """

    def __init__(self, ranges: Mapping[str, Range], *, rare: int = 32) -> None:
        """Keep the measured ranges by value name; `rare` counts the channels kept in float32 after GELU."""
        self._codes = {
            name: _rare_code(found, rare) if name.endswith(".active") else _even_code(found)
            for name, found in ranges.items()
        }

    def norm(self, graph: Graph, name: str, value: str, gamma: Array, beta: Array) -> tuple[str, str]:
        """Normalise twice, once for the residual stream and once evened out, and quantise the latter."""
        stream, _ = super().norm(graph, name, value, gamma, beta)
        if name not in self._codes:  # the last one: no matrix follows
            return stream, stream
        code = self._codes[name]
        even = gamma / code.stretch, (beta - code.middle) / code.stretch
        result, _ = super().norm(graph, f"{name}.even", value, *even)
        return stream, self.inner(graph, name, result)

    def values(self, name: str, weight: Array, bias: Array) -> tuple[Array, Array]:
        """Even the projection out: attention's weights add up to 1, so shifts and factors pass through."""
        code = self._codes[name]
        return weight / code.stretch[:, None], (bias - code.middle) / code.stretch

    def inner(self, graph: Graph, name: str, value: str) -> str:
        """Quantise to uint8, with the rare channels beside it in float32."""
        code = self._codes[name]
        if code.rare.size:
            graph.node(
                "Gather", [value, graph.constant(f"{name}.channels", code.rare)], f"{name}.rare", axis=2
            )
        inputs = [value, graph.constant(f"{name}.step", np.array(code.step, dtype=np.float32))]
        inputs.append(graph.scalar(code.zero, np.uint8))
        return graph.node("QuantizeLinear", inputs, f"{name}.codes")

    def linear(self, graph: Graph, name: str, value: str, weight: Array, bias: Array) -> str:
        """Multiply codes and scale the sums; the shift's product is known here and joins the bias."""
        source = value.removesuffix(".codes")
        code = self._codes[source]
        common = weight * code.stretch
        common[:, code.rare] = 0
        codes, scales = rows_to_int8(common)
        inputs = [value, graph.constant(f"{name}.weight", codes.T), f"{source}.step"]
        inputs += [graph.constant(f"{name}.scales", scales), graph.scalar(code.zero, np.uint8), ""]
        # in float64, so that the sum's order, which is the machine's, does not show in the file
        shift = weight.astype(np.float64) @ code.middle.astype(np.float64)
        inputs.append(graph.constant(f"{name}.bias", (bias + shift).astype(np.float32)))
        if not code.rare.size:
            return graph.fused("MatMulIntegerToFloat", inputs, name)
        product = graph.fused("MatMulIntegerToFloat", inputs, f"{name}.common")
        columns = graph.constant(f"{name}.columns", weight[:, code.rare].T)
        return graph.node(
            "Add", [product, graph.node("MatMul", [f"{source}.rare", columns], f"{name}.rare")], name
        )


def _even_code(found: Range) -> _Code:
    """Shift and stretch every channel; one step for all."""
    width = np.maximum((found.high - found.low) / 2, 1e-6)
    stretch = (width / width.max()).astype(np.float32)
    middle = ((found.high + found.low) / 2).astype(np.float32)
    step = float(width.max()) / _LEVELS
    return _Code(middle, stretch, step, 128, np.array([], dtype=np.int64))


def _rare_code(found: Range, count: int) -> _Code:
    """Set the `count` widest channels apart; one step and zero for the rest."""
    order = np.argsort(-found.high, kind="stable")
    rest = order[count:]
    low, high = float(found.low[rest].min()), float(found.high[rest].max())
    step = (high - low) / 255
    none, one = np.zeros_like(found.high), np.ones_like(found.high)
    return _Code(none, one, step, round(-low / step), np.sort(order[:count]))
