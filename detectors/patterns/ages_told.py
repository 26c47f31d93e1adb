"""Ages over 89 that their wording tells: behind a relative, in a year of life, of somebody who still drives."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, PatternSet, compile_latin

FIGURE = r"(?:9[0-9]|1[01][0-9]|12[0-5])"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED = rf"(?:nine?ty(?:[ -](?:{_ONES}))?|(?:a|one)[ -]hundred(?:(?:[ -]and)?[ -](?:{_ONES}|ten))?)"
_NUMBER = rf"(?:{FIGURE}|{_SPELLED})"
_ORDINAL = (
    r"(?:(?:9[0-9]|1[01][0-9])(?:st|nd|rd|th)|ninet(?:ieth|y-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth)))"
)
_KIN = (
    r"(?:(?:great[- ])?(?:grand(?:mother|father|ma|pa|dad|mom)|aunt(?:ie|y)?|uncle)|gran(?:ny|ddad)?|gramps|grammy|"
    r"nana|nan|papa|pop-?pop|me-?maw|"
    r"mother|father|mom|mum|dad|(?:brother|sister|mother|father)-in-law|brother|sister|husband|wife|hubby|spouse|"
    r"partner|cousin|"
    r"neighbou?r|room-?mate|friend|landlord|landlady|resident|widow(?:er)?|veteran|"
    r"abuel(?:it)?[ao]|madre|padre|mam[a\xe1]|pap[a\xe1]|espos[ao]|herman[ao]|suegr[ao]|t[i\xed][ao]|vecin[ao])"
)
_SOMEBODY = rf"(?:he|she|they|i|who|pt|patient|everyone|(?:my|his|her|our|the) {_KIN}|{_KIN})"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|the (?:spring|summer|fall|autumn|winter|new year)|spring|summer|fall|winter|week|"
    r"month|year)"
)
_COMPLAINT = (
    r"(?:cp|sob|abd|falls?|fell|hip|ams|chf|copd|with|w/|c/o|s/p|h/o|here|from|pmh|hx|found|dnr|bib[a-z]?|"
    r"present[a-z]*|"
    r"s/o|hfref|afib|sepsis|cva|uti|pna|weak|dizzy|syncope|demented|dementia)"
)

TOLD = (
    # "my great aunt (94)", "Neighbor (95, deaf)".
    compile_latin(rf"\b{_KIN} \(({_NUMBER})(?:[,;)]| (?:and|with|who|also|lives|deaf|blind|in|from)\b)"),
    # "dad just hit 90", "she's pushing 95", "somebody who's 93".
    compile_latin(
        rf"\b{_SOMEBODY}(?:'s| is| has| was| will)?(?: (?:just|already|about|now|almost))*"
        rf" (?:hit|hits|pushing|push|going on|approaching|nearing|past|closing in on) ({_NUMBER})\b"
    ),
    compile_latin(rf"\bwho(?:'?s|\x1as) (?:already |now |almost )?({_NUMBER})\b"),
    # "in her 93rd year", "nana's 95th".
    compile_latin(rf"\bin (?:his|her|their|my) ({_ORDINAL}) year\b"),
    compile_latin(
        rf"\bwho,? at ({_NUMBER}),? (?:is |was |has |can )?(?:still|lives?|drives?|walks?|plays?|keeps|works|"
        r"gardens?)\b"
    ),
    compile_latin(
        rf"\b{_KIN}(?: (?-i:[A-Z])[a-z]{{1,11}})?(?:'|\x1a)s ({_ORDINAL})"
        r"(?:[,.;!?)\n]|$| (?:party|on|in|at|this|last|next|was|is)\b)"
    ),
    # "At 94, he is still golfing".
    compile_latin(
        rf"(?:^|[.;,!?\n(] ?)at ({_NUMBER}),? {_SOMEBODY} (?:is |was |has |can )?(?:still|lives?|drives?|walks?|"
        rf"plays?|gardens?|"
        r"needs? no|wants?|never|remains?)\b"
    ),
    # "grandfather 97 alive", "gramps Lev, 91, babysat", "she was 91 when she fell", "died on Labor Day at 103".
    compile_latin(
        rf"\b{_KIN}(?: [a-z]{{2,12}},|,)? ({_NUMBER})(?:,| (?:alive|living|and|w/|with|still|deaf|lives?|has|had|who|"
        rf"f|m|(?:next|this|in|come) {_MONTH})\b)"
    ),
    compile_latin(rf"\b{_SOMEBODY} was ({_NUMBER}) when (?:he|she|they|his|her|we|my|i)\b"),
    compile_latin(rf"\b(?:died|passed|passed away|expired)\b[^;\n0-9]{{1,48}}? (?:at|aged|age) ({_NUMBER})\b"),
    # "dad died 96", "pt's dad 93 on the same dose", "going to be one hundred and one".
    compile_latin(rf"\b{_KIN} (?:died|dead|passed|deceased|dec'?d) (?:at |aged? )?({_NUMBER})\b"),
    compile_latin(rf"\b(?:'s|my|his|her|our|their|pts?) {_KIN} ({_NUMBER}) (?:on|also|same|at|was|lives?|says|here)\b"),
    compile_latin(rf"\b(?:going to|gonna|about to|wants to|will|she'll|he'll) (?:be|turn) ({_NUMBER})\b"),
    # "mrs. bellweather 92 here for", "Ahn (D): 91, Foley out", "Theodora was 91 when she fell".
    compile_latin(
        rf"\b(?:mrs?|ms|miss|sr|sra|sister|fr|do[n\xf1]a)\.? [a-z'-]{{3,14}}(?: [a-z'-]{{3,14}})?,? ({_NUMBER})"
        r"(?:[,)]| (?:yo|[mf]|w/|with|here|from|a1c|s/p|c/o|who|is|has|and|alive|lives)\b)"
    ),
    compile_latin(rf"(?:^|\n)(?-i:[A-Z][A-Za-z'-]{{2,16}}) \((?-i:[A-Z])\): ({FIGURE}),"),
    compile_latin(
        rf"(?:^|[.!?\n\x22] ?)(?-i:[A-Z][a-z]{{2,14}}) was ({_NUMBER}) when (?:he|she|they) (?:fell|died|moved|married|"
        r"retired|had|started|lost|stopped|got|first|came|was|began)\b"
    ),
    # A relative by her first name: "mom lavonne 94 at cedar crest".
    compile_latin(
        rf"\b(?:mom|mother|dad|father|grandma|grandpa|aunt|uncle|nana) (?-i:[A-Za-z]?)[a-z]{{2,11}} ({FIGURE}) "
        r"(?:at|alive|in|with|w|w/|still|lives?|has|needs|is)\b"
    ),
    compile_latin(rf"\b(?:lady|woman|man|gentleman|widow|widower|se\xf1ora|person) of ({_NUMBER})\b"),
    # "mother Philippa, living 98", "his mom's 93..", "d. at 96 of a stroke", "90 in July."
    compile_latin(
        rf"\b{_KIN}(?: [a-z]{{2,12}})?,? (?:living|alive|l&w|well)(?: and well)?,?(?: at| aged?)? ({_NUMBER})\b"
    ),
    compile_latin(
        rf"\b(?:my|his|her|our|their|pts?|pt's) {_KIN}(?:'?s|\x1as| is)? (?:only |already |about |now |like )?"
        rf"({_NUMBER})(?:[,;!?)\n]|\.(?:[^0-9]|$)|$| (?:and|but|wait|now|next)\b)"
    ),
    compile_latin(
        rf"(?:^|[\s,;(])(?-i:d)\. (?:at |age |aged )?({FIGURE})"
        r"(?: (?:of|from|in|stroke|mi|chf|cva|ca|cancer|pneumonia|natural|old)\b|[,;.)\n]|$| ?[\x22\x1a(])"
    ),
    compile_latin(rf"(?:^|[.;\n] )({FIGURE}) in (?-i:[A-Z])[a-z]{{2,8}}(?:[.,;\n]|$)"),
    # "aet. 94", "who "went at 100 exactly", "died 8/14, was 98", "passed October 30 at 95".
    compile_latin(rf"\baet(?:at)?(?:is)?\.? (?:suae )?({_NUMBER})\b"),
    compile_latin(
        rf"\b{_SOMEBODY}(?: finally| just| peacefully)? [\x22\x1a]?(?:went|slipped away|left us|departed|succumbed) at "
        rf"({_NUMBER})(?:[,.;!)\x22\x1a\n]|$| (?:exactly|on|in|and|after|surrounded|peacefully|with|of|last|just)\b)"
    ),
    compile_latin(
        rf"\b(?:died|passed|expired|deceased|dec'?d)\b[^;\n\t]{{0,24}}, (?:(?:he|she) )?was ({_NUMBER})"
        r"(?:[\t,;.)|\x22\n]|$)"
    ),
    compile_latin(
        rf"\b(?:died|passed|passed away|expired) (?:on )?(?:(?-i:[A-Z])[a-z]{{2,8}}\.? [0-9]{{1,2}}(?:, [0-9]{{4}})?|"
        rf"[0-9]{{1,2}}/[0-9]{{1,2}}(?:/[0-9]{{2,4}})?),? (?:at|aged|age) ({_NUMBER})\b"
    ),
    # "Mrs. Opaline Tallchief (ninety)", "Dovie, ninety-one and a half, both of".
    compile_latin(
        rf"\b(?-i:(?:Mrs?|Ms|Miss|Dr|Sr|Fr|Sra)\.? [A-Z][a-z'-]+(?: [A-Z][a-z'-]+){{0,2}}) \(({_SPELLED})[,;)]"
    ),
    compile_latin(rf"(?-i:[A-Z][a-z]+), ({_NUMBER})(?: and a half|\xbd),? (?:both|and|who|lives|she|he|with|is|of)\b"),
    # "Resident in 12B celebrates 101 on Sunday", "pt's 93, A&Ox4".
    compile_latin(
        rf"\bcelebrat(?:es|ed|ing) ({_NUMBER}) (?:on|this|next|today|tomorrow|with (?:his|her|their|family|cake))\b"
    ),
    compile_latin(rf"\b(?:pt|patient|resident|client)(?:'s|\x1as|s) ({_NUMBER}), "),
    # "Well, ninety next month", "the old gent in 4, ninety-four next week".
    compile_latin(
        rf"\b(?:(?:well|actually|almost|nearly)[, ]{{1,2}}|(?:gent|gentleman|lady|man|woman|guy|resident|widow|widower|"
        rf"patient)\b[^.\n]{{0,24}}, )({_SPELLED}) (?:next|come|this) {_MONTH}\b"
    ),
    # "be ninety in june".
    compile_latin(rf"\b(?:be|turn|turns|turning|am) ({_NUMBER}) (?:in|this|next|come|by|on) {_MONTH}\b"),
)
#: What was measured of a relative, or what somebody did with so many of something.
NO_RELATIVE = compile_latin(
    r"\b(?:bp|sat|sats|hr|rr|temp|wt|weight|sugar|glucose|a1c|bgl|bs|pulse|ldl|score|room|rm|bed|took|takes|gave|gives|"
    r"weighs|smoked|drank|walked|drove|paid|owes|ate|lost|with|about|over|under|only|used|phone|apt|unit|dose|spo2|"
    r"oxygen|inr|hgb|count|egfr|gfr|sodium|potassium|calcium|pressure|rate|fever|creatinine|platelets)\b"
    r"(?: is| was| of| about| around| at|:)* ?$"
)
#: The same where the signs behind the number are not looked at: "93m cp", "90-ish lady", "9l yrs".
TOLD_WHOLE = (
    compile_latin(rf"\b({FIGURE})m,? {_COMPLAINT}(?:[^a-z]|$)"),
    compile_latin(rf"\b({FIGURE}) ?y ?[mf]\b"),
    compile_latin(r"(?:^|[^0-9.,] )(9 [0-9])(?: ?y[ /.]?o\b| ?yrs?\b| years?[ -]old\b)"),
    compile_latin(
        rf"\b({_NUMBER})[- ]?(?:ish|something),?[ -](?:year|yo|y/o|lady|man|woman|gent|gentleman|male|female|pt|f|m)\b"
    ),
    compile_latin(r"(?:^|[\n\t,|]|  ) ?(9[OoIl]) ?(?-i:[MF])(?:[\t,|\n]|$|  ?(?-i:[A-Z][A-Z]))"),
    compile_latin(r"\b(9[OoIl]|[1lI]0[OoIl]|[1lI]O[0-9OoIl]|l0[0-9])[- ]?(?:years?|yrs?|y/?o)\b"),
)
#: "At 102 she is the oldest person", unless what was measured stood at the number.
_AT = compile_latin(
    rf"(?:^|[.;!?\n(] ?)at ((?:9[1-9]|10[0-9])|{_SPELLED}),? (?:he|she) (?:is|was|has|had|asks|asked|lives|lived|wants|"
    r"wanted|says|said|tells|told|drives|drove|walks|walked|cooks|cooked|goes|went|does|did|can|could|knows|remembers|"
    r"reads|swims|plays|works|worked|votes|manages|lost|buried|fell|broke|moved|signed|consented|declines|declined|"
    r"refuses|refused|chose|chooses|prefers|looks|needs|would|should|may|might|feels (?:fine|well|young|old|great))\b"
)
_MEASURED = compile_latin(
    r" (?:still |now |then |again )?(?:on|in (?:pain|afib|a-fib|sinus|rvr)|hypo|hyper|sat|placed|put|stable|tachy|"
    r"brady|febrile|afebrile|sob|short|dysp|comfortable|at|pain|fever|temp|o2|oxygen|more|less|mg|the dose|nause|"
    r"(?:his|her) (?:pulse|airway|sats?|bp|pressure|footing|balance|consciousness)|consciousness|"
    r"titrated|increased|better|worse|symptom|asymptom|dizzy|weaned|given|started|able to (?:flex|extend|lift)|full|"
    r"good|limited|not (?:reach|toler|get))"
)
_SET = PatternSet((*TOLD, *TOLD_WHOLE, _AT))


def told_ages(latin: bytes) -> Iterator[tuple[Match, bool]]:
    """Yield each match, its age in the first group, and whether what stands behind the number is to be looked at."""
    for index in _SET.occurring(latin):
        if index == len(TOLD) + len(TOLD_WHOLE):
            at = (found for found in _AT.finditer(latin) if _MEASURED.match(latin, found.end()) is None)
            yield from ((found, True) for found in at)
            continue
        checked = index < len(TOLD)
        pattern = TOLD[index] if checked else TOLD_WHOLE[index - len(TOLD)]
        yield from ((found, checked) for found in pattern.finditer(latin))
