"""From a trained second stage to `second.onnx`, beside the tagger's files: rows and products of the encoder in int8."""

import json
import math
from pathlib import Path

import numpy as np
from torch import nn

from detectors.ner import manifest
from detectors.ner.cascade import FILE
from detectors.ner.encoding import CONTINUED_SLOTS
from detectors.ner.labels import KINDS
from detectors.ner.training.graph import MICROSOFT, Graph, floats, integers
from detectors.ner.training.parts import WEIGHT_LIMIT, array, linear, looked_up, norm, summed
from detectors.ner.training.second_network import HEADS, Block, SecondStage

DOUBT = (0.1, 0.6)


def add(model: SecondStage, folder: Path) -> None:
    """Write the second stage into the folder of the tagger that it was trained for."""
    (folder / FILE).write_bytes(exported(model))
    fields = json.loads((folder / manifest.NAME).read_bytes())
    names = dict.fromkeys([*fields.pop("sha256"), FILE])
    manifest.write(folder, names, {**fields, "doubt": DOUBT})


def exported(model: SecondStage) -> bytes:
    """Return the graph of one stretch of words: pieces, tagger's vectors and gaps in, probabilities of kinds out."""
    model = model.eval()
    graph = Graph()
    words = graph.add("Add", _rows(graph, model), linear(graph, "vectors", model.vectors))
    places = graph.add("Slice", graph.constant(array(model.places.weight)), *_first(graph, "gaps"))
    gaps = graph.add("Gather", graph.constant(array(model.gaps.weight)), "gaps")
    words = norm(graph, graph.add("Add", graph.add("Add", words, places), gaps), model.norm)
    for block in model.blocks:
        assert isinstance(block, Block)
        words = _block(graph, words, block)
    scores = linear(graph, words, model.output)
    output = summed(graph, scores)
    inputs = [integers("pieces", 1 + CONTINUED_SLOTS), floats("vectors", model.vectors.in_features), integers("gaps")]
    return graph.model(inputs, output, len(KINDS) + 1)


def _first(graph: Graph, like: str) -> tuple[str, str, str]:
    """Return what cuts as many rows from the front as *like* has."""
    count = graph.add("Shape", like)
    return graph.constant(np.array([0])), count, graph.constant(np.array([0]))


def _small(graph: Graph, name: str, layer: nn.Linear) -> str:
    """Add a product in int8; the scale of what enters is that of the stretch, which is read alone."""
    small = graph.add("DynamicQuantizeLinear", name, outputs=3)
    weight = array(layer.weight).T
    scales = np.abs(weight).max(0) / WEIGHT_LIMIT
    whole = np.rint(weight / scales).astype(np.int8)
    zero = graph.constant(np.zeros(len(scales), dtype=np.int8))
    return graph.add(
        "MatMulIntegerToFloat",
        f"{small}_0",
        graph.constant(whole),
        f"{small}_1",
        graph.constant(scales.astype(np.float32)),
        f"{small}_2",
        zero,
        graph.constant(array(layer.bias)),
        domain=MICROSOFT,
    )


def _rows(graph: Graph, model: SecondStage) -> str:
    """Add the mean row of each word's pieces."""
    axis = graph.constant(np.array([1]))
    first, last = graph.constant(np.array([1])), graph.constant(np.array([1 + CONTINUED_SLOTS]))
    begin = graph.add("Squeeze", graph.add("Slice", "pieces", graph.constant(np.array([0])), first, axis), axis)
    rest = graph.add("Slice", "pieces", first, last, axis)
    total = graph.add("ReduceSum", looked_up(graph, array(model.continued), rest), axis, keepdims=0)
    total = graph.add("Add", looked_up(graph, array(model.first), begin), total)
    present = graph.add("Cast", graph.add("Greater", "pieces", graph.constant(np.int64(0))), to=1)
    count = graph.add("Max", graph.add("ReduceSum", present, axis, keepdims=1), graph.constant(np.float32(1)))
    return graph.add("Div", total, count)


def _block(graph: Graph, words: str, block: Block) -> str:
    width = block.joined.in_features
    shape = graph.constant(np.array([0, 3, HEADS, width // HEADS]))
    mixed = graph.add("Reshape", _small(graph, words, block.mix), shape)
    heads = graph.add("Split", mixed, outputs=3, axis=1, num_outputs=3)
    axis = graph.constant(np.array([1]))
    asked, known, told = (graph.add("Squeeze", f"{heads}_{index}", axis) for index in range(3))
    asked = graph.add("Mul", asked, graph.constant(np.float32(1 / math.sqrt(width // HEADS))))
    asked, known = graph.add("Transpose", asked, perm=[1, 0, 2]), graph.add("Transpose", known, perm=[1, 2, 0])
    share = graph.add("Softmax", graph.add("MatMul", asked, known), axis=-1)
    read = graph.add("MatMul", share, graph.add("Transpose", told, perm=[1, 0, 2]))
    flat = graph.constant(np.array([0, width]))
    read = graph.add("Reshape", graph.add("Transpose", read, perm=[1, 0, 2]), flat)
    first, second = block.norms
    words = norm(graph, graph.add("Add", words, _small(graph, read, block.joined)), first)
    wide = graph.add("Gelu", _small(graph, words, block.widen), domain=MICROSOFT)
    return norm(graph, graph.add("Add", words, _small(graph, wide, block.narrow)), second)
