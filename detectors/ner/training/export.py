"""From a trained network to the files that are shipped: two ONNX graphs, the vocabulary, the manifest.

`words.onnx` turns distinct words into vectors (the frozen tables, projected and folded, in int8); `context.onnx` turns
rows of vectors into the summed probability of each kind and of a beginning (convolutions in int8, activations with
scales fixed here, so that a text's result does not depend on its neighbours in a batch).
"""

from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from detectors.ner import manifest
from detectors.ner.encoding import CONTINUED_SLOTS, GROUP_SLOTS
from detectors.ner.features import COUNT
from detectors.ner.labels import KINDS
from detectors.ner.training.encode import Sequence, WordTable
from detectors.ner.training.graph import MICROSOFT, Graph, floats, integers
from detectors.ner.training.learn import collate
from detectors.ner.training.network import Layer, Tagger
from detectors.ner.training.parts import WEIGHT_LIMIT, array, linear, looked_up, norm, summed

ACTIVATION_LIMIT = 127
ZERO = np.uint8(128)
FILES = ("words.onnx", "context.onnx", "vocabulary.txt")
THRESHOLDS = {"NAME": 0.15, "DATE": 0.2, "ID": 0.2}
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sample:
    """Texts that fix the scales of the activations, and the table of their words."""

    sequences: list[Sequence] = field(repr=False)
    table: WordTable = field(repr=False)


def export(model: Tagger, vocabulary: Items[str], folder: Path, sample: Sample, version: str = "0") -> None:
    """Write the model's files and their manifest into a folder."""
    model = model.eval()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocabulary.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    (folder / "words.onnx").write_bytes(_words(model))
    (folder / "context.onnx").write_bytes(_context(model, _ranges(model, sample)))
    manifest.write(
        folder,
        FILES,
        {
            "version": version,
            "width": model.shape.width,
            "reach": sum(model.shape.dilations),
            "apart": max(model.shape.dilations),
            "thresholds": THRESHOLDS,
        },
    )


def _gated(graph: Graph, name: str) -> str:
    halves = graph.add("Split", name, outputs=2, axis=1, num_outputs=2)
    return graph.add("Mul", f"{halves}_0", graph.add("Sigmoid", f"{halves}_1"))


def _words(model: Tagger) -> bytes:
    words, graph = model.words, Graph()
    last = CONTINUED_SLOTS
    axis = graph.constant(np.array([1]))

    def columns(start: int, end: int) -> str:
        return graph.add("Slice", "pieces", graph.constant(np.array([start])), graph.constant(np.array([end])), axis)

    def folded(table: Tensor, projection: nn.Module) -> Floats:
        return array(projection(table))

    first = looked_up(graph, folded(words.first, words.project[0]), graph.add("Squeeze", columns(0, 1), axis))
    middle = looked_up(graph, folded(words.continued, words.project[1]), columns(1, last))
    middle = graph.add("ReduceSum", middle, axis, keepdims=0)
    ending = looked_up(
        graph, folded(words.continued, words.project[2]), graph.add("Squeeze", columns(last, last + 1), axis)
    )
    letters = _mean(graph, looked_up(graph, array(words.groups.weight), "groups"), axis)
    features = graph.add("Add", letters, linear(graph, "features", words.features))
    total = graph.add("Add", graph.add("Add", first, middle), graph.add("Add", ending, features))
    normed = norm(graph, total, words.norm)
    narrowed = linear(graph, _gated(graph, linear(graph, normed, words.widen)), words.narrow)
    output = graph.add("Add", normed, narrowed)
    inputs = [integers("pieces", 1 + CONTINUED_SLOTS), integers("groups", GROUP_SLOTS), floats("features", COUNT)]
    return graph.model(inputs, output, model.shape.width)


def _mean(graph: Graph, vectors: str, axis: str) -> str:
    """Add the mean over the groups of letters that a word has."""
    present = graph.add("Cast", graph.add("Greater", "groups", graph.constant(np.int64(0))), to=1)
    count = graph.add("Max", graph.add("ReduceSum", present, axis, keepdims=1), graph.constant(np.float32(1)))
    return graph.add("Div", graph.add("ReduceSum", vectors, axis, keepdims=0), count)


def _ranges(model: Tagger, sample: Sample) -> list[float]:
    """Return the largest activation that enters each convolution, without one in ten thousand outliers."""
    seen: list[list[Floats]] = [[] for _ in model.layers]
    hooks = [
        layer.norm.register_forward_hook(
            lambda _module, _inputs, output, store=store: store.append(array(output.abs().flatten()))
        )
        for layer, store in zip(model.layers, seen, strict=True)
    ]
    with torch.no_grad():
        for start in range(0, len(sample.sequences), 16):
            batch = collate(sample.sequences[start : start + 16], sample.table, None)
            model(model.words(batch.pieces, batch.groups, batch.features), batch.places, batch.gaps, batch.mask)
    for hook in hooks:
        hook.remove()
    return [float(np.quantile(np.concatenate(store), 0.9999)) for store in seen]


def _context(model: Tagger, ranges: list[float]) -> bytes:
    graph, width = Graph(), model.shape.width
    words = graph.add("Add", "vectors", graph.add("Gather", graph.constant(array(model.gaps.weight)), "gaps"))
    for layer, limit in zip(model.layers, ranges, strict=True):
        assert isinstance(layer, Layer)
        words = graph.add("Add", words, _gated(graph, _mixed(graph, words, layer, limit / ACTIVATION_LIMIT)))
    scores = linear(graph, norm(graph, words, model.norm), model.output)
    output = summed(graph, scores)
    return graph.model([floats("vectors", width), integers("gaps"), floats("mask", 1)], output, len(KINDS) + 1)


def _mixed(graph: Graph, words: str, layer: Layer, scale: float) -> str:
    """Add the convolution of a layer: three neighbours side by side, one product in int8."""
    width, distance = layer.norm.normalized_shape[0], layer.dilation
    masked = graph.add("Mul", norm(graph, words, layer.norm), "mask")
    step, zero = graph.constant(np.float32(scale)), graph.constant(ZERO)
    small = graph.add("QuantizeLinear", masked, step, zero)
    pad = graph.constant(np.full((distance, width), ZERO))
    begin, ends = graph.constant(np.array([0])), graph.constant(np.array([np.iinfo(np.int64).max]))
    before = graph.add("Slice", small, begin, graph.constant(np.array([-distance])), begin)
    after = graph.add("Slice", small, graph.constant(np.array([distance])), ends, begin)
    left = graph.add("Concat", pad, before, axis=0)
    right = graph.add("Concat", after, pad, axis=0)
    beside = graph.add("Concat", left, small, right, axis=1)
    weight = array(layer.mix.weight).T
    scales = np.abs(weight).max(0) / WEIGHT_LIMIT
    whole = np.rint(weight / scales).astype(np.int8)
    return graph.add(
        "MatMulIntegerToFloat",
        *(beside, graph.constant(whole), step, graph.constant(scales.astype(np.float32)), zero),
        *(graph.constant(np.zeros(len(scales), dtype=np.int8)), graph.constant(array(layer.mix.bias))),
        domain=MICROSOFT,
    )
