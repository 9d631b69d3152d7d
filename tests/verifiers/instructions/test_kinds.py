"""Each of the 25 kinds of instruction, with responses written by hand on both sides of the line."""

import pytest

from verifiers.instructions import INSTRUCTIONS
from verifiers.instructions.detect import NoDetector, detector
from verifiers.instructions.verifier import follows

ENGLISH = "The weather in London was rather pleasant yesterday, so we walked along the river for several hours."
GERMAN = "Das Wetter in London war gestern recht angenehm, deshalb sind wir stundenlang am Fluss spazieren gegangen."
HINDI = "कल लंदन में मौसम बहुत अच्छा था, इसलिए हम कई घंटों तक नदी के किनारे टहलते रहे।"
VIETNAMESE = "Hôm qua thời tiết ở Luân Đôn khá dễ chịu, vì vậy chúng tôi đã đi dạo dọc bờ sông suốt nhiều giờ."

# kind: [(arguments, responses that follow it, responses that do not)]
CASES = {
    "keywords:existence": [
        (
            {"keywords": ["mom", "mother"]},
            ["Mom is a mother.", "MOTHER of my mom", "moments, smothered"],
            ["My mom.", "My mother.", "mo m mother", ""],
        ),
        ({"keywords": ["C++"]}, ["I write C++.", "c++"], ["I write C.", "Ccc"]),
    ],
    "keywords:frequency": [
        (
            {"keyword": "war", "frequency": 2, "relation": "at least"},
            ["War and war", "warfare awards", "warwar"],
            ["War", "peace", "w ar war"],
        ),
        (
            {"keyword": " war ", "frequency": 2, "relation": "less than"},
            ["War", "peace", "A toward"],
            ["war War", "warfare and war", "war war war"],
        ),
    ],
    "keywords:forbidden_words": [
        (
            {"forbidden_words": ["rock", "stone"]},
            ["A rocket", "rocks and stones", "Bedrock_rock", "."],
            ["Rock!", "a stone", "rock-hard", "ROCK AND ROLL", "(stone)"],
        )
    ],
    "keywords:letter_frequency": [
        (
            {"letter": "o", "let_frequency": 3, "let_relation": "at least"},
            ["oOo", "To go out", "ooooo"],
            ["oo", "To go", "x", "ö ó ø"],
        ),
        (
            {"letter": "#", "let_frequency": 2, "let_relation": "less than"},
            ["#", "none", "＃＃"],
            ["##", "# and #", "###"],
        ),
        ({"letter": "T", "let_frequency": 1, "let_relation": "at least"}, ["t", "T"], ["x"]),
    ],
    "language:response_language": [
        ({"language": "en"}, [ENGLISH, ENGLISH.upper(), "12345"], [GERMAN, HINDI, VIETNAMESE]),
        ({"language": "de"}, [GERMAN, GERMAN + " " + GERMAN], [ENGLISH, HINDI, ""]),
        ({"language": "hi"}, [HINDI], [ENGLISH, GERMAN]),
        ({"language": "vi"}, [VIETNAMESE], [ENGLISH]),
    ],
    "length_constraints:number_sentences": [
        (
            {"num_sentences": 3, "relation": "at least"},
            ["One. Two. Three.", "Who? Me! Yes.", 'He said "No." She left. I stayed.', "1. Apples are red. 2"],
            ["One. Two.", "Dr. Smith met Mr. Jones.", "It cost $3.50 at 5 p.m. today.", "a\nb\nc", "Wait... what"],
        ),
        (
            {"num_sentences": 3, "relation": "less than"},
            ["One. Two.", "One", "Mr. and Mrs. Smith left. We did not."],
            ["One. Two. Three.", "A! B! C! D!", "Is it? It is. Is it?"],
        ),
    ],
    "length_constraints:number_paragraphs": [
        (
            {"num_paragraphs": 2},
            ["a\n***\nb", "a *** b", "***\na\n***\nb\n***", "a***b", "a\n\nstill a\n\n***\n\nb"],
            ["a", "a\n\nb", "a\n***\nb\n***\nc", "a\n***\n\n***\nb", "a\n* * *\nb", "***\na\n***"],
        )
    ],
    "length_constraints:number_words": [
        (
            {"num_words": 4, "relation": "at least"},
            ["one two three four", "it's time now", "1 2 3 4 5", "a-b-c-d"],
            ["one two three", "it's time", "...", "one_two_three_four"],
        ),
        (
            {"num_words": 4, "relation": "less than"},
            ["one two three", "it's time", "one"],
            ["one two three four", "it's time now", "a/b/c/d"],
        ),
    ],
    "length_constraints:nth_paragraph_first_word": [
        (
            {"num_paragraphs": 2, "nth_paragraph": 2, "first_word": "weekend"},
            ["Hi.\n\nWeekend is near.", "a\n\n'Weekend', b", 'a\n\n"weekend" b', "a\n\nWEEKEND! b"],
            [
                "a\n\nThe weekend",
                "Weekend a\n\nb",
                "a\n\nweekend b\n\nc",
                "a\nweekend",
                "a\n\nweekends",
                "a\n\n\n\nweekend",
            ],
        )
    ],
    "detectable_content:number_placeholders": [
        (
            {"num_placeholders": 2},
            ["[name], [address]", "[a] [b] [c]", "[][]", "[[a] b] [c]"],
            ["[name]", "name", "[a\n] [b]", "(a) (b)", "[a [b"],
        )
    ],
    "detectable_content:postscript": [
        (
            {"postscript_marker": "P.S."},
            ["Bye.\nP.S. More", "p.s. more", "P. S. More", "Bye P.S.more"],
            ["Bye.", "PS: more", "P.S more", "Postscript: more"],
        ),
        (
            {"postscript_marker": "P.P.S"},
            ["P.P.S more", "p.p.s. more", "P. P. S more"],
            ["P.S. more", "PPS more", "P.P. more"],
        ),
    ],
    "detectable_format:number_bullet_lists": [
        (
            {"num_bullets": 2},
            ["* a\n* b", "- a\n- b", "Hi:\n  * a\n- b\nBye", "*a\n*b", "- a\n\n\n- b"],
            ["* a", "* a\n* b\n* c", "• a\n• b", "** a\n** b", "1. a\n2. b", "x * a\nx * b"],
        )
    ],
    "detectable_format:constrained_response": [
        (
            {},
            ["My answer is yes.", "My answer is no.", "My answer is maybe.", "Well. My answer is yes. So."],
            ["My answer is yes", "Yes.", "my answer is yes.", "My answer is: yes.", "MY ANSWER IS NO."],
        )
    ],
    "detectable_format:number_highlighted_sections": [
        (
            {"num_highlights": 2},
            ["*a* and *b*", "**a**  **b**", "*a b* **c**", "*a* *b* *c*"],
            ["*a*", "a b", "* *  *a*", "*a\nb* *c\nd*", "_a_ _b_"],
        )
    ],
    "detectable_format:multiple_sections": [
        (
            {"num_sections": 2, "section_spliter": "SECTION"},
            [
                "SECTION 1\na\nSECTION 2\nb",
                "SECTION 1 SECTION 2 SECTION 3",
                "SECTION1 SECTION2",
                "x SECTION\t1 SECTION 9",
            ],
            ["SECTION 1", "Section 1\nSection 2", "SECTION A\nSECTION B", "SECTION  1 SECTION  2", "1 2"],
        )
    ],
    "detectable_format:json_format": [
        (
            {},
            ['{"a": 1}', '```json\n{"a": 1}\n```', "```\n[1]\n```", " null ", "```JSON\n1```", "[NaN]"],
            ["{'a': 1}", 'Here: {"a": 1}', '{"a": 1', "yes", "```json\n```", "[" * 5000],
        )
    ],
    "detectable_format:title": [
        (
            {},
            ["<<Joy>>\na", "a <<poem of joy>>", "<<<a>>>", "<<a>> <<b>>"],
            ["<Joy>", "<<>>", "<< >>", "<<a\nb>>", "Title: Joy", ">>a<<"],
        )
    ],
    "combination:two_responses": [
        (
            {},
            ["a\n******\nb", "a******b", "******\na\n******\nb", "a ****** b ******"],
            ["a", "a******a", "a\n***\nb", "a******b******c", "a************b", "a ****** a "],
        )
    ],
    "combination:repeat_prompt": [
        (
            {"prompt_to_repeat": "Write a poem."},
            ["Write a poem.\nRoses", "write a POEM. Roses", "  Write a poem.", "Write a poem.Roses"],
            ["Sure! Write a poem.", "Write a poem", '"Write a poem."', "Write  a poem.", "Roses"],
        )
    ],
    "startend:end_checker": [
        (
            {"end_phrase": "Any questions?"},
            ["Bye. Any questions?", "ANY QUESTIONS?", '"Any questions?"', "Any questions?\n "],
            ["Any questions? Bye", "Any questions", "Any questions?.", "Questions?", "Any questions?*"],
        )
    ],
    "startend:quotation": [
        (
            {},
            ['"a"', ' "a\nb" ', '""', '"a" and "b"'],
            ["a", '"a', 'a"', '"', "'a'", "“a”", '"a".'],
        )
    ],
    "change_case:capital_word_frequency": [
        (
            {"capital_frequency": 2, "capital_relation": "at least"},
            ["GO NOW", "I am A", "DON'T", "THE-END IS near", "GO,NOW", "**GO** NOW!"],
            ["Go now", "GO now", "MERRY-GO-ROUND", "123 456", "gO nOW"],
        ),
        (
            {"capital_frequency": 2, "capital_relation": "less than"},
            ["Go now", "GO now", "X"],
            ["GO NOW", "I AM", "A B C"],
        ),
    ],
    "change_case:english_capital": [
        (
            {},
            [ENGLISH.upper(), ENGLISH.upper() + " 123!", "THIS IS A VERY SHORT ANSWER TO THE QUESTION."],
            [ENGLISH, ENGLISH.upper() + " ok", GERMAN.upper(), "123", ""],
        )
    ],
    "change_case:english_lowercase": [
        (
            {},
            [ENGLISH.lower(), ENGLISH.lower() + " 123!", "this is a very short answer to the question."],
            [ENGLISH, ENGLISH.lower() + " OK", GERMAN.lower(), "123", ""],
        )
    ],
    "punctuation:no_comma": [
        ({}, ["No comma here", "a; b", "一，二", "1.000"], ["a, b", "1,000", ",", "a\n,b"]),
    ],
}


def needs_detector(kind):
    if kind.startswith(("language", "change_case:english")):
        try:
            detector()
        except NoDetector:
            pytest.skip("neither langdetect nor pycld2 is installed")


@pytest.mark.parametrize("kind", INSTRUCTIONS)
def test_responses_are_told_apart(kind):
    needs_detector(kind)
    for arguments, right, wrong in CASES[kind]:
        for response in right:
            assert follows(response, kind, arguments), (arguments, response)
        for response in wrong:
            assert not follows(response, kind, arguments), (arguments, response)


def test_every_kind_has_six_cases_on_both_sides():
    assert CASES.keys() == INSTRUCTIONS.keys()
    assert len(INSTRUCTIONS) == 25
    for kind, cases in CASES.items():
        right, wrong = (sum(len(case[side]) for case in cases) for side in (1, 2))
        assert right + wrong >= 6, kind
        assert min(right, wrong) >= 3, kind


@pytest.mark.parametrize("kind", INSTRUCTIONS)
def test_a_blank_response_follows_nothing(kind):
    for arguments, _, _ in CASES[kind]:
        for blank in ("", " \n\t"):
            assert not follows(blank, kind, arguments)
