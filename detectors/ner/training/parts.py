"""Parts of ONNX graphs that the tagger and the second stage have in common."""

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from detectors.ner.labels import KINDS, LABELS
from detectors.ner.training.graph import Graph

WEIGHT_LIMIT = 63  # Seven bits: eight overflow in 16-bit sums on processors without VNNI.
ROW_LIMIT = 127
Floats = npt.NDArray[np.float32]


def array(tensor: Tensor) -> Floats:
    """Return the numbers of a tensor."""
    numbers: Floats = tensor.detach().numpy().astype(np.float32)
    return numbers


def norm(graph: Graph, name: str, layer: nn.LayerNorm) -> str:
    """Add a norm over the last axis."""
    return graph.add(
        "LayerNormalization",
        name,
        graph.constant(array(layer.weight)),
        graph.constant(array(layer.bias)),
        axis=-1,
        epsilon=layer.eps,
    )


def linear(graph: Graph, name: str, layer: nn.Linear) -> str:
    """Add a product in floats."""
    product = graph.add("MatMul", name, graph.constant(array(layer.weight).T.copy()))
    return graph.add("Add", product, graph.constant(array(layer.bias)))


def looked_up(graph: Graph, table: Floats, numbers: str) -> str:
    """Gather rows of a table stored as int8 with a scale a row."""
    scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-8) / ROW_LIMIT
    rows = np.rint(table / scales).astype(np.int8)
    gathered = graph.add("Cast", graph.add("Gather", graph.constant(rows), numbers), to=1)
    return graph.add("Mul", gathered, graph.add("Gather", graph.constant(scales.astype(np.float32)), numbers))


def summed(graph: Graph, scores: str) -> str:
    """Add the probability of each kind, and last that a span begins, from the scores of the labels."""
    sums = np.zeros((len(LABELS), len(KINDS) + 1), dtype=np.float32)
    for row, label in enumerate(LABELS[1:], 1):
        sums[row, KINDS.index(label[2:])] = 1
        sums[row, -1] = label[0] in "BU"
    return graph.add("MatMul", graph.add("Softmax", scores, axis=-1), graph.constant(sums))
