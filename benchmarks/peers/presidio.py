"""Presidio's analyzer over a spaCy pipeline, as its documentation sets it up, without any download."""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import filter_spans
from thinc.api import fix_random_seed

from benchmarks.accuracy.leaks import Predicted
from benchmarks.accuracy.marked import MarkedText, read_marked

#: What the entities of our pipeline and of usual ones are called by Presidio.
ENTITIES = {
    "NAME": "PERSON",
    "GEO": "LOCATION",
    "FACILITY": "LOCATION",
    "EMPLOYER": "ORGANIZATION",
    "DATE": "DATE_TIME",
    "ID": "ID",
    "A_NAME": "PERSON",
    "B_GEO": "LOCATION",
    "C_DATE": "DATE_TIME",
}
_TRAINED = ("A_NAME", "B_GEO", "C_DATE")
_ROUNDS, _BATCH = 12, 32
#: The tok2vec layer of spaCy's small English pipeline.
_TOK2VEC = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 96,
    "depth": 4,
    "embed_size": 2000,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}


def over(pipeline: Language) -> Callable[[Sequence[str]], int]:
    """Return what analyzes texts with every recognizer of Presidio and a pipeline, and counts the results."""
    analyzer = _analyzer(pipeline)

    def analyze(texts: Sequence[str]) -> int:
        return sum(len(analyzer.analyze(text=text, language="en")) for text in texts)

    return analyze


def reader(pipeline: Language) -> Callable[[Sequence[str]], list[list[Predicted]]]:
    """Return what Presidio finds in texts, with every recognizer of its own and a pipeline."""
    analyzer = _analyzer(pipeline)

    def read(texts: Sequence[str]) -> list[list[Predicted]]:
        return [
            [
                Predicted(found.start, found.end, found.entity_type)
                for found in analyzer.analyze(text=text, language="en")
            ]
            for text in texts
        ]

    return read


def blank() -> Language:
    """Return a pipeline that only splits words: what Presidio's own patterns find without any model."""
    return spacy.blank("en")


def small_cnn(exams: Sequence[Path]) -> Language:
    """Return a spaCy CNN tagger of the small pipeline's size, trained briefly so that it finds about what is there.

    It has neither tagger, parser nor lemmatizer: the published pipelines are slower.
    """
    fix_random_seed(1)
    pipeline = spacy.blank("en")
    model = {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": _TOK2VEC,
    }
    pipeline.add_pipe("ner", config={"model": model})
    marked = [text for path in exams for text in read_marked(path)]
    examples = [_example(pipeline, text) for text in marked]
    optimizer = pipeline.initialize(lambda: examples)
    for _ in range(_ROUNDS):
        for at in range(0, len(examples), _BATCH):
            pipeline.update(examples[at : at + _BATCH], sgd=optimizer, drop=0.2)
    return pipeline


def _example(pipeline: Language, text: MarkedText) -> Example:
    doc = pipeline.make_doc(text.text)
    wanted = [span for span in text.spans if span.label in _TRAINED]
    spans = [doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand") for span in wanted]
    reference = doc.copy()
    reference.set_ents(filter_spans([span for span in spans if span is not None]))
    return Example(doc, reference)


def _analyzer(pipeline: Language) -> Any:
    try:
        presidio, nlp = (
            importlib.import_module(name) for name in ("presidio_analyzer", "presidio_analyzer.nlp_engine")
        )
    except ImportError:
        raise SystemExit("presidio-analyzer is missing. Fix: pip install --group bench") from None
    _stay_offline()
    engine = nlp.SpacyNlpEngine(
        ner_model_configuration=nlp.NerModelConfiguration(model_to_presidio_entity_mapping=ENTITIES)
    )
    engine.nlp = {"en": pipeline}
    return presidio.AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def _stay_offline() -> None:
    """Let the e-mail recognizer use its built-in list of domains, rather than wait for one from the network."""
    tldextract: Any = importlib.import_module("tldextract")
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
