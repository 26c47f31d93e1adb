"""Names in other scripts: Cyrillic, Greek, Arabic, Hebrew, Han, kana, Hangul, Devanagari, by what stands beside them.

Inside a Latin text a few words in another script are most often a name. Inside a text in that script a name shows by
its capitals, by the surname it begins with, or by the word of address before or behind it.
"""

import re
from collections.abc import Iterator

from detectors.recognizer import Passage
from detectors.scoring import LIKELY, POSSIBLE
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_HAN = "一-鿿㐀-䶿"
_CASED = "Ѐ-ӿͰ-Ͽ԰-֏"
_CASELESS = f"{_HAN}ぁ-ゟァ-ヿ가-힣؀-ۿ֐-׿ऀ-ॿ฀-๿"
_FOREIGN = re.compile(f"[{_CASED}{_CASELESS}]")
_RUN = re.compile(f"[{_CASED}{_CASELESS}]+(?:[ '.\u00b7-]{{1,2}}[{_CASED}{_CASELESS}]+)*")
_CAPITALS = re.compile(
    "(?!Пациент|Доктор|Врач)[А-ЯЁІЇЄҐΑ-Ω][а-яёіїєґ'α-ωά-ώ]+(?:[ -]+[А-ЯЁІЇЄҐΑ-Ω][а-яёіїєґ'α-ωά-ώ]*\\.?){1,3}"
)
_SURNAMES_HAN = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林罗羅郑鄭梁谢謝宋唐许許邓鄧韩韓冯馮曹彭曾肖田董"
    "潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯"
    "江尹薛闫段雷龙龍史陶贺賀毛郝顾顧龚邵万萬覃武钱錢戴严莫孔向常汤湯黎易温溫"
)
_SURNAMES_HANGUL = (
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함"
    "변염여추도소석선설마길연위표명기반라왕금옥육인맹제모"
)
_AFTER_HAN = re.compile(
    f"([{_SURNAMES_HAN}][{_HAN}]{{1,2}}|[{_SURNAMES_HAN}])(?=\\s?(?:女士|先生|小姐|太太|医生|醫生|医师|醫師|护士|護士|大夫|教授|主任|同志))"
)
_BEFORE_HAN = re.compile(
    f"(?:患者|病人|姓名|我叫|名叫|名字是|母亲|父亲|丈夫|妻子|儿子|女儿)[::是为為]?\\s*([{_SURNAMES_HAN}][{_HAN}]{{1,2}})"
)
_JAPANESE = re.compile(f"([{_HAN}ァ-ヿ]{{2,6}})(?=さん|様|氏|くん|ちゃん|先生)")
_HANGUL = re.compile(
    f"(?:(?:환자|딸|아들|아내|남편|어머니|아버지|보호자|이름은|성명|의사|간호사)[은는이가:]?\\s*([{_SURNAMES_HANGUL}][가-힣]{{1,2}}))"
    f"|([{_SURNAMES_HANGUL}][가-힣]{{2}})(?=\\s?(?:씨|님|환자|선생|입니다))"
)
_CYRILLIC_CUE = re.compile(
    r"(?:[Пп]ациент(?:ка|а|у)?|[Дд]октор(?:а|у)?|[Вв]рач(?:а|у)?|[Зз]овут|[Зз]вати|[Ии]мя|[Мм]уж|[Жж]ена|[Мм]ама|[Сс]ын|[Дд]очь|[Чч]оловік|"
    r"[Дд]ружина)[ :]+((?:[А-ЯЁІЇЄҐ][а-яёіїєґ']+ ?){1,3})"
)
_ARABIC_CUE = re.compile(
    "(?:المريضة|المريض|السيدة|السيد|الدكتورة|الدكتور|اسمي|اسمها|اسمه|زوجتي|زوجي|ابنتي|ابني|الممرضة|والدتي|والدي|مريضة|مريض|الاسم|الإسم)\\s*:?\\s+"
    "([\u0621-\u064a]{2,}(?: [\u0621-\u064a]{2,})?)"
)
_HINDI_CUE = re.compile("(?:श्रीमती|श्री|मरीज|मरीज़|रोगी|डॉ\\.?|नाम)\\s+([\u0900-\u097f]{2,}(?: [\u0900-\u097f]{2,})?)")
_NAMED_BEFORE = re.compile(
    r"\b(?:name(?:s|d)?(?: is)?|called|i am|i'm|dr\.?|m(?:r|rs|s)\.?|patient|pt|husband|wife|mother|father|mom|dad|son|"
    r"daughter|sister|brother|aka|alias)[ :,(\"-]*\Z",
    re.IGNORECASE,
)
_RULES = (_AFTER_HAN, _BEFORE_HAN, _JAPANESE, _HANGUL, _CYRILLIC_CUE, _ARABIC_CUE, _HINDI_CUE)
_MOST_WORDS, _LONGEST, _AROUND, _LATIN_AROUND = 3, 24, 40, 12
_CUE_REACH, _SHORTEST_CASED = 24, 4


class ScriptRecognizer:
    """Finds names that are not written in Latin letters."""

    name = "scripts"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the names in other scripts."""
        text = passage.text
        if text.isascii() or not _FOREIGN.search(text):
            return []
        spans = [
            Span(*found.span(group), IdentifierType.NAME, LIKELY, self.name)
            for rule in _RULES
            for found in rule.finditer(text)
            for group in range(1, rule.groups + 1)
            if found[group]
        ]
        spans += [Span(*found.span(), IdentifierType.NAME, POSSIBLE, self.name) for found in _CAPITALS.finditer(text)]
        return spans + [Span(start, end, IdentifierType.NAME, POSSIBLE, self.name) for start, end in _guests(text)]


def _guests(text: str) -> Iterator[tuple[int, int]]:
    """Yield short runs in another script with Latin text around them."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        if end - start > _LONGEST or end - start < 2 or len(run[0].split()) > _MOST_WORDS:  # noqa: PLR2004
            continue
        around = text[max(0, start - _AROUND) : start] + text[end : end + _AROUND]
        latin = sum(char.isascii() and char.isalpha() for char in around)
        if latin < _LATIN_AROUND or latin < sum(map(str.isalpha, around)) * 0.8:
            continue
        first = run[0][0]
        cased = first.islower() or first.isupper()
        large = first.isupper() and end - start >= _SHORTEST_CASED
        if large or not cased or _NAMED_BEFORE.search(text, max(0, start - _CUE_REACH), start):
            yield start, end
