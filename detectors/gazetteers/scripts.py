"""Names in other scripts: beside an honorific, a caption or a patronymic, since no list tells them from other words."""

import re
from collections.abc import Sequence

from detectors.gazetteers.sources import table
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_OTHER_LETTER = b"\xff"  # What `Passage.latin` holds for a letter beyond Latin-1.


def _either(name: str) -> str:
    """Return the entries of a table as alternatives, the longest first."""
    return "|".join(sorted(map(re.escape, table(name)), key=lambda entry: (-len(entry), entry)))


_HAN = r"[\u4e00-\u9fff々]"
_KANA = r"[\u3041-\u3096\u30a1-\u30faー]"
_KATAKANA = r"[\u30a1-\u30faー]"
_HANGUL = r"[\uac00-\ud7a3]"
_UP, _LOW = r"[А-ЯЁІЇЄҐ]", r"[а-яёіїєґ’'-]"
_WORD = rf"{_UP}{_LOW}+(?:-{_UP}{_LOW}+)?"
_ARABIC = r"[\u0621-\u064a\u0671-\u06d3]"
_DEVANAGARI = r"[\u0904-\u0939\u0958-\u0961][\u0900-\u0963]*"
_THAI = r"[\u0e01-\u0e4e]"
_HEBREW = r"[\u05d0-\u05ea'\"-]"
_GREEK = r"[Α-ΩΆΈΉΊΌΎΏ][α-ωάέήίόύώϊϋΐΰς]+"

_CHINESE = rf"(?:{_either('surnames_han')}){_HAN}{{1,2}}"
_KOREAN = rf"(?:{_either('surnames_hangul')}){_HANGUL}{{1,2}}"
_PATRONYMIC = rf"{_UP}{_LOW}*(?:ович|евич|ьич|[иі]йович|йович|овн|евн|ичн|[иі]вн|ївн){_LOW}{{0,3}}"
_RUSSIAN_ROLE = (
    r"[Пп]ациент(?:ка|а|у|ки|ке|ом|кой)?|[Пп]ац[иі]єнт(?:ка|а|у|ки)?|[Бб]ольн(?:ой|ая|ого)|[Дд]октор[ау]?|[Вв]рач[аеу]?|"
    r"[Лл]ікар|[Гг]осподин|[Гг]оспожа|[Гг]-н|[Гг]-жа|[Зз]овут|ФИО|[Ии]мя|[Фф]амилия|[Мм]ать|[Оо]тец|[Сс]ын|[Дд]очь|"
    r"[Мм]уж|[Жж]ена|[Сс]естра|[Бб]рат"
)
_HAN_ROLE = (
    "(?:姓名|患者|病人|病患|联系人|聯絡人|家属|家屬|医师|醫師|医生|醫生|我叫|名叫|氏名)[:：是为為]?[ \u3000]{0,2}"
)
_NO_JAPANESE = "(?!患者|皆|奥|お客|家族|看護|医師|主治|先)"
_HONORED = "(?:女士|先生|小姐|太太|医生|醫生|大夫|护士|護士|教授|老师|同学|患者|病人)"
_JAPANESE_HONOR = "(?=さん|様|氏(?!名)|ちゃん|くん|さま)"
_KOREAN_ROLE = "(?:환자명?|이름[은이]?|성명|성함[은이]?|보호자|의사|간호사)"
_KOREAN_HONOR = "(?:씨|님|환자|선생님|교수|간호사|어머니|할머니|할아버지)"
_ARABIC_FAMILY = rf"(?: (?:بن|بنت|أبو|عبد) ?{_ARABIC}{{2,12}}| ال{_ARABIC}{{2,12}})?"
_GREEK_ROLE = r"(?:\bκ\.|\b[Κκ]υρία|\b[Κκ]ύριος|\b[Κκ]ύριο|\b[Αα]σθενής|\b[Δδ]ρ\.?|\b[Όό]νομα:?)"
_HEBREW_ROLE = r"(?:מר|גב'|גברת|ד\"ר|המטופלת?|החולה|שמי|שמה?)"
_THAI_TITLE = r"(?:นางสาว|นาย|นาง|ด\.ญ\.|ด\.ช\.|คุณ|นพ\.|พญ\.)"
_HINDI_TITLE = r"(?:श्री|श्रीमती|सुश्री|डॉ\.?|कुमारी|नाम:?|मरीज|रोगी)"
_PATTERNS = tuple(
    map(
        re.compile,
        (
            rf"(?P<name>{_CHINESE})(?=[ \u3000]?{_HONORED})",
            rf"{_HAN_ROLE}(?P<name>{_CHINESE})(?!{_HAN}?(?:主诉|主訴|出现|需要))",
            rf"(?<!{_HAN}){_NO_JAPANESE}(?P<name>{_HAN}{{1,3}}[ \u3000]?(?:{_HAN}|{_KANA}){{1,4}}?){_JAPANESE_HONOR}",
            rf"(?P<name>{_KATAKANA}{{2,6}}[ \u3000・]{_KATAKANA}{{2,8}})(?=さん|様|さま|先生)",
            rf"(?:患者|氏名|名前|お名前)[:：は]?[ \u3000]{{0,2}}(?P<name>{_HAN}{{2,3}}[ \u3000]{_HAN}{{1,3}})",
            rf"(?<!{_HANGUL})(?P<name>{_KOREAN})(?= ?{_KOREAN_HONOR})",
            rf"{_KOREAN_ROLE} ?[:：]? ?(?P<name>{_KOREAN})(?!{_HANGUL}{{2}})",
            rf"(?<!{_LOW})(?P<name>(?:{_WORD} )?{_WORD} {_PATRONYMIC}(?: {_WORD})?)",
            rf"(?<!{_LOW})(?P<name>{_WORD} {_UP}\. ?{_UP}\.|{_UP}\. ?{_UP}\. ?{_WORD})",
            rf"(?:{_RUSSIAN_ROLE})\s?:?\s(?P<name>{_WORD}(?: {_WORD}| {_UP}\.){{0,2}})",
            rf"(?<!{_ARABIC})(?P<name>(?:{_either('given_arabic')}){_ARABIC_FAMILY})(?!{_ARABIC})",
            rf"{_HINDI_TITLE} ?:? (?P<name>{_DEVANAGARI}(?: {_DEVANAGARI})?)",
            rf"{_THAI_TITLE} ?(?P<name>{_THAI}{{2,14}}(?: {_THAI}{{3,18}})?)",
            rf"(?<!{_HEBREW}){_HEBREW_ROLE} (?P<name>{_HEBREW}{{2,12}}(?: {_HEBREW}{{2,12}})?)",
            rf"{_GREEK_ROLE} (?P<name>{_GREEK}(?: {_GREEK})?)",
        ),
    )
)


class ScriptRecognizer:
    """Finds names written in Han, Kana, Hangul, Cyrillic, Arabic, Devanagari, Thai, Hebrew or Greek letters."""

    name = "gazetteer.scripts"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the names in a passage; one without such letters is not read at all."""
        if _OTHER_LETTER not in passage.latin:
            return []
        return [
            Span(match.start("name"), match.end("name"), IdentifierType.NAME, 0.8, self.name)
            for pattern in _PATTERNS
            for match in pattern.finditer(passage.text)
        ]
