"""The HTML page, read as a reader does: in a browser without a network."""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, sync_playwright

from attrib_bench.corpus import load_collection
from attrib_bench.document import Attribution, DataError, Document, Form, HedgeType, Span
from attrib_bench.evaluation import Evaluation, Gold, compare_evaluations, evaluate, outcomes
from attrib_bench.predictions import Predictions
from attrib_bench.report.html import page
from attrib_bench.report.tables import interval_of
from attrib_bench.tasks import TASKS, Outcome

ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

HOSTILE = "<script>alert(1)</script> & &lt; \"b\" 'c' </script><!-- <img src=x onerror=alert(2)> 😀"
"""Markup, entities, quotes, an end of a script element, a comment, and a character beyond the BMP before what follows."""


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """A tab of a browser. It may open what it likes, so that a page that asks for something is found out."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("chromium is missing; `make browser` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        tab = browser.new_page(color_scheme="light")
        tab.set_default_timeout(20_000)
        yield tab
        browser.close()


@pytest.fixture
def show(tab: Page, tmp_path: Path) -> Iterator[Callable[[str], Page]]:
    """A function that opens a page's HTML without a network; it must have sent no request and written no error at the end."""
    requests: list[str] = []
    errors: list[str] = []
    listeners: dict[Literal["request", "console", "pageerror"], Callable[..., None]] = {
        "request": lambda request: requests.append(request.url),
        "console": lambda message: errors.append(message.text),
        "pageerror": lambda error: errors.append(str(error)),
    }
    file = tmp_path / "page.html"

    def opened(html: str) -> Page:
        file.write_text(html, encoding="utf-8")
        tab.goto(file.as_uri())
        return tab

    tab.context.set_offline(True)
    for event, listener in listeners.items():
        tab.on(event, listener)
    yield opened
    for event, listener in listeners.items():
        tab.remove_listener(event, listener)
    tab.context.set_offline(False)
    assert set(requests) <= {file.as_uri()}
    assert errors == []


@pytest.fixture
def gold(small_root: Path) -> Gold:
    return Gold(load_collection(root=small_root).documents, "core@0.0.1+0123abcd", "all")


def predicted(gold: Gold) -> Predictions:
    """Gold with one mistake of each kind among its attributions, and one hedge of the wrong type."""
    agency, newspaper, council = gold.documents
    a1, a2, _ = agency.attributions
    shorter = Span(((at := agency.require_text().index("die Fähre bis"), at + len("die Fähre bis Mai ausfällt")),))
    mistaken = replace(
        agency,
        attributions=(replace(a1, content=shorter), replace(a2, form=Form.MIXED)),
        hedges=(replace(agency.hedges[0], type=HedgeType.EPISTEMIC),),
    )
    text = council.require_text()
    invented = Attribution(
        id="x",
        form=Form.INDIRECT,
        source=Span(((text.index("Der Rat"), text.index(" von Altfelden")),)),
        content=Span(((at := text.index("die Entscheidung"), at + len("die Entscheidung")),)),
    )
    return Predictions((mistaken, newspaper, replace(council, attributions=(*council.attributions, invented))))


def relabelled(gold: Gold) -> Predictions:
    """Gold with every direct attribution called mixed."""
    return Predictions(
        tuple(
            replace(
                document,
                attributions=tuple(replace(a, form=Form.MIXED) if a.form is Form.DIRECT else a for a in document.attributions),
            )
            for document in gold.documents
        )
    )


def evaluated(gold: Gold, predictions: Predictions, task: str) -> Evaluation:
    return evaluate(gold, predictions, TASKS[task], n_resamples=50)


def html_of(gold: Gold, predictions: Predictions, task: str) -> str:
    return page(evaluated(gold, predictions, task), outcomes(gold, predictions, TASKS[task]), title=f"A system on {task}")


def html_with(gold: Gold, document: Document, answers: Sequence[Outcome], *, title: str = "By hand") -> str:
    """A page with answers made by hand."""
    return page(evaluated(gold, Predictions(gold.documents), "form"), [(document, answers)], title=title)


