"""A small builder of ONNX graphs: nodes are named by their outputs, constants are stored once."""

import hashlib
from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18
MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and constants; every method returns the name of what it adds."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, value: np.ndarray | np.generic) -> str:
        """Add a constant, or return the equal one that is there."""
        array = np.asarray(value)
        content = f"{array.dtype}{array.shape}".encode() + array.tobytes()
        key = "c" + hashlib.sha256(content).hexdigest()[:16]
        self._constants.setdefault(key, numpy_helper.from_array(array, key))
        return key

    def add(self, operator: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: object) -> str:
        """Add a node with one output; with more, they are called `NAME_0`, `NAME_1` and so on."""
        name = f"{operator.lower()}{len(self._nodes)}"
        names = [name] if outputs == 1 else [f"{name}_{index}" for index in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, domain=domain, **attributes))
        return name

    def model(self, inputs: Sequence[onnx.ValueInfoProto], output: str, columns: int) -> bytes:
        """Return the serialised model with one output of floats."""
        self._nodes.append(helper.make_node("Identity", [output], ["output"]))
        result = [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n", columns])]
        graph = helper.make_graph(self._nodes, "tagger", inputs, result, list(self._constants.values()))
        imports = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=imports, producer_name="phistream")
        model.ir_version = 9
        return bytes(model.SerializeToString())


def floats(name: str, columns: int) -> onnx.ValueInfoProto:
    """Declare an input of floats, one row a word."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", columns])


def integers(name: str, *columns: int) -> onnx.ValueInfoProto:
    """Declare an input of integers, one row a word."""
    return helper.make_tensor_value_info(name, TensorProto.INT64, ["n", *columns])
