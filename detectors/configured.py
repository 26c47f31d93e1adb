"""Names of containers, packages, tasks and channels in configuration: what stands beside `name:` tells whose it is."""

import re
from collections.abc import Callable

from schemas.spans import Span

_LONGEST_LINE, _FEWEST_WORDS = 200, 2
_MOST_LINES, _MOST_BLOCK = 6, 600
#: The line before a value whose key is the name of something.
_NAMED = re.compile(r"(?:^[ \t]*(?:- )?|[{,]\s*)[\"']?(?:name|metadata\.name)[\"']?\s*[:=]\s*[\"']?\Z")
#: Keys of the names of things alone.
_NAMED_THING = re.compile(
    r"(?:^[ \t]*(?:- )?|[{,]\s*)[\"']?(?:container_name|artifactId|dag_id|task_id|app(?:_name)?|service_name|"
    r"repository|module|package|database|dbname|db_name|schema|bucket|cluster|namespace)"
    r"[\"']?\s*[:=]\s*[\"']?\Z"
)
#: What only things have beside their name.
_THING = re.compile(
    r"(?:^|[{,])[ \t]*(?:- )?[\"']?(?:image(?:PullPolicy)?|replicas|containers|ports|containerPort|targetPort|"
    r"mountPath|volumeMounts|valueFrom|secretKeyRef|configMapRef|become|hosts|tasks|register|uses|run|runs-on|steps|"
    r"stages|command|entrypoint|depends_on|version|requires-python|dependencies|devDependencies|scripts|restart|"
    r"environment|working_dir|namespace|chart|cron|destinations|transform|inputSchema|input_schema|parameters|"
    r"ansible\.\w[\w.]*|(?:community|kubernetes)\.\w[\w.]*|shell|apt|yum|dnf|systemd|include_tasks|file|lineinfile)"
    r"[\"']?\s*[:=]",
    re.MULTILINE,
)
#: What a person seldom has: enough where the name is written as no name is.
_SELDOM = r"timeout|queue|retry|enabled|data_type"
#: What things have as often as people: enough where the name is several words in one.
_AS_OFTEN = (
    rf"{_SELDOM}|batch|port|driver|topic|endpoint|type|url|source|host|format|path|value|table|file|method|filter|"
    "description|columns|tests"
)
_PERHAPS, _PERHAPS_JOINED = (
    re.compile(rf"(?:^|[{{,])[ \t]*(?:- )?[\"']?(?:{keys})[\"']?\s*[:=]", re.MULTILINE) for keys in (_SELDOM, _AS_OFTEN)
)
#: What people have.
_WHO = (
    r"patients?|members?|physicians?|providers?|spouses?|contacts?|guardians?|on_?call|authors?|maintainers?|users?|"
    r"employees?|staff|people|persons?|residents?|recipients?|clients?|clinicians?|nurses?|doctors?|family|team"
)
_PERSONAL = re.compile(
    r"\b(?:e-?mail|phone|pager|cell|mobile|tel(?:ecom)?|dob|date_of_birth|birth\w*|mrn|ssn|gender|sex|age|address|city|zip|"
    rf"title|relation\w*|ssh_\w+|{_WHO})[\"']?\s*[:=]|\b(?:type|role|kind|relation\w*)[\"']?\s*[:=]\s*[\"']?(?:{_WHO})\b",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:\[{1,2}(?:project|package|lib|bin|tool\.[\w.]+|workspace|crate)\]{1,2}|(?:metadata|services|volumes|networks|jobs|"
    r"channel|containers|initContainers|tasks|handlers|plays|destinations|pipelines?|stages|steps|repositories)\s*:)\s*\Z"
)
_JOINED = re.compile(r"[a-z0-9]+(?:[._/-][a-z0-9]+)+|[A-Z0-9]+(?:_[A-Z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
_SMALL = re.compile(r"[a-z0-9]+")
_VALUE = re.compile(r"[^\"'\n,{}\[\]#]*")
_LETTERS = re.compile(r"[^\W\d_]+")
_NEXT_ITEM = re.compile(r"[ \t]*- ")


def names_thing(text: str, span: Span, is_persons: Callable[[str], bool]) -> bool:
    """Tell whether a name begins the value of a `name` key, beside keys that only things have.

    *is_persons* tells of a word that it is a name and hardly anything else: a thing that is called so stays redacted.
    """
    begin = max(text.rfind("\n", 0, span.start) + 1, span.start - _LONGEST_LINE)
    low = span.start
    while low > begin and (text[low - 1].isalnum() or text[low - 1] in "_-./"):
        low -= 1  # The name may begin inside a word: "LAB_ORU_IN".
    found = _VALUE.match(text, low)
    value = found[0].strip() if found is not None else ""
    line = text[begin:low]
    if _is_full_name(value) or any(is_persons(word.lower()) for word in _LETTERS.findall(value)):
        return False
    if _NAMED_THING.search(line) or _NAMED.search(line) is None:
        return _NAMED_THING.search(line) is not None
    block, above = _block(text, begin, low)
    if _PERSONAL.search(block) or _PERSONAL.search(above):
        return False
    if _THING.search(block) or _SECTION.search(above.strip()):
        return True
    perhaps = _PERHAPS_JOINED if _JOINED.fullmatch(value) else _PERHAPS if _SMALL.fullmatch(value) else None
    return perhaps is not None and perhaps.search(block) is not None


def _block(text: str, begin: int, low: int) -> tuple[str, str]:
    """Return what belongs to the thing that a name at *low* is of, and the line above that heads it."""
    opened = text.rfind("{", begin, low)
    if opened > text.rfind("}", begin, low):
        closed = text.find("}", low, low + _MOST_BLOCK)
        return text[opened : closed if closed >= 0 else low + _MOST_BLOCK], text[begin:opened]
    lines = text[begin : begin + _MOST_BLOCK].split("\n")[:_MOST_LINES]
    kept = lines[:1]
    for line in lines[1:]:
        if not line.strip() or _NEXT_ITEM.match(line) or line.startswith("["):
            break
        kept.append(line)
    above = text[text.rfind("\n", 0, max(0, begin - 1)) + 1 : max(0, begin - 1)]
    heads = above.rstrip().endswith((":", "]"))
    return "\n".join(kept), above if heads else ""


def _is_full_name(value: str) -> bool:
    """Tell whether a value is written as somebody's whole name is."""
    words = value.split()
    return len(words) >= _FEWEST_WORDS and all(word[:1].isupper() and not word.isupper() for word in words)