def document_of(text: str) -> Document:
    """A document whose sentences end in a full stop."""
    tokens = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    ends = [i + 1 for i, (start, _) in enumerate(tokens) if text[start] == "."]
    return Document(id="d1", collection="core", text=text, tokens=tokens, sentences=tuple(zip([0, *ends], ends, strict=False)))


def span(text: str, *quotations: str) -> Span:
    return Span(tuple((text.index(quotation), text.index(quotation) + len(quotation)) for quotation in quotations))


def kinds(tab: Page) -> dict[str, str]:
    """The counts beside the kinds."""
    kinds_and_counts = (label.split() for label in tab.locator("#kinds label").all_inner_texts())
    return {kind: count.strip("()") for kind, count in kinds_and_counts}


def shown(tab: Page) -> list[str]:
    """The kinds of the answers that are shown."""
    return tab.locator("#list .kind").all_inner_texts()


def lines(tab: Page, side: str) -> list[str]:
    """What stands on one side of each answer, a line a paragraph."""
    return ["\n".join(row.locator("p").all_inner_texts()) for row in tab.locator(f"#list .{side}").all()]


# What is said above the answers


def test_scores(show: Callable[[str], Page], gold: Gold) -> None:
    evaluation = evaluated(gold, predicted(gold), "attribution")
    tab = show(html_of(gold, predicted(gold), "attribution"))
    assert tab.get_by_role("heading", level=1).inner_text() == "A system on attribution"
    assert tab.locator(".signature").inner_text() == evaluation.signature
    assert tab.locator("dl dt").all_inner_texts() == list(evaluation.settings)
    assert tab.locator("dl dd").all_inner_texts() == list(evaluation.settings.values())
    main = evaluation.main
    row = tab.get_by_role("row", name="joint *").get_by_role("cell").all_inner_texts()
    assert row[2:] == [f"{main.value:.3f}", interval_of(main)]
    assert tab.locator(".main .value").inner_text() == row[2]


def test_intervals_stand_at_their_place(show: Callable[[str], Page], gold: Gold) -> None:
    evaluation = evaluated(gold, predicted(gold), "attribution")
    tab = show(html_of(gold, predicted(gold), "attribution"))
    plot = tab.get_by_role("img", name="Figures with their 95% intervals")
    box = "e => { const { x, width } = e.getBBox(); return { x, width } }"
    start, end = (plot.locator(".grid").nth(i).evaluate(box) for i in (0, 5))
    interval, point = (plot.locator(f".is-main {name}").evaluate(box) for name in (".interval", ".point"))

    def share(x: float) -> float:
        return float((x - start["x"]) / (end["x"] - start["x"]))

    main = evaluation.main
    assert share(point["x"] + point["width"] / 2) == pytest.approx(main.value, abs=0.001)
    assert main.interval is not None
    assert share(interval["x"]) == pytest.approx(main.interval.low, abs=0.001)
    assert share(interval["x"] + interval["width"]) == pytest.approx(main.interval.high, abs=0.001)


def test_slices(show: Callable[[str], Page], gold: Gold) -> None:
    evaluation = evaluated(gold, predicted(gold), "attribution")
    tab = show(html_of(gold, predicted(gold), "attribution"))
    bars = tab.get_by_role("img", name="joint, by form")
    forms = [name[len("joint[form=") : -len("].f1")] for name in evaluation.figures if re.fullmatch(r"joint\[form=.*\]\.f1", name)]
    assert len(forms) == 6
    assert bars.locator("g > text:first-child").all_text_contents() == forms
    widths = [float(bar.get_attribute("width") or "") for bar in bars.locator(".bar").all()]
    values = [evaluation.figures[f"joint[form={form}].f1"].value for form in forms]
    assert [width / max(widths) for width in widths] == pytest.approx([value / max(values) for value in values], abs=0.01)
    assert not tab.get_by_role("img", name="tuple, by form", exact=True).is_visible()
    tab.get_by_text("other scores by form").click()
    assert tab.get_by_role("img", name="tuple, by form", exact=True).is_visible()
    tab.get_by_text("the same as a table").click()
    assert tab.get_by_role("rowheader", name="joint[form=direct]", exact=True).is_visible()


