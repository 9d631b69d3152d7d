import io

import pytest
from rich.console import Console

from assay.console import THEME
from assay.meter import PartStats
from assay.view import TrainView, pair_of, parts_table, shorten
from verifiers import Problem, Sample, Score

PARTS = [PartStats("math", 0.5, 0.25, 0.9, 8, 0.125, 1.5), PartStats("gate(x)", None, None, None, 0, 0.0, 0.0)]
BATCH = [
    (
        Sample(Problem([{"role": "user", "content": "1+1="}], "2"), "[bold]no[/] \\boxed{3}"),
        Score.of(False, "different", "3"),
    ),
    (Sample(Problem([{"role": "user", "content": "1+1="}], "2"), "\\boxed{2}"), Score.of(True, "equal", "2")),
]


def shown(*renderables, terminal=False):
    out = Console(file=io.StringIO(), width=100, theme=THEME, force_terminal=terminal, highlight=False)
    for renderable in renderables:
        out.print(renderable)
    return out.file.getvalue()


def test_every_part_has_a_row_with_mean_std_weight_unscored_and_time():
    text = shown(parts_table(PARTS))
    assert "math" in text
    for figure in ("0.500", "0.250", "0.9", "12.5 %", "1.50"):
        assert figure in text
    assert "gate" in text
    assert "–" in text


def test_the_best_and_the_worst_sample_are_shown_with_reason_answer_and_gold():
    text = shown(pair_of(BATCH))
    assert text.index("\\boxed{2}") < text.index("\\boxed{3}")
    assert "equal; took 2, gold 2" in text
    assert "different; took 3, gold 2" in text
    assert "[bold]no[/]" in text  # a completion is text, never markup


def test_a_draw_without_scores_says_so():
    assert "no sample was scored" in shown(pair_of([(BATCH[0][0], Score.unscored("unavailable"))]))


@pytest.mark.parametrize("steps", [1, 5, 100])
def test_a_log_gets_a_bounded_number_of_plain_lines_with_the_first_and_the_last_step(steps):
    out = Console(file=io.StringIO(), width=100, theme=THEME, highlight=False)
    with TrainView(out, steps) as view:
        for step in range(1, steps + 1):
            view.step({"step": step, "reward/mean": 0.5, "policy/kl": None}, PARTS, BATCH)
    text = out.file.getvalue()
    lines = [line for line in text.splitlines() if line.startswith("GRPO")]
    assert len(lines) <= 15
    assert lines[0].split()[1] == f"1/{steps}"
    assert lines[-1].split()[1] == f"{steps}/{steps}"
    assert "\x1b" not in text
    assert "kl" not in text


def test_a_long_text_is_shortened_in_the_middle():
    text = shorten("start " + "x" * 500 + " end", 40)
    assert len(text) == 40
    assert text.startswith("start")
    assert text.endswith("end")
    assert shorten(" a \n b ", 40) == "a b"
