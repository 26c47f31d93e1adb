"""Names that no list holds, by the words before them: aliases in quotes, roles, initials, what somebody is called."""

from collections.abc import Sequence

from detectors.patterns.row_ends import bedded_rows, signed_rows
from detectors.patterns.scanning import PatternSet, compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_NAME = r"[A-Z][a-z\xdf-\xff'-]{1,18}"
_ROLE = (
    r"(?:driver|dispatcher|boss|supervisor|co-?worker|landlord|landlady|neighbor|neighbour|roommate|"
    r"case ?worker|sponsor|"
    r"coach|teacher|pastor|lawyer|attorney|ride|tutor|manager|aide|caregiver|caretaker|sitter|babysitter|boyfriend|"
    r"girlfriend|bf|gf|fianc[e\xe9]e?|ex|friend|buddy|dealer|parole officer|probation officer|social worker|counselor|"
    r"stepdad|stepmom|godmother|godfather|foster (?:mom|dad|mother|father))"
)
_SPANISH_KIN = (
    r"(?:abuelit[ao]|abuel[ao]|ni[n\xf1][ao]|nen[ea]|beb[e\xe9]|hij[ao]|hermanit[ao]|herman[ao]|t[i\xed][ao]|"
    r"prim[ao]|nuera|"
    r"yerno|suegr[ao]|espos[ao]|marido|vecin[ao]|comadre|compadre|cu[n\xf1]ad[ao]|niet[ao]|madrina|padrino|"
    r"enfermer[ao]|"
    r"doctora|camiller[ao]|maestr[ao]|trabajadora social|cuidadora?)"
)
#: A surname behind a credential: no word that such a one is followed by.
_STAFF = r"[A-Z][a-z\xdf-\xff'-]{3,18}"
_PATTERNS = (
    # "mi abuelita Socorro", "la enfermera Ximena".
    compile_latin(
        rf"\b(?i:mis?|su|tu|la|el|al|del|nuestr[ao]|una?) (?i:{_SPANISH_KIN}),? ({_NAME})\b", ignore_case=False
    ),
    compile_latin(
        r"\bmi (?:ni[n\xf1][ao]|hij[ao]|beb[e\xe9]|abuelit[ao]|espos[ao]|herman[ao]|marido) ([a-z]{3,14}) "
        r"(?:de [0-9]|tiene |tom[o\xf3] |est[a\xe1] |cumple |naci[o\xf3] |dice )",
    ),
    # A newborn without a name of its own.
    compile_latin(
        r"\b([A-Z][A-Z'-]{2,24},? ?(?:BABY|INFANT|NEWBORN) (?:BOY|GIRL|MALE|FEMALE)(?: [A-D]\b)?)", ignore_case=False
    ),
    # "mr. p says", "hey marguerite its dov from the office".
    compile_latin(
        r"\bmr?s?\.? ([b-hj-z])\.? (?:says|said|is|was|has|wants|asks|asked|reports|states|here|needs|called|fell)\b"
    ),
    compile_latin(
        r"(?:^|\n)[ \t]*(?:hey|hi|hello|yo|hiya)\b[^.\n]{0,24}? (?:its|it's|this is) ([a-z]{3,14}) (?:from|at|again|"
        r"here)\b"
    ),
    # "i drive for tri county feed", "lifts kegs for hopyard distributing".
    compile_latin(
        r"\b(?:drives?|works?|worked|working|hauls?|cooks?|cleans?|welds?|packs?|loads?|lifts?|"
        r"rides?)(?: [a-z]{3,12}){0,2} "
        r"(?:for|at) ((?:[a-z]{2,14} ){1,3}(?:feed|feeds|distributing|distributors|trucking|foods|farms|lumber|"
        r"construction|"
        r"roofing|plumbing|logistics|freight|manufacturing|mfg|steel|foundry|brewing|logging|dairy|poultry|paving|"
        r"plating|"
        r"transport|motors|landscaping|drywall|industries|supply))(?:[.,;)\n]|$| (?:and|but|so|since|for|in|on|as|"
        r"\x1a)\b)"
    ),
    compile_latin(r"\b(?i:thanks|thx|regards|cheers|best|ty),? ([A-Z]{2,3})\s*$", ignore_case=False),
    # "Spider", whom nobody knows by another name.
    compile_latin(
        rf"\b(?i:aka|alias|known as|knows as|knew as|goes by|calls? (?:him|her|them)self|nicknamed|"
        rf"nickname|street name|"
        rf"unknown (?:male|female|man|woman)|(?:jane|john) doe|{_ROLE}),? "
        rf"[\x22\x1a]([A-Z][A-Za-z\xdf-\xff'-]{{1,18}}(?: "
        rf"[A-Z][A-Za-z\xdf-\xff'-]{{1,18}}){{0,2}})[\x22\x1a]",
        ignore_case=False,
    ),
    compile_latin(
        rf"\b(?:his|her|my|their|the|our) {_ROLE}(?:,| is| was| will be|,? named|,? called)"
        rf" ({_NAME}(?: {_NAME})?)(?:[,.;)\n]|$| (?:from|at|will|who|is|was|and|said|says)\b)",
        ignore_case=False,
    ),
    compile_latin(
        rf"\b(?i:prepared for|made out to|handout for|letter for|note for) ({_NAME}(?: {_NAME})?)(?:[.,\n]|"
        rf"$)",
        ignore_case=False,
    ),
    compile_latin(
        rf"\b(?:me (?:dicen|llaman|llamo)|se llama|le dicen|mi nombre es|ich hei\xdfe|je m'appelle)"
        rf" ({_NAME}(?: {_NAME}){{0,2}})\b",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?i:transcribed|typed|dictated|scribed|cosigned|co-signed|initial(?:l)?ed)(?i: by)"
        r"? ([A-Z]{2,3}|[a-z]{3})(?:[.,;)\n]|$)",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?i:note|charted|entered|written|signed|given|drawn|typed) by ([A-Za-z]{2,3}),? (?i:rn|lpn|"
        r"lvn|md|do|np|pa|cna|ma|rt|pharmd|crna)\b",
        ignore_case=False,
    ),
    # "seal broken by MT.", "(pa: rdv)", "Minutes: lp".
    compile_latin(
        r"\b(?i:broken|witnessed|read|verified|checked|prepared|collected|performed|counted|wasted|obtained|confirmed)"
        r" by ([A-Z]{2,3})(?:[.,;)]|\s*$|\n)",
        ignore_case=False,
    ),
    compile_latin(
        r"\((?i:pa|scribe|typed|tr|tx|dict|init(?:ials)?): ?([a-z]{2,3})\)",
        ignore_case=False,
    ),
    compile_latin(r"(?:^|\n)(?:minutes|recorder|scribe|notes by): ?([a-z]{2,3})\s*(?:$|\n)"),
    # "chaplain Beatriz and SW Leftwich", "ALIAS: TRAUMA, ZULU SEVENTEEN".
    compile_latin(
        r"\b(?:[Cc]haplain|CHAPLAIN|SW|MSW|[Rr]abbi|RABBI|[Ii]mam|IMAM|[Dd]eacon|DEACON)"
        r" ([A-Z][A-Za-z\xdf-\xff'-]{2,18})\b",
        ignore_case=False,
    ),
    compile_latin(r"\bALIAS(?: NAME)?: ?([A-Z]{3,16}(?:,? [A-Z]{3,16}){1,3})\b", ignore_case=False),
    # "MD (PT)", "Addendum 11/20 (tl):", "Dr. Nyman/as.", "CF, RN".
    compile_latin(r",? (?:MD|DO|NP|PA|RN|PA-C) \(([A-Z]{2,3})\)", ignore_case=False),
    compile_latin(r"\b(?:addendum|late entry)(?: [0-9/: -]{3,14})? \(([a-z]{2,3})\)"),
    compile_latin(r"\bDr\.? [A-Z][A-Za-z\xdf-\xff'-]{2,18}/([a-z]{2,3})(?:[.,;\n]|$)", ignore_case=False),
    compile_latin(r"\n([a-z]{2,3})/[a-z]{2,3}[ \t]*(?:\n|$)", ignore_case=False),
    compile_latin(r"(?:[.\n])[ \t]*([A-Z]{2}), (?:RN|LPN|CNA|RRT)\b", ignore_case=False),
    # "- given KP", "init MQ  PE", "Read by DLF/home": whose initials stand where somebody signs.
    compile_latin(
        r"- (?i:given|held|refused|done|wasted|hung|flushed)(?i: by)? ([A-Z]{2,3})(?:[,.;]|[ \t]*\n|\s*$)",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?i:init(?:ial)?s?) ([A-Z]{2,3})(?:[ ,/]{1,3}[A-Z]{2,3})?[ \t]*(?:\n|$|[.,;])", ignore_case=False
    ),
    compile_latin(r"\b(?i:inits?) [A-Z]{2,3}[ ,/]{1,3}([A-Z]{2,3})[ \t]*(?:\n|$|[.,;])", ignore_case=False),
    compile_latin(r"\b(?i:read) (?i:by) ([A-Z]{2,3})/", ignore_case=False),
    # 'known to all as "Gram P"', 'likes to be called "Coach"'.
    compile_latin(
        r"\b(?i:known (?:to (?:all|us|everyone|staff|friends|most)|(?:on|in|at|around) [a-z ]{2,16}) as|"
        r"(?:likes?|prefers?|wants?|asks?|asked) to be called|answers (?:only )?to|responds to|(?:everyone|everybody|"
        r"all|they) calls? (?:him|her|them))\s[\x22\x1a]([A-Z][A-Za-z\xdf-\xff.' -]{1,23})[\x22\x1a]",
        ignore_case=False,
    ),
    # "Mrs. O. hard to rouse", "Mr. B = Bledsoe".
    compile_latin(r"\b(?:Mrs?|Ms|Miss)\.? ([B-HJ-Z]\.?)(?: (?:=|[a-z]{2,})|,)", ignore_case=False),
    # The code name of somebody unknown: '"Trauma Zulu", unknown male'.
    compile_latin(
        r"\b((?:Trauma|TRAUMA),? (?:Alfa|Alpha|Bravo|Charlie|Delta|Echo|Foxtrot|Golf|Hotel|Juliett?|Kilo|Lima|"
        r"November|Oscar|Papa|Quebec|Romeo|Sierra|Tango|Uniform|Victor|Whiskey|Yankee|Zulu|ZULU|ALPHA|BRAVO|DELTA|ECHO|"
        r"FOXTROT|KILO|OSCAR|TANGO|VICTOR)(?:[- ](?:[0-9]{1,4}|[A-Z][a-z]+))?)",
        ignore_case=False,
    ),
    # "Posted as ODHIAMBO, F" in a column of its own.
    compile_latin(
        r"(?:^|\n|\t|\| ?| {2,}|[0-9] )([A-Z][A-Za-z'\xc0-\xff-]{1,20}, [A-Z]\.?)(?:$|\n|\t| ?\|| {2,})",
        ignore_case=False,
    ),
    # "alias Trauma Quebec-Seven", "I was a bookkeeper for Atlantic Menhaden for 31 years".
    compile_latin(r"\b(?i:alias|aka) (Trauma [A-Z][A-Za-z]+(?:[ -][A-Z][A-Za-z]+)?)\b", ignore_case=False),
    compile_latin(
        r"\b(?:was|am|is|been|worked as|as) an? [a-z]{4,14}(?: [a-z]{4,14})? (?:for|at|with) "
        r"((?:[A-Z][A-Za-z&'-]{2,18} ?){1,4})"
        r"(?: ?(?:for|since|until|till) (?:[0-9]|the|about|almost|over|[a-z]+ years))",
        ignore_case=False,
    ),
    # Twins that have no name yet: "BG Twin A Oyekan".
    compile_latin(
        r"\b((?:BG|BB|NB|[Bb]aby (?:[Gg]irl|[Bb]oy)|[Gg]irl|[Bb]oy|[Ii]nfant) (?:[Tt]win|TWIN) [A-D1-3] "
        rf"{_NAME})\b",
        ignore_case=False,
    ),
    # "aunt pru: he is out of surgery", each turn of a family's chat.
    compile_latin(
        r"(?:^|\n)[ \t]*(?:aunt(?:ie|y)?|uncle|grandma|grandpa|nana|cousin|t[i\xed][ao]|abuel[ao]) ([a-z]{2,14}): ",
        ignore_case=False,
    ),
    # "NICU NP Thandiwe.", "epidural CRNA Swenson,".
    compile_latin(
        rf"\b(?:CRNA|CNM|LPN|LVN|RN|NP|LCSW|CNA|EMT|RRT|RDN|CCRN|PharmD) ({_STAFF})"
        r"(?:[,;]|\. ?(?:\n|$|[A-Z0-9])|\n|$| (?:notified|aware|updated|paged|called|"
        r"present|here|assisted|reports|gave)\b)",
        ignore_case=False,
    ),
    # "Px Itzel C.", "bed 12 Lafayette B.".
    compile_latin(
        rf"\b(?:Px|Pte|Pac|[Pp]t|[Bb]ed [0-9]{{1,3}}|[0-9][A-Z]-[0-9]{{1,2}})[.:]? ({_NAME} [A-Z]\.)", ignore_case=False
    ),
    # What stands on a jar: 'received labeled "Moss, Ivy"'.
    compile_latin(rf"\b(?i:label(?:l?ed)?|marked)(?i: as| with)? [\x22\x1a]({_NAME},? {_NAME})", ignore_case=False),
    compile_latin(
        r"(?i:regards|sincerely|thanks|thank you|best|cheers|respectfully)"
        r",?[ \t]*\n+[ \t]*([A-Z]\. ?[A-Z]\.(?: ?[A-Z]\.)?|[A-Z]{2,3})[ \t]*(?:\n|$)",
        ignore_case=False,
    ),
    compile_latin(r"\n[ \t]*[-\x1a]{1,2} ?([A-Z]{2,3})\s*$", ignore_case=False),
    compile_latin(
        r"(?:^|[\n. ])([A-Z]{2,3})[/:]([a-z]{2,3})\s*(?:$|\n[ \t]*(?:cc|CC|D:|DD|DT|T:))",
        ignore_case=False,
    ),
)
_SET = PatternSet(_PATTERNS)
_NO_NAME = frozenset(
    b"the him her his she they them you all pt rn md do np pa cna ma rt dr mom dad me us who ok er ed "
    b"icu or gi cv ct mri "
    b"mayor menor todavia siempre nunca tambien dijo que con tiene chiquito chiquita pain bad back right here there "
    b"again really urgent about going getting been "
    b"report note signature visit assessment eval evaluation consult station staff manager supervisor license student "
    b"care review initials time aware line only case team shift team program school degree credentials discharge home "
    b"handoff hand-off rounds coverage float charge navigator educator coordinator "
    b"irb fda cdc cms ems ent pcp id ob gyn us it hr qa slp cm lab fbi nih payer uhc consult following aware notified "
    b"involved referral paged services service working met here will portland corner side quadrant wind to for "
    b"now not and but out off one two in on at to by of is was a an it be no yes this that unknown none very so the my "
    b"monday tuesday wednesday thursday friday saturday sunday today tomorrow tbd na n/a asap pcp cc".split()
)

