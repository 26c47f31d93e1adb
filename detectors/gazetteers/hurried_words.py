"""The words around names in hurried lines: relatives, roles, services, verbs, and what stands in a name's place."""

KIN = (
    r"(?:dtr|daughter|son|wife|husband|hubby|mom|mother|dad|father|sis|sister|bro|brother|gf|bf|girlfriend|boyfriend|"
    r"niece|nephew|aunt|auntie|uncle|cousin|roommate|roomie|neighbor|spouse|partner|fianc[e\xe9]e?|grandson|"
    r"granddaughter|grandma|grandpa|stepson|stepdad|stepmom|caregiver|friend)"
)
ROLES = (
    rf"(?:{KIN}|foreman|co-?worker|boss|ex|ex[- ](?:wife|husband)|gramps|nana|landlord|sponsor|aide|sitter|babysitter|"
    r"coach|teacher|deacon|pastor|foster (?:mom|dad)|fob|mob|bestie|buddy|twin|medic|lawyer|hha|fellow|intern|"
    r"supervisor|manager|driver|bio (?:mom|dad)|god(?:mother|father)|kid|sib|charge|preceptor|scribe|gran|granny|nan|"
    r"grandmother|grandfather|stepdaughter|stepmother|stepfather|mi (?:ni[\xf1n][oa]|nen[ea]|hij[oa]|beb[e\xe9]|"
    r"espos[oa]|mam[a\xe1]|pap[a\xe1]|abuel(?:it)?[oa]|herman[oa]|t[i\xed][oa]|suegr[oa]|novi[oa]|niet[oa]|sobrin[oa]))"
)
SERVICES = (
    r"(?:id|gi|surg|surgery|cards|cardiology|neuro|nephro|renal|heme|hemonc|onc|ortho|pulm|psych|peds|ob|obgyn|gyn|ir|rads|"
    r"radiology|derm|endo|rheum|uro|urology|ent|anes|anesthesia|icu|micu|sicu|ccu|ed|er|picu|nicu|vascular|transplant|"
    r"pharmacy|lab|ct|mri|billing|dme|transport|dietary|case management|cm|social work|micro|path|blood bank|wound|"
    r"palliative|hospice|or desk|front desk|desk|scheduling|registration|records|trauma|plastics|nsgy|neurosurg|ep|"
    r"cath lab|echo|med onc|rad onc|hepatology|allergy|ophtho|oral surg|dialysis|infusion|bed board|bed control)"
)
VERBS = (
    r"(?:says|said|called|calls|found|wants|asks|asked|aware|notified|reports|gave|saw|brought|drove|dropped|made|told|"
    r"knows|thinks|signed|agrees|needs|lives|died|came|took|thought|caught|picked)"
)
#: What stands where a name could.
STOP = frozenset(
    """
    pulso peso talla saturación saturacion temperatura glucosa presión presion frecuencia edad dosis cama cuarto piso
    the a an and or of to in on at by for from with w me us him her them you it he she they we who that this my our
    his their your pt pts patient patients family fam team staff nurse nursing rn md do np pa lpn cna rt ot slp sw cm
    mom dad mother father wife husband son daughter dtr sister brother sis bro ex kid kids baby friend friends
    parents everyone someone somebody nobody anyone one both all none not no yes ok okay also now then just still
    today tonight tomorrow yesterday later again back home work school here there up down out off over
    surgery surg ortho cards neuro renal psych peds pharmacy pharm lab labs protocol policy guidelines guideline order
    orders report reports request chart charts note notes ems pd police fire rads radiology ct mri xray us or ed er icu
    micu sicu floor unit clinic hospital hospice consult consults attending resident residents fellow intern interns
    provider providers physician doctor doc docs team's phone hand email fax mail portal text page day days night nights
    nights week weeks month months year years hour hours shift shifts am pm prn po iv im bid tid qid hs ac pc q
    recs rec plan case cause reason result results may can could would should might must did does do is was are
    were be been has had have dry mild severe acute chronic left right good bad well fine sick
    kg kilo lb lbs mg ml mcg cm mm age aged yo about around almost over under only some any each every other another
    same new old big small more less most least very too so as if when while what which how why where
    rest ice heat staples sutures glue family's interpreter translator transport dispatch triage registration billing
    insurance home-health housing court judge jail school's work's hcpoa poa guardian surrogate social services
    escort escorts visitor visitors driver ride called spoke wants needs says said asked told is
    was step half twin kin law mayor menor chico chica chiquito chiquita grande pequeño pequeña materno paterno
    materna paterna difunto difunta querido querida solo sola vive enfermo enferma linda mala malo anda trabaja
    """.split()
)
#: Words that are surnames of many, which a line on both sides of them makes one.
WORDS_AND_SURNAMES = frozenset(
    "long young price buck short stone wells cross rice white brown black green gray".split()
)
#: Mountains, teams and bands, which are plurals of surnames too.
NO_FAMILY = frozenset(
    "Hamptons Adirondacks Poconos Smokies Berkshires Hebrides Bahamas Beatles Steelers Packers Rangers Yankees Dodgers "
    "Cowboys Oscars Grammys Emmys Simpsons Bears Chiefs Kegels Apgars Eagles Vikings Raiders Cavaliers Padres".split()
)
STOP_INITIALS = frozenset(
    b"""
    pt pts iv po im sc sq hs am pm is it in on to of or at as be by do go he me my no so up us we if ok an rn md np pa
    rt ot sw cm ct mr er ed dc hr bp rr to vs no ns lr ra nc bm ua cx tx rx dx hx fx sx px ht wt tv id ob gi gu ir or
    ty thx bye pls plz lol ps fyi np nah yes btw ttyl p.o. b.i. i.v. e.g. i.e. a.m. p.m. t.i. q.d. h.s. o.d. o.s.
    o.u. u.s. d.c. y.o. s.p. s.c. i.m. s.l. a.c. p.c. s.s. n.b. a.k. v.s. p.r. w.b. r.n. m.d. d.o. n.p. p.a. c.c. m.g.
    """.split()
)
#: What is farmed, hauled and sold; before a farm or a shop it names none.
FARMED = frozenset(
    """
    dairy pig hog chicken cattle horse tree turkey fish egg sheep goat wind solar mushroom fruit vegetable hair nail
    beauty auto car used scrap frozen fresh fast organic heavy long meat steel poultry coffee
    """.split()
)
#: Where somebody ran.
DIRECTIONS = frozenset("over into away through across around past by off toward towards behind".split())