def test_slices_of_another_score_than_the_main_one(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, relabelled(gold), "chain"))
    assert tab.get_by_role("img", name="chain, by depth").locator("g > text:first-child").all_text_contents() == ["1", "2", ">1"]


def test_confusions(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, relabelled(gold), "form"))
    table = tab.get_by_role("table", name="form: gold down, predicted across")
    labels = table.locator("thead th").all_inner_texts()
    row = table.get_by_role("row", name="direct", exact=False).filter(has=tab.get_by_role("rowheader", name="direct", exact=True))
    cells = row.locator("tbody td, td")
    assert dict(zip(labels, cells.all_inner_texts(), strict=True))["mixed"] == "1"
    assert cells.nth(labels.index("mixed")).get_attribute("class") == "heat-8"
    assert cells.nth(labels.index("direct")).get_attribute("class") == "heat-0 agreed"


def test_differences(show: Callable[[str], Page], gold: Gold) -> None:
    evaluation, other = evaluated(gold, predicted(gold), "attribution"), evaluated(gold, relabelled(gold), "attribution")
    found = compare_evaluations(evaluation, other)
    tab = show(page(evaluation, [], title="Two systems", differences=found))
    row = tab.get_by_role("table", name="against the other system").get_by_role("row", name="joint.f1")
    cells = row.get_by_role("cell").all_inner_texts()
    assert cells == [f"{evaluation.main.value:.3f}", f"{found['joint.f1'].value:+.3f}", f"{found['joint.f1'].p:.4f}"]


# The answers


def test_errors_are_shown_and_correct_answers_can_be(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, predicted(gold), "attribution"))
    assert kinds(tab) == {"edges": "1", "label": "1", "missed": "1", "spurious": "1", "correct": "6"}
    assert shown(tab) == ["edges", "label", "missed", "spurious"]
    assert tab.locator("#list .document").all_inner_texts() == ["s001-a", "s001-a", "s001-a", "s003-a"]
    assert lines(tab, "gold") == [
        "indirect\n[source Die Reederei Nordhagen] [cue 1/2 teilte] am Montag [cue 2/2 mit], "
        "[content dass die Fähre bis Mai ausfällt].",
        "direct\n[content „Wir bedauern das sehr“], [cue sagte] [source Sprecherin Ina Voss] [addressee der Küstenpost].",
        "indirect\n[content 1/2 Der Schaden liegt] [cue laut] [source Voss] [content 2/2 bei rund 30 000 Euro].",
        "nothing",
    ]
    assert lines(tab, "prediction") == [
        "indirect\n[source Die Reederei Nordhagen] [cue 1/2 teilte] am Montag [cue 2/2 mit], "
        "dass [content die Fähre bis Mai ausfällt].",
        "mixed\nthe same spans",
        "nothing",
        "indirect\n[source Der Rat] von Altfelden hat [content die Entscheidung] über das Bad vertagt.",
    ]
    assert tab.locator("#list .differs").all_inner_texts() == ["dass "]
    tab.get_by_label("correct").check()
    assert len(shown(tab)) == 10
    assert tab.locator("#status").inner_text() == "1–10 of 10 answers"


