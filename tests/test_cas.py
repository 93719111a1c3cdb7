"""UIMA CAS: lossless both ways, readable by dkpro-cassis alone, right after edits, and safe. The texts are invented."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cassis import Cas, load_cas_from_json, load_cas_from_xmi, load_typesystem
from cassis.typesystem import FeatureStructure
from hypothesis import given, settings

from attrib_bench.corpus import load_collection
from attrib_bench.document import (
    Attribution,
    DataError,
    Document,
    Form,
    Hedge,
    HedgeType,
    Identification,
    Kind,
    Metadata,
    ProvenanceLink,
    Sector,
    Source,
    Zone,
    ZoneKind,
)
from attrib_bench.files import data_root, sha256
from attrib_bench.formats import cas
from attrib_bench.formats.format import Format
from attrib_bench.formats.marks import MARKS, marks
from examples import EXAMPLE, TEXT, span, through_files
from strategies import documents, documents_of_any_text

BOTH = pytest.mark.parametrize("format_", cas.FORMATS.values(), ids=cas.FORMATS)
SUFFIX = {"cas-xmi": ".xmi", "cas-json": ".json"}


def written(document: Document, format_: Format, folder: Path) -> Path:
    """The file of a document, written to a folder."""
    format_.write([document], folder, None)
    return folder / (document.id + SUFFIX[format_.name])


def there_and_back(document: Document, format_: Format) -> Document:
    (back,) = through_files(format_, [document])
    return back


# --- Lossless -------------------------------------------------------------------------------------------------------


@BOTH
def test_every_layer_comes_back(format_: Format) -> None:
    assert there_and_back(EXAMPLE, format_) == EXAMPLE


@BOTH
def test_core_comes_back(format_: Format, tmp_path: Path) -> None:
    collection = load_collection("core", root=data_root())
    format_.write(collection.documents, tmp_path, None)
    assert tuple(format_.read(tmp_path)) == collection.documents


@settings(max_examples=60)
@given(document=documents() | documents_of_any_text())
def test_any_document_comes_back_as_json(document: Document) -> None:
    assert there_and_back(document, cas.JSON) == document


@settings(max_examples=60)
@given(document=documents() | documents_of_any_text())
def test_any_document_that_xml_can_hold_comes_back_as_xmi(document: Document) -> None:
    strings = [document.require_text(), *(source.name for source in document.sources)]
    if all(map(_is_xml, "".join(strings))):
        assert there_and_back(document, cas.XMI) == document
    else:
        with pytest.raises(DataError, match=r"^s001-a: found U\+[0-9A-F]{4}, which XML 1\.0 cannot hold; write it as cas-json$"):
            there_and_back(document, cas.XMI)


def _is_xml(character: str) -> bool:
    """Char of XML 1.0, section 2.2."""
    code = ord(character)
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@pytest.mark.parametrize("text", ["", " ", "\r\n", "a\tb\r\nc\rd\u0085e\u2028f", "\x7f\x9f\ufdd0\U0001ffff", "&amp; <b> ]]> \"'"])
@BOTH
def test_texts_that_notations_stumble_over(format_: Format, text: str) -> None:
    document = Document(id="s001-a", collection="core", text=text, sha256=sha256(text), n_chars=len(text))
    assert there_and_back(document, format_) == document


# --- What others see ------------------------------------------------------------------------------------------------


@BOTH
def test_cassis_reads_the_same_words(format_: Format, tmp_path: Path) -> None:
    path = written(EXAMPLE, format_, tmp_path)
    types = load_typesystem(tmp_path / "TypeSystem.xml")
    read = load_cas_from_xmi(path, types) if format_ is cas.XMI else load_cas_from_json(path.read_text("utf-8"))
    assert read.sofa_string == TEXT
    for name in ("Content", "Cue", "Source", "Addressee", "Hedge", "RejectedTrigger", "Zone", "Justification"):
        expected = [
            TEXT[start:end] for mark in marks(EXAMPLE) if mark.type == name and mark.span for start, end in mark.span.fragments
        ]
        assert sorted(fs.get_covered_text() for fs in read.select(f"webanno.custom.{name}")) == sorted(expected)
    assert next(fs.get_covered_text() for fs in read.select(SENTENCE)) == "😀 Fähre fällt aus"
    assert [fs.get_covered_text() for fs in read.select(TOKEN)] == TEXT.replace(",", " ,").replace(".", " .").split()
    first = next(fs for fs in read.select("webanno.custom.Cue") if fs.get_covered_text() == "teilte")
    assert [(link.role, link.target.get_covered_text()) for link in first.links.elements] == [("fragment", "mit")]
    (meta,) = read.select("de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData")
    assert (meta.documentId, meta.documentTitle, meta.collectionId) == ("s001-a", "Fähre", "core")


TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"


def test_files_count_in_utf_16(tmp_path: Path) -> None:
    """Read without dkpro-cassis, by hand."""
    root = ElementTree.parse(written(EXAMPLE, cas.XMI, tmp_path)).getroot()
    units = TEXT.encode("utf-16-le")
    (hedge,) = root.findall("{http:///webanno/custom.ecore}Hedge")
    begin, end = int(hedge.attrib["begin"]), int(hedge.attrib["end"])
    assert begin == TEXT.index("wohl") + 1
    assert units[2 * begin : 2 * end].decode("utf-16-le") == "wohl"
    data = json.loads(written(EXAMPLE, cas.JSON, tmp_path).read_bytes())
    (hedge_,) = [fs for fs in data["%FEATURE_STRUCTURES"] if fs["%TYPE"] == "webanno.custom.Hedge"]
    assert (hedge_["begin"], hedge_["end"], hedge_["kind"]) == (begin, end, "epistemic")


def test_layers_and_type_system_say_the_same(tmp_path: Path) -> None:
    """What INCEpTION generates from its layers (LinkFeatureSupport, DocumentMetadataLayerSupport) is our type system."""
    cas.XMI.write([], tmp_path, None)
    types = load_typesystem(tmp_path / "TypeSystem.xml")
    layers = json.loads((tmp_path / "inception.layers.json").read_bytes())
    assert {layer["uiName"] for layer in layers} == {*MARKS, "Article"}
    for layer in layers:
        own = types.get_type(layer["name"])
        supertype = {"span": "uima.tcas.Annotation", "document-metadata": "uima.cas.AnnotationBase"}[layer["type"]]
        assert own.supertype.name == supertype
        assert {feature["name"] for feature in layer["features"]} == {feature.name for feature in own.features}
        for feature in layer["features"]:
            declared = own.get_feature(feature["name"])
            if feature["link_mode"] == "WITH_ROLE":
                link = types.get_type(feature["link_type_name"])
                assert declared.elementType.name == link.name
                assert link.get_feature("role").rangeType.name == "uima.cas.String"
                assert link.get_feature("target").rangeType.name == feature["type"]
            else:
                assert declared.rangeType.name == feature["type"]
    # INCEpTION's own names, WebAnnoConst.RESTRICTED_FEATURE_NAMES, as far as they are words one would use.
    names = {feature["name"] for layer in layers for feature in layer["features"]}
    assert not names & {"address", "begin", "end", "class", "sofa", "type", "view"}


def test_tag_sets_are_the_vocabularies() -> None:
    layers = {layer["uiName"]: layer for layer in json.loads(cas.layers_json())}
    tags = {
        (layer, feature["name"]): [tag["tag_name"] for tag in feature["tag_set"]["tags"]]
        for layer, record in layers.items()
        for feature in record["features"]
        if feature["tag_set"]
    }
    assert tags["Content", "form"] == list(Form)
    assert tags["Hedge", "kind"] == list(HedgeType)
    assert tags["Zone", "kind"] == list(ZoneKind)
    assert tags["Content", "links"] == ["cue", "source", "addressee", "parent", "continues", "fragment"]
    assert ("Entity", "listed") not in tags


# --- After an edit --------------------------------------------------------------------------------------------------


def edited(edit: Callable[[Cas], None], format_: Format, folder: Path, document: Document | None = None) -> Document:
    """What is read of a document after an edit of its CAS by dkpro-cassis, which also writes it."""
    path = written(document or EXAMPLE, format_, folder)
    types = load_typesystem(folder / "TypeSystem.xml")
    opened = load_cas_from_xmi(path, types) if format_ is cas.XMI else load_cas_from_json(path.read_text("utf-8"))
    edit(opened)
    if format_ is cas.XMI:
        opened.to_xmi(path)
    else:
        opened.to_json(path)
    (back,) = format_.read(path)
    return back


def the(opened: Cas, name: str, words: str) -> FeatureStructure:
    """The annotation of a layer that covers these words."""
    (found,) = [fs for fs in opened.select(f"webanno.custom.{name}") if fs.get_covered_text() == words]
    return found


def new(opened: Cas, name: str, words: str = "", /, **features: object) -> FeatureStructure:
    """A new annotation of a layer, as INCEpTION makes it: without id and order."""
    offsets = {"begin": span(words).start, "end": span(words).end} if words else {}
    made = opened.typesystem.get_type(f"webanno.custom.{name}")(**offsets, **features)
    opened.add(made)
    return made


def fill(opened: Cas, structure: FeatureStructure, *slots: tuple[str, FeatureStructure | None]) -> None:
    """Further slots of an annotation."""
    link = opened.typesystem.get_type(structure.type.name + "LinksLink")
    elements = list(structure.links.elements) if structure.links else []
    elements += [link(role=role, target=target) for role, target in slots]
    structure.links = opened.typesystem.get_type("uima.cas.FSArray")(elements=elements)


@BOTH
def test_a_deleted_hedge_is_gone(format_: Format, tmp_path: Path) -> None:
    assert edited(lambda opened: opened.remove(the(opened, "Hedge", "wohl")), format_, tmp_path) == replace(EXAMPLE, hedges=())


@BOTH
def test_a_moved_edge_is_moved(format_: Format, tmp_path: Path) -> None:
    def edit(opened: Cas) -> None:
        the(opened, "Addressee", "es").begin -= len("habe ")

    a3, a1, a2, a4 = EXAMPLE.attributions
    assert edited(edit, format_, tmp_path).attributions == (a3, a1, replace(a2, addressee=span("habe es")), a4)


@BOTH
def test_an_added_attribution_comes_last_with_the_next_ids(format_: Format, tmp_path: Path) -> None:
    def edit(opened: Cas) -> None:
        content = new(opened, "Content", "Fähre fällt aus", form="reported")
        cue = new(opened, "Cue", "fällt")
        fill(opened, cue, ("fragment", new(opened, "Cue", "aus")))
        parent = the(opened, "Content", "die Fähre falle wohl aus, so habe es Ole Timm gesagt")
        source = new(opened, "Source", "Die Werft", names="e1 e3")
        fill(opened, content, ("parent", parent), ("cue", cue), ("source", source))
        new(opened, "Entity", id="e3", name="Reederei")
        new(opened, "Hedge", "Abend")

    added = Attribution(
        id="a5",
        form=Form.REPORTED,
        source=span("Die Werft"),
        cue=span("fällt", "aus"),
        content=span("Fähre fällt aus"),
        source_refs=("e1", "e3"),
        parent="a1",
    )
    entity = Source(id="e3", name="Reederei", kind=Kind.UNSPECIFIED, sector=Sector.UNKNOWN, identification=Identification.ROLE_ONLY)
    before = EXAMPLE
    assert edited(edit, format_, tmp_path) == replace(
        before,
        attributions=(*before.attributions, added),
        sources=(*before.sources, entity),
        hedges=(*before.hedges, Hedge(id="h2", span=span("Abend"), type=HedgeType.EPISTEMIC)),
    )


@BOTH
def test_a_slot_on_a_second_fragment_means_the_whole_span(format_: Format, tmp_path: Path) -> None:
    def edit(opened: Cas) -> None:
        whole = the(opened, "Content", "die Fähre falle wohl aus, so habe es Ole Timm gesagt")
        for link in whole.links.elements:
            if link.role == "cue":
                link.target = the(opened, "Cue", "mit")

    assert edited(edit, format_, tmp_path) == EXAMPLE


@BOTH
def test_what_else_inception_writes_is_passed_over(format_: Format, tmp_path: Path) -> None:
    """Other numbers, another order, more types, features and views, false where nothing was set, an empty slot."""
    path = written(EXAMPLE, cas.XMI, tmp_path)
    types = load_typesystem(tmp_path / "TypeSystem.xml")
    types.create_feature(types.get_type("webanno.custom.Entity"), "i7n_uiOrder", "uima.cas.Integer")
    types.create_feature(types.get_type(TOKEN), "lemma", types.create_type("x.Lemma"))
    types.create_type("x.CASMetadata", "uima.cas.TOP")
    opened = load_cas_from_xmi(path, types)
    structures = list(opened.select_all_fs())
    for structure in structures:
        opened.remove(structure)
    random.Random(7).shuffle(structures)
    for number, structure in enumerate(structures):
        if structure.type.name == "webanno.custom.Entity":
            structure.listed, structure.is_self = structure.listed or False, structure.is_self or False
        if structure.type.name == TOKEN and number % 2:
            structure.lemma = types.get_type("x.Lemma")(begin=structure.begin, end=structure.end)
            opened.add(structure.lemma)
        structure.xmiID = 5_000 - number
        opened.add(structure)
    fill(opened, the(opened, "Cue", "gesagt"), ("source", None))
    opened.add(types.get_type("x.CASMetadata")())
    opened.create_view("other").sofa_string = "etwas anderes"
    path.unlink()
    if format_ is cas.XMI:
        types.to_xml(tmp_path / "TypeSystem.xml")
        opened.to_xmi(tmp_path / "annotator1.xmi")
    else:
        opened.to_json(tmp_path / "annotator1.json")
    (back,) = format_.read(tmp_path)
    assert back == EXAMPLE


@BOTH
def test_a_document_that_began_in_inception_is_named_by_its_file(format_: Format, tmp_path: Path) -> None:
    def edit(opened: Cas) -> None:
        for structure in list(opened.select_all_fs()):
            opened.remove(structure)

    back = edited(edit, format_, tmp_path)
    expected = Document(id="s001-a", collection="cas", text=TEXT, sha256=sha256(TEXT), n_chars=len(TEXT))
    assert back == replace(expected, metadata=Metadata(story_id="s001-a"))
    odd = tmp_path / f"Mein Artikel.txt{SUFFIX[format_.name]}"
    (tmp_path / f"s001-a{SUFFIX[format_.name]}").rename(odd)
    (back,) = format_.read(odd)
    assert back.id == f"cas-{sha256('Mein Artikel.txt')[:12]}"


# --- What is refused ------------------------------------------------------------------------------------------------


def _set(name: str, words: str, feature: str, value: object) -> Callable[[Cas], None]:
    return lambda opened: the(opened, name, words).set(feature, value)


def _add(name: str, words: str = "", **features: object) -> Callable[[Cas], None]:
    def edit(opened: Cas) -> None:
        new(opened, name, words, **features)

    return edit


def _fill(name: str, words: str, role: str | None, target: Callable[[Cas], FeatureStructure]) -> Callable[[Cas], None]:
    return lambda opened: fill(opened, the(opened, name, words), (role, target(opened)))


REFUSED: dict[str, tuple[Callable[[Cas], None], str]] = {
    "form": (_set("Content", "Er bedaure das", "form", "directly"), "Content a3: form: found 'directly', expected one of direct, "),
    "no entity": (_set("Source", "Die Werft", "names", "e7"), r"Source 19-28#\d+: names: leads to 'e7', which does not exist"),
    "names a content": (_set("Source", "Die Werft", "names", "a1"), "names: leads to 'a1', a Content; expected Entity"),
    "empty span": (_set("Hedge", "wohl", "end", span("wohl").start), "Hedge h1: covers no words"),
    "lost span": (_add("Cue", "Abend"), r"Cue 39-44#\d+: belongs to no attribution"),
    "no reason": (_add("RejectedTrigger", "Abend"), "has no reason"),
    "id twice": (_add("Hedge", "Abend", id="h1"), "h1: stands for 2 annotations"),
    "role": (
        _fill("Hedge", "wohl", "cue", lambda opened: the(opened, "Cue", "mit")),
        r"Hedge 66-70#\d+: found a slot with the role 'cue', expected one of fragment",
    ),
    "no role": (
        _fill("Content", "Er bedaure das", None, lambda opened: the(opened, "Cue", "gesagt")),
        r"Content 104-118#\d+: found a slot with the role None, expected one of cue, source, ",
    ),
    "slot on a token": (
        _fill("Content", "Er bedaure das", "cue", lambda opened: next(iter(opened.select(TOKEN)))),
        "cue: leads to what is no annotation of these layers",
    ),
    "slot on what was deleted": (lambda opened: opened.remove(the(opened, "Cue", "gesagt")), "cue: leads to what is no annotation"),
    "fragment of another layer": (
        _fill("Hedge", "wohl", "fragment", lambda opened: new(opened, "Cue", "fällt")),
        r"Cue 8-13#\d+: is a fragment of Hedge h1; expected the same layer and nothing set",
    ),
    "fragment with an id": (
        _fill("Hedge", "wohl", "fragment", lambda opened: new(opened, "Hedge", "fällt", id="h2")),
        "Hedge h2: is a fragment of Hedge h1; expected",
    ),
    "fragment of itself": (
        _fill("Hedge", "wohl", "fragment", lambda opened: the(opened, "Hedge", "wohl")),
        "Hedge h1: is a fragment of Hedge h1; expected",
    ),
    "two cues": (
        _fill("Content", "die Fähre", "cue", lambda opened: new(opened, "Cue", "fällt")),
        "Content a2: has more than one link 'cue'",
    ),
    "two articles": (_add("Article", doc_id="s001-b"), "found 2 annotations of the layer Article"),
    "a path as id": (
        lambda opened: opened.select("webanno.custom.Article")[0].set("doc_id", "../../s001-a"),
        r"found '\.\./\.\./s001-a', expected an id",
    ),
    "native": (
        lambda opened: opened.select("webanno.custom.Article")[0].set("native", "[1]"),
        r"Article: native: found \[1\], expected an object",
    ),
    "another text": (
        lambda opened: opened.select("webanno.custom.Article")[0].set("sha256", "0" * 64),
        "expected 0{64}; the text must not change",
    ),
    "overlapping tokens": (
        lambda opened: opened.add(opened.typesystem.get_type(TOKEN)(begin=3, end=6)),
        r"the token \[3, 6\) is empty or overlaps another",
    ),
}


@BOTH
@pytest.mark.parametrize("edit, message", REFUSED.values(), ids=REFUSED)
def test_what_a_person_may_break_is_named(format_: Format, edit: Callable[[Cas], None], message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message) as raised:
        edited(edit, format_, tmp_path)
    assert str(raised.value).startswith(str(tmp_path / f"s001-a{SUFFIX[format_.name]}: "))


@BOTH
@pytest.mark.parametrize("offset", [1, len(TEXT) + 2, -1, 10**30], ids=["within an emoji", "outside", "negative", "huge"])
def test_offsets_are_checked(format_: Format, offset: int, tmp_path: Path) -> None:
    path = written(EXAMPLE, format_, tmp_path)
    start = span("wohl").start + 1
    before, after = {
        "cas-xmi": (f'begin="{start}" end="{start + 4}"', f'begin="{offset}" end="{start + 4}"'),
        "cas-json": (f'"begin": {start}, "end": {start + 4}', f'"begin": {offset}, "end": {start + 4}'),
    }[format_.name]
    content = path.read_text("utf-8")
    assert before in content
    path.write_text(content.replace(before, after), "utf-8")
    with pytest.raises(DataError, match=r"s001-a\..*Not mapping external offset"):
        list(format_.read(tmp_path))


@pytest.mark.parametrize(
    "document, message",
    [
        pytest.param(replace(EXAMPLE, text=None), "hydrate it first", id="no text"),
        pytest.param(
            replace(EXAMPLE, zones=(Zone(kind=ZoneKind.TITLE, start=118, end=121),)),
            r"s001-a: found \[118, 121\), expected offsets into 120 characters",
            id="outside",
        ),
        pytest.param(replace(EXAMPLE, tokens=((4, 5), (0, 3)), sentences=()), "expected tokens and", id="unsorted tokens"),
        pytest.param(replace(EXAMPLE, sentences=((0, 99),)), "s001-a: expected tokens and sentences", id="sentences"),
        pytest.param(replace(EXAMPLE, sources=()), "s001-a: Content a3: names: found 'e2', expected the id", id="no sources"),
        pytest.param(replace(EXAMPLE, provenance=(ProvenanceLink("a9", "x"),)), "found 'a9', expected the id", id="no such id"),
        pytest.param(
            replace(EXAMPLE, hedges=(Hedge(id="a1", span=span("wohl"), type=HedgeType.EPISTEMIC),)),
            "s001-a: a1: is the id of two annotations",
            id="id of two",
        ),
        pytest.param(replace(EXAMPLE, collection="Core"), "s001-a: found the collection 'Core', expected at", id="collection"),
        pytest.param(replace(EXAMPLE, id="../s001-a"), "expected an id of at most 64", id="path"),
    ],
)
@BOTH
def test_what_could_not_be_read_back_is_not_written(format_: Format, document: Document, message: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=message):
        format_.write([document], tmp_path / "folder", None)
    told: list[DataError] = []
    format_.write([document, replace(EXAMPLE, id="s001-c")], tmp_path / "folder", told.append)
    assert len(told) == 1
    assert [back.id for back in format_.read(tmp_path / "folder")] == ["s001-c"]
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@BOTH
def test_a_folder_for_each_document_as_inception_exports_them(format_: Format, tmp_path: Path) -> None:
    others = [replace(EXAMPLE, id=f"s001-{letter}") for letter in "cb"]
    for document in others:
        folder = tmp_path / document.id
        written(document, format_, folder).rename(folder / f"CURATION_USER{SUFFIX[format_.name]}")
    assert list(format_.read(tmp_path)) == others[::-1]


def test_folders_without_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"found no document, expected files in \.xmi"):
        list(cas.XMI.read(tmp_path))
    path = written(EXAMPLE, cas.XMI, tmp_path)
    (tmp_path / "TypeSystem.xml").unlink()
    with pytest.raises(DataError, match=r"TypeSystem\.xml: is missing; expected the type system"):
        list(cas.XMI.read(path))
    with pytest.raises(DataError, match="is a file, expected a folder"):
        cas.JSON.write([EXAMPLE], path, None)
    (tmp_path / "s001-a.json").write_text('{"%FEATURE_STRUCTURES": []}')
    with pytest.raises(DataError, match=r"s001-a\.json: found no %TYPES, expected a CAS with its type system"):
        list(cas.JSON.read(tmp_path / "s001-a.json"))


def test_each_format_knows_its_own(tmp_path: Path) -> None:
    for name, format_ in cas.FORMATS.items():
        path = written(EXAMPLE, format_, tmp_path / name)
        for place in (path, path.parent):
            assert [other.name for other in cas.FORMATS.values() if other.recognises(place)] == [name]
        assert not any(other.recognises(path.parent / "inception.layers.json") for other in cas.FORMATS.values())


def test_the_module_is_light() -> None:
    heavy = "import sys, attrib_bench.formats.cas; sys.exit(bool({'cassis', 'lxml', 'defusedxml'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", heavy], check=False).returncode == 0


@BOTH
def test_without_its_library_the_format_is_refused_once(format_: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(EXAMPLE, format_, tmp_path / "there")
    monkeypatch.setitem(sys.modules, "cassis", None)  # which is how Python marks what cannot be imported
    cas.type_system.cache_clear()
    told: list[DataError] = []
    missing = pytest.raises(DataError, match=r"^the formats cas-xmi and cas-json need dkpro-cassis; install attrib-bench\[cas\]$")
    with missing:
        list(format_.read(tmp_path / "there", broken=told.append))
    with missing:
        format_.write([EXAMPLE, EXAMPLE], tmp_path / "new", told.append)
    with missing:
        cas.to_cas(EXAMPLE)
    with missing:
        cas.type_system()
    assert not told
    assert not (tmp_path / "new").exists()


# --- Files of unknown origin ----------------------------------------------------------------------------------------

BILLION_LAUGHS = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c
"&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;">]><x>&e;&e;&e;</x>"""
EXTERNAL = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><x>&a;</x>'
TWICE = '<y xmlns:xmi="http://www.omg.org/XMI" xmi:id="7"/>'
HOSTILE_XML = {
    "billion laughs": (BILLION_LAUGHS, "EntitiesForbidden|DTDForbidden"),
    "external entity": (EXTERNAL, "EntitiesForbidden|DTDForbidden"),
    "external DTD": ('<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><x/>', "DTDForbidden"),
    "deep": ("<x>" * 100_000, "found elements nested more than 16 deep"),
    "cut off": ('<xmi:XMI xmlns:xmi="http://www.omg.org/XMI">', "ParseError"),
    "NUL": ("<x>\0</x>", "ParseError"),
    "another encoding": ('<?xml version="1.0" encoding="utf-7"?><x/>', "encoding"),
    "nothing": ("", "ParseError"),
    "an id twice": (f"<x>{TWICE}{TWICE}</x>", "found 2 feature structures with the id '7', expected one"),
    "long": (f'<x sofaString="{"a" * ((1 << 22) + 1)}"/>', "found 0 feature structures and 4194305 characters"),
}
TYPES = """<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>{}</types></typeSystemDescription>"""
TYPE = "<typeDescription><name>{}</name><supertypeName>{}</supertypeName><features>{}</features></typeDescription>"
FEATURE = "<featureDescription><name>{}</name><rangeTypeName>uima.cas.String</rangeTypeName></featureDescription>"
HOSTILE_TYPES = {
    "code in a feature": (TYPE.format("x.A", "uima.tcas.Annotation", FEATURE.format("a=exit(3)")), "found the name 'a=exit"),
    "a keyword": (TYPE.format("x.A", "uima.tcas.Annotation", FEATURE.format("lambda")), "found the name 'lambda'"),
    "a dunder": (TYPE.format("x.A", "uima.tcas.Annotation", FEATURE.format("__init__")), "found the name '__init__'"),
    "code in a type": (TYPE.format("x.A; exit(3)", "uima.tcas.Annotation", ""), "found the name 'x.A; exit"),
    "a circle": (TYPE.format("x.A", "x.B", "") + TYPE.format("x.B", "x.A", ""), "TypeSystem.xml: found CircularDependencyError"),
    "no such supertype": (TYPE.format("x.A", "x.B", ""), "TypeSystem.xml: found KeyError"),
    "very many": (
        TYPE.format("x.A", "uima.tcas.Annotation", "") * 1_001,
        "found 1001 types with 0 features, expected at most",
    ),
}


