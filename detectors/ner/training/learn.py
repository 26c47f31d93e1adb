"""The training loop: batches with words dropped, loss, optimiser, averaged weights."""

import copy
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from detectors.ner.features import GAZETTEER_COLUMNS
from detectors.ner.labels import LABELS, Kind
from detectors.ner.training.encode import IGNORED, Sequence, WordTable, batches
from detectors.ner.training.network import Tagger


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train."""

    passes: int = 4
    batch_words: int = 6000
    rate: float = 3e-3
    decay: float = 0.02
    warm_up: float = 0.05
    average: float = 0.999
    taught: float = 0.5  # The weight of the teachers' answers, where there are any.


# Chances that a word loses its pieces and its classes, its classes only, its pieces only.
DROP_OUTSIDE = np.array([0.01, 0.04, 0.02])
DROP_NAMES = np.array([0.14, 0.18, 0.08])
NAMELIKE = np.array([label != "O" and label[2:] not in {Kind.DATE, Kind.ID} for label in LABELS] + [False])


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of one batch; `places` point into its distinct words."""

    pieces: Tensor
    groups: Tensor
    features: Tensor
    places: Tensor
    gaps: Tensor
    labels: Tensor
    mask: Tensor
    exact: Tensor


def collate(group: list[Sequence], table: WordTable, rng: np.random.Generator | None) -> Batch:
    """Return a batch; with *rng*, words lose their pieces or gazetteer classes at random."""
    length = max(len(sequence.rows) for sequence in group)
    rows = np.zeros((len(group), length), dtype=np.int64)
    gaps = np.zeros((len(group), length), dtype=np.int64)
    labels = np.full((len(group), length), IGNORED, dtype=np.int64)
    mask = np.zeros((len(group), length, 1), dtype=np.float32)
    for index, sequence in enumerate(group):
        size = len(sequence.rows)
        rows[index, :size], gaps[index, :size], labels[index, :size] = sequence.rows, sequence.gaps, sequence.labels
        mask[index, :size] = 1
    exact = np.array([sequence.exact for sequence in group])[:, None]
    variants = np.zeros_like(rows) if rng is None else _variants(labels, rng)
    distinct, places = np.unique(rows * 4 + variants, return_inverse=True)
    words, variant = distinct >> 2, distinct & 3
    pieces = table.pieces[words]
    pieces[(variant & 1).astype(bool)] = (table.unknown, *[0] * (pieces.shape[1] - 1))
    groups = table.groups[words]
    groups[variant == 1] = 0
    features = table.features[words].astype(np.float32)
    features[(variant == 1) | (variant == 2), GAZETTEER_COLUMNS:] = 0
    return Batch(
        torch.from_numpy(pieces).long(),
        torch.from_numpy(groups).long(),
        torch.from_numpy(features),
        torch.from_numpy(places.reshape(rows.shape)),
        torch.from_numpy(gaps),
        torch.from_numpy(labels),
        torch.from_numpy(mask),
        torch.from_numpy(exact),
    )


def _variants(labels: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return 0 for a word as it is, 1 without pieces and classes, 2 without classes, 3 without pieces."""
    chance = np.where(NAMELIKE[labels][..., None], DROP_NAMES, DROP_OUTSIDE).cumsum(-1)
    draw = rng.random(labels.shape)[..., None]
    kept: npt.NDArray[np.int64] = (3 - (draw < chance).sum(-1) + 1) % 4
    return kept


class Learner:
    """Trains a tagger pass by pass over sequences that the caller draws."""

    def __init__(self, model: Tagger, table: WordTable, settings: Settings, steps: int, teachers: list[Tagger]) -> None:
        self.model = model
        self._teachers = teachers
        self.averaged: Tagger = copy.deepcopy(model)
        self._table, self._settings, self._steps = table, settings, steps
        self._optimiser = torch.optim.AdamW(
            [parameter for parameter in model.parameters() if parameter.requires_grad],
            lr=settings.rate,
            weight_decay=settings.decay,
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimiser, max_lr=settings.rate, total_steps=steps, pct_start=settings.warm_up
        )
        self._loss = nn.CrossEntropyLoss(ignore_index=IGNORED)
        self._done = 0

    def run(self, sequences: list[Sequence], rng: np.random.Generator) -> Iterator[float]:
        """Train on one pass; yield the mean loss every few steps. Ends early when the planned steps are done."""
        self.model.train()
        losses: list[float] = []
        began = time.monotonic()
        words = 0
        for group in batches(sequences, self._settings.batch_words, rng):
            if self._done >= self._steps:
                return
            batch = collate(group, self._table, rng)
            losses.append(self._step(batch, self._taught(group)))
            words += int(batch.mask.sum())
            if len(losses) % 20 == 0:
                pace = words / (time.monotonic() - began)
                print(f"{self._done}/{self._steps} loss {np.mean(losses[-20:]):.4f} {pace:.0f} words/s", flush=True)
                yield float(np.mean(losses[-20:]))

    def _taught(self, group: list[Sequence]) -> Tensor | None:
        """Return the mean answer of the teachers, who see every word whole."""
        if not self._teachers:
            return None
        batch = collate(group, self._table, None)
        with torch.no_grad():
            answers = [torch.softmax(_scores(teacher, batch), -1) for teacher in self._teachers]
        return torch.stack(answers).mean(0)

    def _step(self, batch: Batch, taught: Tensor | None) -> float:
        scores = _scores(self.model, batch)
        loss = self._loss(scores.flatten(0, 1), batch.labels.flatten())
        if taught is not None:
            loss = self._with_teachers(batch, scores, taught)
        self._optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self._optimiser.step()
        self._schedule.step()
        self._done += 1
        self._average()
        return float(loss.detach())

    def _with_teachers(self, batch: Batch, scores: Tensor, taught: Tensor) -> Tensor:
        """Return the loss where teachers count, who are not heard where they contradict an exact label."""
        labelled = batch.labels != IGNORED
        wrong = labelled & batch.exact & (taught.argmax(-1) != batch.labels)
        share = self._settings.taught * (~wrong).float()
        own = torch.where(labelled, 1 - share, 0.0)
        goal = torch.nn.functional.one_hot(batch.labels.clamp(min=0), scores.shape[-1]) * own[..., None]
        loss = -((goal + taught * share[..., None]) * torch.log_softmax(scores, -1)).sum(-1, keepdim=True)
        mean: Tensor = (loss * batch.mask).sum() / batch.mask.sum()
        return mean

    def _average(self) -> None:
        weight = min(self._settings.average, (1 + self._done) / (10 + self._done))
        with torch.no_grad():
            for mean, value in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(value, 1 - weight)


def _scores(model: Tagger, batch: Batch) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        vectors = model.words(batch.pieces, batch.groups, batch.features)
        scores: Tensor = model(vectors, batch.places, batch.gaps, batch.mask)
    return scores.float()