def test_filters(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, predicted(gold), "attribution"))
    form = tab.get_by_role("combobox", name="form")
    assert form.locator("option").all_inner_texts()[:2] == ["all (4)", "direct (1)"]

    tab.get_by_label("missed").uncheck()
    tab.get_by_label("spurious").uncheck()
    assert shown(tab) == ["edges", "label"]
    assert "indirect (1)" in form.locator("option").all_inner_texts()

    form.select_option("=direct")
    assert shown(tab) == ["label"]
    assert kinds(tab) == {"edges": "0", "label": "1", "missed": "0", "spurious": "0", "correct": "0"}

    form.select_option("=indirect")
    assert shown(tab) == ["edges"]
    assert kinds(tab) == {"edges": "1", "label": "0", "missed": "1", "spurious": "1", "correct": "2"}

    tab.get_by_role("combobox", name="depth").select_option("=2")
    assert shown(tab) == []
    assert tab.locator("#status").inner_text() == "No answer passes these filters."
    assert kinds(tab)["correct"] == "1"

    tab.get_by_role("button", name="Reset").click()
    assert shown(tab) == ["edges", "label", "missed", "spurious"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("BEDAUERN  das", ["label"], id="letter case and spaces do not matter"),
        pytest.param("s003", ["spurious"], id="a document"),
        pytest.param("free_indirect", [], id="what only a correct answer says"),
        pytest.param("der", ["edges", "label", "missed", "spurious"], id="in all"),
        pytest.param(".*", [], id="is no pattern"),
    ],
)
def test_search(show: Callable[[str], Page], gold: Gold, words: str, expected: list[str]) -> None:
    tab = show(html_of(gold, predicted(gold), "attribution"))
    tab.get_by_label("Search").fill(words)
    assert shown(tab) == expected
    assert sum(int(count) for kind, count in kinds(tab).items() if kind != "correct") == len(expected)


def test_hedges(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, predicted(gold), "hedge"))
    assert lines(tab, "gold") == ["approximator\nDer Schaden liegt laut Voss bei [approximator rund] 30 000 Euro."]
    assert lines(tab, "prediction") == ["epistemic\nDer Schaden liegt laut Voss bei [epistemic rund] 30 000 Euro."]


def test_spans(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, predicted(gold), "spans"))
    tab.get_by_role("combobox", name="label").select_option("=cue")
    assert lines(tab, "gold") == ["cue\nDer Schaden liegt [cue laut] Voss bei rund 30 000 Euro."]


@pytest.mark.parametrize("task", TASKS)
def test_gold_against_itself_has_no_errors(show: Callable[[str], Page], gold: Gold, task: str) -> None:
    same = Predictions(gold.documents)
    n_answers = sum(len(answers) for _, answers in outcomes(gold, same, TASKS[task]))
    tab = show(html_of(gold, same, task))
    assert shown(tab) == []
    assert kinds(tab) == {"edges": "0", "label": "0", "missed": "0", "spurious": "0", "correct": str(n_answers)}
    tab.get_by_label("correct").check()
    assert shown(tab) == ["correct"] * min(n_answers, 25)


TEXT = "Anna sagt Bert ruft. Cora schweigt.\n\nDora geht. Emil bleibt."


@pytest.mark.parametrize(
    ("spans", "line"),
    [
        pytest.param(
            [("content", span(TEXT, "Anna sagt Bert")), ("source", span(TEXT, "Anna")), ("cue", span(TEXT, "sagt"))],
            "[content [source Anna] [cue sagt] Bert] ruft.",
            id="nested, one starting with the other",
        ),
        pytest.param(
            [("content", span(TEXT, "Anna sagt")), ("cue", span(TEXT, "sagt Bert"))],
            "[content Anna [cue sagt] Bert] ruft.",
            id="crossing",
        ),
        pytest.param(
            [("content", span(TEXT, "sagt Bert")), ("hedge", span(TEXT, "sagt Bert"))],
            "Anna [content [hedge sagt Bert]] ruft.",
            id="one on the other",
        ),
        pytest.param(
            [("source", span(TEXT, "Anna")), ("cue", span(TEXT, " sagt"))], "[source Anna][cue  sagt] Bert ruft.", id="touching"
        ),
        pytest.param(
            [("cue", span(TEXT, "Anna", "Bert", "ruft"))],
            "[cue 1/3 Anna] sagt [cue 2/3 Bert] [cue 3/3 ruft].",
            id="gaps",
        ),
        pytest.param(
            [("source", span(TEXT, "Anna", "Emil"))], "[source 1/2 Anna] sagt Bert ruft. […] [source 2/2 Emil] bleibt.", id="far"
        ),
        pytest.param(
            [("content", span(TEXT, "ruft. Cora schweigt.\n\nDora"))],
            "Anna sagt Bert [content ruft. Cora schweigt. ¶ Dora] geht.",
            id="over sentences and a line break",
        ),
    ],
)
def test_span_shapes(show: Callable[[str], Page], gold: Gold, spans: list[tuple[str, Span]], line: str) -> None:
    tab = show(html_with(gold, document_of(TEXT), [Outcome(kind="missed", slices={}, gold=tuple(spans))]))
    assert lines(tab, "gold") == [line]


