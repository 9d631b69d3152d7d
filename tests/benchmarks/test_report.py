import json
import re
from html.parser import HTMLParser

import pytest

from benchmarks.charts import Chart, smooth
from benchmarks.report import MAX_SAMPLES, Report, interval, percent, thin
from benchmarks.summary import summarize
from tests.benchmarks.helpers import LastWord, results_of

HOSTILE = '</script><script>alert(1)</script> <img src=x onerror="alert(2)"> \ud800 {{ 7 * 7 }}'


def page(**parts):
    return Report(title="A <run>", **parts).html()


def data_of(html):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL).group(1))


def test_a_hostile_completion_stays_data():
    results = results_of([HOSTILE])
    html = page(samples=[("before", result) for result in results], facts={"prompt": HOSTILE})
    scripts = []

    class Scripts(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag in ("script", "img"):
                scripts.append((tag, dict(attrs)))

    Scripts().feed(html)
    assert [tag for tag, _ in scripts] == ["script", "script"]  # the data, and the page's own
    assert data_of(html)[0]["completion"].endswith(HOSTILE)
    assert "A &lt;run&gt;" in html


def test_a_report_loads_nothing(tmp_path):
    results = results_of(["1", "2", "1"])
    html = page(
        samples=[("s", r) for r in results],
        summaries=[summarize(results, LastWord(), "r")],
        charts=[Chart("Reward", [1, 2, 3], {"reward": [0.1, None, 0.3]})],
    )
    assert not re.search(r'(src|href)="(?!#)', html)
    assert "url(http" not in html
    assert Report(title="t").write(tmp_path / "new" / "report.html").exists()


def test_a_lone_surrogate_can_be_written(tmp_path):
    path = Report(title="t", facts={"prompt": "\ud800"}).write(tmp_path / "report.html")
    assert "<title>t</title>" in path.read_text(encoding="utf-8")


def test_long_runs_are_thinned_and_say_so():
    results = results_of(["1"] * (MAX_SAMPLES + 7))
    html = page(samples=[("s", r) for r in results])
    assert len(data_of(html)) == MAX_SAMPLES
    assert f"{MAX_SAMPLES} of {MAX_SAMPLES + 7} samples" in html


def test_thinning_is_even_and_keeps_the_first():
    assert thin(range(10), 5) == [0, 2, 4, 6, 8]
    assert thin([1, 2], 5) == [1, 2]


def test_a_chart_takes_its_colours_from_the_page_and_is_the_same_each_time():
    chart = Chart("Reward parts", [1, 2, 3], {"math": [0.1, 0.2, 0.3], "form": [1.0, None, 1.0]}, share=True)
    svg = chart.svg()
    assert svg == chart.svg()
    assert "var(--series-1)" in svg
    assert "var(--series-2)" in svg
    assert not re.search(r"#0[0-9a-f]{5}", svg)
    assert ">math<" in svg  # text stays text


def test_two_charts_share_no_ids():
    def ids(title):
        return set(re.findall(r'\bid="([^"]+)"', Chart(title, [1, 2], {"a": [1, 2]}).svg()))

    assert not ids("Reward") & ids("Entropy")


@pytest.mark.parametrize("steps", [[], [1], [1, 2]])
def test_a_chart_of_hardly_any_steps_can_be_drawn(steps):
    assert "<svg" in Chart("Reward", steps, {"reward": [0.5] * len(steps)}).svg()


def test_smoothing_never_looks_ahead_and_skips_what_is_missing():
    assert smooth([1.0, 3.0, None, 5.0], 2) == [1.0, 2.0, 3.0, 5.0]
    assert smooth([None, 2.0], 3) == [None, 2.0]


def test_shares_are_percentages_and_nothing_is_a_dash():
    assert (percent(0.5), percent(None), interval((0.25, 0.5))) == ("50.0 %", "–", "25.0 – 50.0")
