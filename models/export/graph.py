"""Write an ONNX graph node by node.

Knows onnx's helpers, and no model. Names and order are ours, so the file is the same byte for byte on every
machine.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

OPSET = 20  # the first with Gelu
IR_VERSION = 9
FUSED = "com.microsoft"  # onnxruntime's own operators


class Graph:
    """A graph under construction; values are known by their names."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add an array under a name of its own, and return the name."""
        if name in self._constants:
            raise ValueError(f"two constants are named {name}")
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def scalar(self, value: float, dtype: type[np.generic]) -> str:
        """Return the name of a scalar, shared by all who ask for the same one."""
        name = f"{np.dtype(dtype).name}:{value!r}"
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.array(value, dtype=dtype), name)
        return name

    def node(
        self, operator: str, inputs: list[str], name: str, *, domain: str = "", **attributes: float | str
    ) -> str:
        """Add a node with one output, named as the node; an input "" is left out."""
        while inputs and not inputs[-1]:
            inputs = inputs[:-1]
        self._nodes.append(helper.make_node(operator, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def fused(self, operator: str, inputs: list[str], name: str, **attributes: float | str) -> str:
        """Add one of onnxruntime's own operators."""
        return self.node(operator, inputs, name, domain=FUSED, **attributes)

    def model(
        self, inputs: dict[str, list[str | int]], outputs: dict[str, list[str | int]]
    ) -> onnx.ModelProto:
        """Close the graph: int64 inputs and float32 outputs by name, with their shapes."""
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
