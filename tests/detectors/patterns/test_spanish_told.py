"""What Spanish words tell is found; the same words with nobody behind them stay."""

import pytest

from detectors.patterns.spanish_told import SpanishToldRecognizer
from detectors.recognizer import Passage


def _found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in SpanishToldRecognizer().recognize(Passage(text))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("son dos frascos para don Cuco", ["Cuco"]),
        ("mi comadre Remedios la llevó", ["Remedios"]),
        ("ya le avisé a la Chabela que venga", ["Chabela"]),
        ("descansa en la ferretería La Palma y luego viene", ["ferretería La Palma"]),
        ("le escribo desde Mazatenango", ["Mazatenango"]),
        ("5a Avenida 7-22, Zona 4", ["5a Avenida 7-22", "Zona 4"]),
        ("lo vieron en el ISSSTE clínica 12", ["ISSSTE clínica 12"]),
        ("internado del 8 al 11 de marzo", ["8"]),
        ("nació el 3 del 9 del 87", ["3 del 9 del 87"]),
        ("rosa.pena arroba example punto org", ["rosa.pena arroba example punto org"]),
        ("mi usuario es rpena", ["rpena"]),
        ("ocho cero uno, cinco cincuenta y cinco, cero uno, treinta y dos", None),
        ("jota, i, ene, ce, e, ere", None),
    ],
)
def test_told_values(text: str, told: list[str] | None) -> None:
    """The value is found and the words that told it are left; where None stands, the value is the whole text."""
    assert _found(text) == ([text] if told is None else told)


@pytest.mark.parametrize(
    "text",
    [
        "don de mando, la doctora dice que mi hija mayor ya come",
        "el señor no quiso, la Virgen lo cuide",
        "del 1 al 10 le duele siete",
        "vivo en México desde Navidad",
        "cuesta quinientos cincuenta y cinco pesos",
        "tome dos, tres o cuatro vasos de agua",
        "uno, dos, tres, cinco y sople",
        "son doscientos cuarenta y cinco, cien, ochenta y dos, treinta y cinco pesos",
        "el usuario es administrador",
        "trabajo en el campo y en la limpieza",
        "arroba es un signo, punto final",
        "zona roja, colonia de bacterias",
    ],
)
def test_words_alone_stay(text: str) -> None:
    """Countries, counts, prices, roles and words of everyday are left."""
    assert _found(text) == []