def test_labels_differ_in_more_than_colour(show: Callable[[str], Page], gold: Gold) -> None:
    names = ("source", "cue", "content", "addressee", "hedge", "neither")
    answers = [Outcome(kind="missed", slices={}, gold=((name, span(TEXT, "Bert")),)) for name in names]
    tab = show(html_with(gold, document_of(TEXT), answers))
    assert lines(tab, "gold") == [f"Anna sagt [{name} Bert] ruft." for name in names]
    style = "e => { const s = getComputedStyle(e); return s.textDecorationStyle + s.textUnderlineOffset }"
    styles = {tab.locator(f"#list .span.{name}").evaluate(style) for name in names}
    assert len(styles) == len(names)


def test_an_answer_without_a_place(show: Callable[[str], Page], gold: Gold) -> None:
    answer = Outcome(kind="label", slices={"kind": "person"}, gold_says="Anna: person", predicted_says="Anna: group")
    tab = show(html_with(gold, document_of(TEXT), [answer]))
    assert lines(tab, "gold") == ["Anna: person\nno place in the text"]


def test_a_document_without_sentences_is_shown_whole(show: Callable[[str], Page], gold: Gold) -> None:
    bare = replace(document_of(TEXT), tokens=(), sentences=())
    tab = show(html_with(gold, bare, [Outcome(kind="missed", slices={}, gold=(("source", span(TEXT, "Dora")),))]))
    assert lines(tab, "gold") == ["Anna sagt Bert ruft. Cora schweigt. ¶ [source Dora] geht. Emil bleibt."]


def test_hostile_text_is_shown_as_it_is(show: Callable[[str], Page], gold: Gold) -> None:
    text = f"Davor {HOSTILE} sagt Bert. Danach."
    answer = Outcome(
        kind="edges",
        slices={HOSTILE: HOSTILE},
        gold=(("cue", span(text, "sagt")),),
        predicted=(("cue", span(text, "sagt Bert")),),
        gold_says=HOSTILE,
        predicted_says="constructor",
    )
    html = html_with(gold, replace(document_of(text), id=HOSTILE), [answer], title=HOSTILE)
    tab = show(html)
    assert tab.get_by_role("heading", level=1).inner_text() == HOSTILE
    assert tab.title() == f"{HOSTILE} – attrib-bench"
    assert tab.locator("#list .document").inner_text() == HOSTILE
    assert tab.locator("#list .slice").inner_text() == f"{HOSTILE}: {HOSTILE}"
    assert lines(tab, "gold") == [f"{HOSTILE}\nDavor {HOSTILE} [cue sagt] Bert."]
    assert lines(tab, "prediction") == [f"constructor\nDavor {HOSTILE} [cue sagt Bert]."]
    assert tab.locator("select option").all_inner_texts() == ["all (1)", f"{HOSTILE} (1)"]
    assert tab.locator("img, script:not([id]) ~ script, #list script").count() == 0
    tab.get_by_label("Search").fill(HOSTILE)
    assert shown(tab) == ["edges"]


def test_many_answers_come_page_by_page(show: Callable[[str], Page], gold: Gold) -> None:
    places = (span(TEXT, "Anna"), span(TEXT, "Dora"))
    answers = [Outcome(kind="missed", slices={"n": str(n % 3)}, gold=(("source", places[n % 2]),)) for n in range(30_000)]
    html = html_with(gold, document_of(TEXT), answers)
    assert len(html) < 5_000_000
    tab = show(html)
    assert tab.locator("#status").inner_text() == "1–25 of 30000 answers"
    assert tab.get_by_role("button", name="Previous").is_disabled()
    tab.get_by_role("combobox", name="n").select_option("=2")
    tab.get_by_label("Search").fill("dora")
    assert tab.locator("#status").inner_text() == "1–25 of 5000 answers"
    tab.get_by_role("button", name="Next").focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    assert tab.locator("#status").inner_text() == "51–75 of 5000 answers"
    assert tab.locator("#list").get_attribute("start") == "51"
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Space")
    assert tab.locator("#status").inner_text() == "26–50 of 5000 answers"


