"""How many sentences has a text?

Google's code counts with NLTK's Punkt (Kiss and Strunk, 2006) and its English model. This is Punkt's decision procedure
with a list of abbreviations and sentence openers in place of the trained model, which would have to be fetched from the
network. As there, a line break ends no sentence, and the number of a list item ("1.") is a sentence of its own where a
capital follows.
"""

from __future__ import annotations

import re

# Without their last period. Kept to what is hardly ever the last word of a sentence.
_ABBREVIATIONS = """
mr mrs ms dr prof rev hon st sr jr gen col lt sgt capt maj cmdr adm gov sen rep pres messrs mme mlle
inc ltd co corp bros llc plc dept univ assn
vs v cf eg e.g ie i.e etc al viz approx est ca nos vol vols ed eds pp p ch fig figs sec eq op cit
jan feb mar apr jun jul aug sep sept oct nov dec tue tues wed thu thur thurs fri
a.m p.m u.s u.k u.n u.s.a e.u d.c n.y l.a b.c a.d ph.d m.d b.a m.a b.s m.s j.d r.i.p
ave blvd rd mt ft calif fla mich tex ariz conn minn okla penn tenn wis
oz lb lbs tsp tbsp hr hrs mins
"""
# After an abbreviation, initial or ellipsis a sentence ends only where one of these, capitalised, opens the next one.
_OPENERS = """
the a an this that these those it its he she we they you i his her their our your my there here what when where
why how who which if in on at for from by with and but or so however although though while after before since
because as then thus therefore also some many most more all each no not one two to first second finally it's i'm
"""
ABBREVIATIONS, OPENERS = frozenset(_ABBREVIATIONS.split()), frozenset(_OPENERS.split())

_PERIOD_OR_MARK = re.compile(r"[.?!](?=$|[)\";}\]*:@'({\[?!])")
_NUMBER = re.compile(r"-?[.,]?\d[\d,.\-]*")
_CLOSING = re.compile(r"[\"')\]}]+")


def count_sentences(text: str) -> int:
    """The number of sentences; 0 for a blank text.

    >>> count_sentences("Dr. Smith paid $3.50. Did he? Yes!")
    3
    """
    words = text.split()
    if not words:
        return 0
    count, last = 1, len(words) - 1
    for i, word in enumerate(words):
        if "." in word or "?" in word or "!" in word:
            count += _ends_sentence(word, words[i + 1] if i < last else None)
    return count


def _ends_sentence(word: str, following: str | None) -> bool:
    """Does a new sentence begin within this word or after it?"""
    marks = list(_PERIOD_OR_MARK.finditer(word))
    if not marks:
        return False
    mark = marks[-1]
    rest = word[mark.end() :]
    if following is None and (not rest or _CLOSING.fullmatch(rest)):
        return False  # the end of the text; closing quotes and brackets belong to the sentence that they close
    if mark.group() != ".":
        return True
    head = word[: mark.end()].lstrip("([{\"'*_`")
    after = rest or following or ""
    if head.endswith(".."):
        return _opens(after)
    base = head[:-1].lower()
    if _NUMBER.fullmatch(base):
        return not after[:1].islower() and after[:1] not in ";:,.!?"
    if base in ABBREVIATIONS or base.rpartition("-")[2] in ABBREVIATIONS or (len(base) == 1 and base.isalpha()):
        return _opens(after)
    return True


def _opens(word: str) -> bool:
    return word[:1].isupper() and word.rstrip(",;:.!?").lower() in OPENERS
