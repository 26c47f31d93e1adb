"""The network in PyTorch: a word encoder over frozen subword tables, and gated convolutions over the words."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from detectors.ner.encoding import GROUP_BUCKETS
from detectors.ner.features import COUNT
from detectors.ner.labels import LABELS
from detectors.ner.splitting import Gap


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a network."""

    width: int = 128
    hidden: int = 256
    dilations: tuple[int, ...] = (1, 2, 4, 8, 1)
    dropout: float = 0.15


class WordEncoder(nn.Module):  # type: ignore[misc, unused-ignore]
    """From pieces and features to a vector; run once for each distinct word."""

    def __init__(self, first: Tensor, continued: Tensor, shape: Shape) -> None:
        super().__init__()
        self.first: Tensor
        self.continued: Tensor
        self.register_buffer("first", first)
        self.register_buffer("continued", continued)
        size = first.shape[1]
        self.project = nn.ModuleList(nn.Linear(size, shape.width, bias=False) for _ in range(3))
        self.groups = nn.Embedding(GROUP_BUCKETS, shape.width, padding_idx=0)
        nn.init.normal_(self.groups.weight, std=0.1)
        with torch.no_grad():
            self.groups.weight[0] = 0
        self.features = nn.Linear(COUNT, shape.width)
        self.norm = nn.LayerNorm(shape.width)
        self.widen = nn.Linear(shape.width, 2 * shape.hidden)
        self.narrow = nn.Linear(shape.hidden, shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, pieces: Tensor, groups: Tensor, features: Tensor) -> Tensor:
        """Encode words: `pieces` [n, 6], `groups` [n, 14], `features` [n, COUNT]."""
        vector = self.project[0](self.first[pieces[:, 0]]) + self.features(features)
        vector = vector + self.groups(groups).sum(1) / (groups > 0).sum(1, keepdim=True).clamp(min=1)
        vector = vector + self.project[1](self.continued[pieces[:, 1:-1]].sum(1))
        vector = self.norm(vector + self.project[2](self.continued[pieces[:, -1]]))
        value, gate = self.widen(self.dropout(vector)).chunk(2, -1)
        narrowed: Tensor = vector + self.narrow(value * torch.sigmoid(gate))
        return narrowed


class Layer(nn.Module):  # type: ignore[misc, unused-ignore]
    """A gated convolution over three words, with a residual."""

    def __init__(self, shape: Shape, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.norm = nn.LayerNorm(shape.width)
        self.mix = nn.Linear(3 * shape.width, 2 * shape.width)
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, words: Tensor, mask: Tensor) -> Tensor:
        """Mix each word with the two at the layer's distance; `words` [b, t, width], `mask` [b, t, 1]."""
        normed = self.norm(words) * mask
        pad = torch.zeros_like(normed[:, : self.dilation])
        length = normed.shape[1]
        left = torch.cat([pad, normed], 1)[:, :length]
        right = torch.cat([normed, pad], 1)[:, -length:]
        value, gate = self.mix(torch.cat([left, normed, right], -1)).chunk(2, -1)
        mixed: Tensor = words + self.dropout(value * torch.sigmoid(gate))
        return mixed


class Tagger(nn.Module):  # type: ignore[misc, unused-ignore]
    """Word encoder, gaps, convolutions, label scores."""

    def __init__(self, first: Tensor, continued: Tensor, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.words = WordEncoder(first, continued, shape)
        self.gaps = nn.Embedding(len(Gap), shape.width)
        nn.init.normal_(self.gaps.weight, std=0.1)
        self.dropout = nn.Dropout(shape.dropout)
        self.layers = nn.ModuleList(Layer(shape, dilation) for dilation in shape.dilations)
        self.norm = nn.LayerNorm(shape.width)
        self.output = nn.Linear(shape.width, len(LABELS))

    def forward(self, vectors: Tensor, places: Tensor, gaps: Tensor, mask: Tensor) -> Tensor:
        """Score the labels of texts: `vectors` of distinct words, `places` [b, t] in them."""
        words = self.dropout(vectors[places] + self.gaps(gaps))
        for layer in self.layers:
            words = layer(words, mask)
        scores: Tensor = self.output(self.norm(words))
        return scores


def load(path: Path) -> Tagger:
    """Load a trained network from its weights; one that knew no groups of letters goes on without them."""
    saved = torch.load(path, weights_only=False)
    state: dict[str, Tensor] = saved["model"]
    model = Tagger(state["words.first"], state["words.continued"], saved["shape"])
    state.setdefault("words.groups.weight", torch.zeros_like(model.words.groups.weight))
    model.load_state_dict(state)
    model.eval()
    return model


class _Half(nn.Module):  # type: ignore[misc, unused-ignore]
    """The first or the second half of what comes in."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def forward(self, rows: Tensor) -> Tensor:
        """Return the half."""
        return rows.chunk(2, -1)[self._number]


def folded(model: Tagger) -> Tagger:
    """Return a trained network that answers alike and faster and learns no more: its tables are projected already."""
    words = model.words
    with torch.no_grad():
        words.first = words.project[0](words.first)
        words.continued = torch.cat([project(words.continued) for project in words.project[1:]], -1)
    words.project = nn.ModuleList([nn.Identity(), _Half(0), _Half(1)])
    model.requires_grad_(False)
    return model