@pytest.mark.parametrize("content, message", HOSTILE_XML.values(), ids=HOSTILE_XML)
@pytest.mark.parametrize("name", ["s001-a.xmi", "TypeSystem.xml"])
def test_hostile_xml(name: str, content: str, message: str, tmp_path: Path) -> None:
    written(EXAMPLE, cas.XMI, tmp_path)
    (tmp_path / name).write_bytes(content.encode())
    with pytest.raises(DataError, match=f"{name}: .*({message})"):
        list(cas.XMI.read(tmp_path))


@pytest.mark.parametrize("types, message", HOSTILE_TYPES.values(), ids=HOSTILE_TYPES)
def test_hostile_type_systems(types: str, message: str, tmp_path: Path) -> None:
    """A name in a type system would become source code in dkpro-cassis."""
    written(EXAMPLE, cas.XMI, tmp_path)
    (tmp_path / "TypeSystem.xml").write_text(TYPES.format(types))
    with pytest.raises(DataError, match=message):
        list(cas.XMI.read(tmp_path))


def test_hostile_types_in_json(tmp_path: Path) -> None:
    path = written(EXAMPLE, cas.JSON, tmp_path)
    data = json.loads(path.read_bytes())
    data["%TYPES"]["webanno.custom.Hedge"]["a=exit(3)"] = {"%NAME": "a=exit(3)", "%RANGE": "uima.cas.String"}
    path.write_text(json.dumps(data))
    with pytest.raises(DataError, match=r"s001-a\.json: found the name 'a=exit\(3\)' in the type system"):
        list(cas.JSON.read(path))