#: How something is given, and what is written with a letter: "given IV", "Vitamin, D".
_ROUTE = compile_latin(
    r"IV|PO|IM|SC|SQ|SL|PR|PV|IO|NG|GT|PRN|BID|TID|QID|QD|QHS|HS|AM|PM|NS|LR|TPN|PPN|IVP|IVPB|IVF|FFP|PLT|ABX|TXA|TPA|"
    r"EPI|KCL|NTG|OTC|NPO|PCA|MRI|CT|US|XR|DTR|OK|NA|OT|PT|RT|ST|SW|"
    r"(?:vitamin|hepatitis|protein|influenza|flu|complement|factor|type|group|strep|grade|class|stage|immunoglobulin|"
    r"part|plan|panel|level|schedule|appendix|section|table|figure|exhibit|form|unit|suite|building|wing|tower|zone|"
    r"[b-df-hj-np-tv-xz]{3,20}|antigen|cohort|arm|phase|step|item|option|line|stop|row|bag|box|side|room|bed|gate|garage|lot|dose|lobe|vit|hep|"
    r"hemoglobin|cystatin|troponin|factors?),? [A-Z]\.?"
)
#: What begins no firm: "works at her own construction site".
_NO_FIRST = frozenset(
    b"a an his her their my our own local the some this that new old big small one home "
    b"Vitamin Hepatitis Type Influenza Group Class Grade Stage".split()
)


class CalledRecognizer:
    """Finds nicknames, initials and names behind a role; credentials and ordinary words stay."""

    name = "called"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each name."""
        latin = passage.latin
        ranges: dict[tuple[int, int], None] = {}
        for pattern in map(_PATTERNS.__getitem__, _SET.occurring(latin)):
            for found in pattern.finditer(latin):
                words = found.group(1)
                if words.lower() not in _NO_NAME and words.split()[0] not in _NO_FIRST and not _ROUTE.fullmatch(words):
                    ranges[(found.start(1), found.end(1))] = None
                if pattern is _PATTERNS[-1] and found.group(2) not in _NO_NAME:
                    ranges[(found.start(2), found.end(2))] = None
        ranges |= dict.fromkeys([*signed_rows(latin), *bedded_rows(latin)])
        return [Span(start, end, IdentifierType.NAME, SCORE, self.name) for start, end in ranges]
