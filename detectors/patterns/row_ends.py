"""Who signs the rows of a log with initials at their ends, and who lies in the beds that begin the rows of a list."""

from collections.abc import Iterator

from detectors.patterns.scanning import compile_latin

#: "0812 | XR9960098 | CXR 2V | dw": it begins with a day or an hour, holds a number, ends in letters of their own.
_ROW = compile_latin(
    r"(?:^|\n)[ \t]*(?:[0-9]{1,2}[/-][0-9]{1,2}(?:[/-][0-9]{2,4})?|[0-2][0-9]:?[0-5][0-9])[ \t|][^\n]*?"
    r"[0-9]{5}[^\n]*?(?:[ \t]{2,}|\| ?|\t)([a-z]{2,3})[ \t]*(?:\n|$)"
)
#: "4411-B ROSE, JASMINE DM 60 g": in capitals behind a bed.
_BED = compile_latin(
    r"(?:^|\n)[ \t]*(?:[0-9]{2,4}-?[A-D]|[0-9]{3,4}-[12]) {1,3}([A-Z][A-Z'-]{2,20}(?:, ?[A-Z][A-Z'-]{1,16})?)"
    r"[ \t]+(?:[a-z0-9]|[A-Z]{2})",
    ignore_case=False,
)
_FEWEST = 2
_WORDS = frozenset(
    b"am pm ok no na nd nr mg ml kg cm mm dl ul iu ea cc qd hs po iv im sq sc pr wk mo yr hr lb oz in ft rt lt "
    b"bl gm gr tb en es us or up on md rn np pa do dr ct mr mri xr pt ot st er ed or icu tab cap bid tid qid "
    b"prn yes neg pos nil low hi mod min max avg new old set pcs pkg box can jar bag kit usd mcg inr hgb wbc "
    b"fax ext est cst mst pst edt out due ppd mmr flu dtp ipv hpv tdap rsv left na n/a tbd ama dnr npo gi gu cv "
    b"ent ob rad lab ".split()
)


def signed_rows(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the initials of two rows and more, some of which sign twice."""
    if b"\n" not in latin:
        return
    rows = list[tuple[int, int]]()
    at = 0
    while (found := _ROW.search(latin, at)) is not None:
        rows.append((found.start(1), found.end(1)))
        at = found.end(1)
    signs = [latin[start:end].lower() for start, end in rows]
    if len(signs) >= _FEWEST and len(set(signs)) < len(signs) and not _WORDS & set(signs):
        yield from rows


def bedded_rows(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the names in capitals behind the beds of two rows and more, one of which has a comma in it."""
    if b"\n" not in latin:
        return
    rows = list[tuple[int, int]]()
    at = 0
    while (found := _BED.search(latin, at)) is not None:
        rows.append((found.start(1), found.end(1)))
        at = found.end(1)
    names = [latin[start:end] for start, end in rows]
    if len(rows) >= _FEWEST and sum(b"," in name for name in names) * _FEWEST >= len(names):
        yield from (row for row, name in zip(rows, names, strict=True) if name not in _NOBODY)


_NOBODY = frozenset(
    b"EMPTY VACANT BLOCKED CLEAN DIRTY HOLD CLOSED NPO READY REG REGULAR RENAL DIABETIC DISCHARGE DISCHARGED PENDING "
    b"ADMIT TRANSFER OPEN RESERVED ISOLATION "
    b"CONTACT DROPLET AIRBORNE TRAUMA CARDIAC OBS TELE NONE UNKNOWN".split()
)
