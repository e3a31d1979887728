"""Writes an ONNX graph node by node.

It knows onnx's helpers, and no model. The caller decides names and order, so that the file has the same bytes
on every machine.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET = 20  # the first version that has Gelu
IR_VERSION = 9  # the version that belongs to opset 20
FUSED = "com.microsoft"  # onnxruntime's own operators


class Graph:
    """A graph under construction, in which each value has a name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add an array under a new name, and return the name."""
        if name in self._constants:
            raise ValueError(f"two constants are named {name}")
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def scalar(self, value: float, dtype: type[np.generic]) -> str:
        """Return the name of a scalar; equal scalars of one type are stored once."""
        name = f"{np.dtype(dtype).name}:{value!r}"
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.array(value, dtype=dtype), name)
        return name

    def node(
        self, operator: str, inputs: list[str], name: str, *, domain: str = "", **attributes: float | str
    ) -> str:
        """Add a node whose only output has the node's name; an empty name stands for an absent input."""
        while inputs and not inputs[-1]:
            inputs = inputs[:-1]
        self._nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def fused(self, operator: str, inputs: list[str], name: str, **attributes: float | str) -> str:
        """Add a node with one of onnxruntime's own operators."""
        return self.node(operator, inputs, name, domain=FUSED, **attributes)

    def model(
        self, inputs: dict[str, list[str | int]], outputs: dict[str, list[str | int]]
    ) -> onnx.ModelProto:
        """Return the finished model; `inputs` (int64) and `outputs` (float32) map names to shapes."""
        graph = helper.make_graph(
            self._nodes,
            "nutgraf",
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.INT64, shape)
                for name, shape in inputs.items()
            ],
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            list(self._constants.values()),
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)]
        return helper.make_model(graph, producer_name="nutgraf", opset_imports=opsets, ir_version=IR_VERSION)