# The page


def test_the_policy_forbids_requests_and_other_scripts(tab: Page, gold: Gold, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(html_of(gold, predicted(gold), "hedge"), encoding="utf-8")
    tab.goto(file.as_uri())
    with socket.create_server(("127.0.0.1", 0)) as server:
        violated = tab.evaluate(
            """async (address) => {
                const found = [];
                document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
                await fetch(address).catch(() => null);
                const image = new Image();
                image.src = address;
                const script = document.createElement("script");
                script.textContent = "document.title = 'run'";
                document.body.append(script);
                document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>");
                await new Promise((resolve) => setTimeout(resolve, 200));
                return [...new Set(found)].sort();
            }""",
            f"http://127.0.0.1:{server.getsockname()[1]}/",
        )
        assert violated == ["connect-src", "img-src", "script-src-elem", "style-src-attr"]
        assert tab.title() != "run"
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


def test_every_control_has_a_name_and_headings_are_in_order(show: Callable[[str], Page], gold: Gold) -> None:
    tab = show(html_of(gold, predicted(gold), "attribution"))
    for control in tab.locator("input, select, button").all():
        assert control.evaluate("e => (e.labels?.[0] ?? e).textContent.trim()")
    levels = [int(level) for level in tab.locator("h1, h2, h3, h4").evaluate_all("found => found.map(e => e.tagName[1])")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tab.locator("table").count() == tab.locator("table caption").count()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(show: Callable[[str], Page], gold: Gold, scheme: Literal["light", "dark"]) -> None:
    """Contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) of everything that is written in the answers and filters."""
    tab = show(html_of(gold, predicted(gold), "attribution"))
    tab.emulate_media(color_scheme=scheme)
    ratios = tab.evaluate(
        """() => {
            const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
            const rgb = (colour) => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = colour;
                canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
            };
            const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
                .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
            const ground = (e) => { while (e && rgb(getComputedStyle(e).backgroundColor)[3] === 0) e = e.parentElement;
                return rgb(getComputedStyle(e).backgroundColor); };
            return [...document.querySelectorAll("#list *, #filters label, #filters small, caption, th, td")]
                .filter((e) => e.checkVisibility() && e.textContent.trim())
                .map((e) => {
                    const [low, high] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((a, b) => a - b);
                    return (high + 0.05) / (low + 0.05);
                });
        }"""
    )
    assert len(ratios) > 100
    assert min(ratios) >= 4.5


class _Balance(HTMLParser):
    """Fails on elements that are closed in another order than they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass


@pytest.mark.parametrize("task", TASKS)
def test_markup_is_balanced(gold: Gold, task: str) -> None:
    parser = _Balance()
    parser.feed(html_of(gold, Predictions(gold.documents), task))
    parser.close()
    assert parser.open == []


def test_the_same_input_gives_the_same_page(gold: Gold) -> None:
    assert html_of(gold, predicted(gold), "spans") == html_of(gold, predicted(gold), "spans")


def test_only_sentences_with_answers_are_in_the_page(gold: Gold) -> None:
    html = html_with(gold, document_of(TEXT), [Outcome(kind="missed", slices={}, gold=(("source", span(TEXT, "Cora")),))])
    data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', html).group(1))  # type: ignore[union-attr]
    assert data["documents"] == [{"id": "d1", "sentences": {"1": [21, "Cora schweigt.\n\n"]}}]


def test_a_missing_text_is_an_error(gold: Gold) -> None:
    bare = replace(document_of(TEXT), text=None)
    answer = Outcome(kind="missed", slices={}, gold=(("source", span(TEXT, "Cora")),))
    with pytest.raises(DataError, match=r"d1: the text of collection 'core' is not shipped; hydrate it first"):
        html_with(gold, bare, [answer])
    assert '"documents":[]' in html_with(gold, bare, [])
