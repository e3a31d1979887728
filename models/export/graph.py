"""Build BERT as an ONNX graph, node by node, in the forms we measured.

Knows the transformer's arithmetic and onnxruntime's fused operators. Does not know where weights come from (a
mapping of float32 arrays by their published names) and never runs what it builds. No torch: the graph, its names and
its order are ours, so the file is the same byte for byte on every machine.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, Protocol

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