def _mutated(data: bytes, chance: random.Random) -> bytes:
    """A file with one thing wrong: cut, shortened, shuffled, overwritten, an odd value, an item too few or twice."""
    separator = next(found for found in (b'{"%ID"', b"/><", b"<typeDescription>") if found in data)
    first, *items, last = data.split(separator)
    start, end = sorted(chance.sample(range(len(data)), 2))
    kind = chance.choice(["cut", "shortened", "overwritten", "digit", "digit", "value", "value", "shuffled", "fewer", "twice"])
    if kind == "cut":
        return data[:start]
    if kind == "shortened":
        return data[:start] + data[end:]
    if kind == "overwritten":
        return data[:start] + chance.randbytes(chance.randrange(1, 9)) + data[start + 4 :]
    if kind == "digit":
        place = chance.choice([match.start() for match in re.finditer(rb"\d", data)])
        return data[:place] + bytes([chance.choice(b"0123456789")]) + data[place + 1 :]
    if kind == "value":
        match = chance.choice(list(re.finditer(rb'(?<=")[^"<>]+(?=")|(?<=: )\d+|(?<=>)[\w.]+(?=<)', data)))
        value = chance.choice(
            [b"", b"-1", b"9" * 30, b"1.5", b"null", b"../../x", b"\xed\xa0\x80", b"\0", b"true", b"e1 e1", b"x\ny"]
        )
        return data[: match.start()] + value + data[match.end() :]
    if kind == "shuffled":
        chance.shuffle(items)
    else:
        place = chance.randrange(len(items))
        items[place : place + 1] = [items[place]] * (2 if kind == "twice" else 0)
    return separator.join([first, *items, last])


@BOTH
def test_mutated_files_are_read_or_refused(format_: Format, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    path = written(EXAMPLE, format_, folder)
    victims = [path, folder / "TypeSystem.xml"] if format_ is cas.XMI else [path]
    whole = {victim: victim.read_bytes() for victim in victims}
    chance = random.Random(20)
    refused = 0
    for number in range(200):
        victim = victims[number % len(victims)]
        victim.write_bytes(_mutated(whole[victim], chance))
        try:
            list(format_.read(folder))
        except DataError as error:
            refused += 1
            assert str(error).startswith(str(folder))
        victim.write_bytes(whole[victim])
    assert refused > 100
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
