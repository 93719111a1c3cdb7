"""UIMA CAS for INCEpTION, as XMI or JSON, with its type system and INCEpTION's layers <-> the model.

A folder has ``<doc_id>.xmi`` or ``<doc_id>.json``, ``TypeSystem.xml``, and ``inception.layers.json``, which sets up a project.
Each type of mark is a custom layer of INCEpTION, ``webanno.custom.Content`` and so on:

    span layers         a fragment is an annotation; further fragments hang on the first by slots of the role `fragment`.
                        Slots also lead from an attribution to its spans, its `parent` and what it `continues`
    document metadata   Entity and Provenance, which cover no words and which slots cannot reach; links from and to them
                        are ids, several with blanks between: `names` of a Source mark is ``e1 e2``
    Attribution         one without any span: a zero-width annotation before the first token, so that slots reach it

`order` keeps the order of the items, which INCEpTION does not; what an annotator adds comes after them, in text order.
Article, another document metadata layer, has the document's id, its metadata and, as JSON, its `native`; tokens and sentences
are DKPro's types. Files count in UTF-16 units, dkpro-cassis converts to code points.
"""

from __future__ import annotations

import json
import keyword
import math
import re
import warnings
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from functools import cache, lru_cache, partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from reprlib import repr as brief
from typing import TYPE_CHECKING, Any, TypeVar

from attrib_bench.document import DataError, Document, Fragment, Metadata, Span
from attrib_bench.files import decode, head, parse_json, read_bytes, sha256, write_atomic
from attrib_bench.formats.format import Broken, Format, Unit, file_stem, rendered
from attrib_bench.formats.marks import MARKS, Mark, from_marks, marks

if TYPE_CHECKING:
    from cassis import Cas, TypeSystem
    from cassis.typesystem import FeatureStructure

TYPE_SYSTEM_FILE = "TypeSystem.xml"
LAYERS_FILE = "inception.layers.json"
"""What INCEpTION imports under Settings, Layers: the layers with their tag sets. No document can have this name."""

_PACKAGE = "webanno.custom."  # where INCEpTION puts the layers of a project
_TOKEN = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"
_SENTENCE = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Sentence"
_DOCUMENT_METADATA = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
_FEATURES = {"type": "kind", "self": "is_self"}  # names that INCEpTION (type) and dkpro-cassis (both) keep for themselves
_FRAGMENT = "fragment"
_FLAG = ("true",)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_ABOUT = {
    "Content": "What is said. Stands for the whole attribution: form and status are set here, slots lead to its other spans.",
    "Cue": "The words that say that something is said.",
    "Source": "The words that say who says it; names holds the ids of the Entities, one per fragment.",
    "Addressee": "The words that say to whom.",
    "Attribution": "An attribution without any span; of no width, before the first token.",
    "Entity": "A source of the document, a person or a paper, say; other layers name it by its id.",
    "Justification": "Words that say why an Entity is not named or how it knows; of holds its id.",
    "Hedge": "A word that makes a statement less certain or a quantity less exact.",
    "RejectedTrigger": "A word that looks like a cue or a hedge and is none.",
    "Zone": "A stretch of the page that is not body text.",
    "Provenance": "The article to_doc that an attribution, given by its id, refers to.",
    "Article": "Which document this is. Not to be changed.",
}


@dataclass(frozen=True, kw_only=True)
class _Layer:
    """A layer of INCEpTION. Features are called as in the CAS."""

    name: str
    on_document: bool
    features: Mapping[str, tuple[str, ...]]
    """The values of each; no values stand for any text, and ``("true",)`` is a flag."""
    references: tuple[str, ...] = ()
    """Features that hold ids."""
    roles: tuple[str, ...] = ()
    """What a slot may be filled as."""

    @property
    def type(self) -> str:
        return _PACKAGE + self.name

    @property
    def link_type(self) -> str:
        return f"{self.type}LinksLink"


def _layer(name: str) -> _Layer:
    mark = MARKS[name]
    on_document = _is_on_document(name)
    references = tuple(link for link, types in mark.links.items() if on_document or all(map(_is_on_document, types)))
    roles = tuple(link for link in mark.links if link not in references)
    return _Layer(
        name=name,
        on_document=on_document,
        features={_FEATURES.get(feature, feature): values for feature, values in mark.features.items()},
        references=references,
        # What a person marks as several zones is read as several, so zones need no slots.
        roles=roles if on_document or name in ("Attribution", "Zone") else (*roles, _FRAGMENT),
    )


def _is_on_document(name: str) -> bool:
    return name != "Attribution" and not MARKS[name].spans


_ARTICLE = _Layer(
    name="Article",
    on_document=True,
    features=dict.fromkeys(("doc_id", "collection", "sha256", *(field.name for field in fields(Metadata)), "native"), ()),
)
_LAYERS: Mapping[str, _Layer] = {_PACKAGE + name: _layer(name) for name in MARKS}


def _require_cassis() -> None:
    """Raises DataError where dkpro-cassis, which comes with the extra `cas`, is not installed."""
    try:
        import cassis  # noqa: F401
    except ModuleNotFoundError as error:
        raise DataError("the formats cas-xmi and cas-json need dkpro-cassis; install attrib-bench[cas]") from error


# --- The configuration of INCEpTION ---------------------------------------------------------------------------------


@cache
def type_system() -> TypeSystem:
    """The type system of the files: INCEpTION's custom layers, and tokens, sentences and metadata as in DKPro.

    Raises DataError where dkpro-cassis is not installed, as do `to_cas` and whatever reads and writes files.
    """
    _require_cassis()
    from cassis import TypeSystem

    types = TypeSystem()
    types.create_type(_TOKEN)
    types.create_type(_SENTENCE)
    metadata = types.create_type(_DOCUMENT_METADATA, supertypeName="uima.tcas.DocumentAnnotation")
    for name in ("documentTitle", "documentId", "collectionId"):
        types.create_feature(metadata, name, "uima.cas.String")
    for layer in (*_LAYERS.values(), _ARTICLE):
        supertype = "uima.cas.AnnotationBase" if layer.on_document else "uima.tcas.Annotation"
        own = types.create_type(layer.type, supertypeName=supertype, description=_ABOUT[layer.name])
        for name, values in layer.features.items():
            types.create_feature(own, name, "uima.cas.Boolean" if values == _FLAG else "uima.cas.String")
        for name in layer.references:
            types.create_feature(own, name, "uima.cas.String")
        if layer is not _ARTICLE:
            types.create_feature(own, "order", "uima.cas.Integer")
        if layer.roles:
            link = types.create_type(layer.link_type, supertypeName="uima.cas.TOP")
            types.create_feature(link, "role", "uima.cas.String")
            types.create_feature(link, "target", "uima.tcas.Annotation")
            types.create_feature(own, "links", "uima.cas.FSArray", elementType=link, multipleReferencesAllowed=False)
    return types


def layers_json() -> str:
    """INCEpTION's layers with their features and tag sets, in the JSON that it exports and imports in a project's settings."""
    layers = [_exported_layer(layer) for layer in (*_LAYERS.values(), _ARTICLE)]
    return json.dumps(layers, ensure_ascii=False, indent=1) + "\n"


def _exported_layer(layer: _Layer) -> dict[str, Any]:
    """A layer as in INCEpTION's ExportedAnnotationLayer; spans may start and end anywhere, overlap and cross sentences."""
    features = []
    for name, values in layer.features.items():
        type_ = "uima.cas.Boolean" if values == _FLAG else "uima.cas.String"
        features.append(_exported_feature(name, type_, layer, tags=() if values == _FLAG else values))
    features += [_exported_feature(name, "uima.cas.String", layer) for name in layer.references]
    if layer.roles:
        features.append(_exported_feature("links", "uima.tcas.Annotation", layer, tags=layer.roles))
    if layer is not _ARTICLE:
        features.append(_exported_feature("order", "uima.cas.Integer", layer))
    return {
        "name": layer.type,
        "features": [{**feature, "rank": rank} for rank, feature in enumerate(features, 1)],
        "uiName": layer.name,
        "type": "document-metadata" if layer.on_document else "span",
        "description": _ABOUT[layer.name],
        "enabled": True,
        "built_in": False,
        "readonly": layer is _ARTICLE,
        "attach_type": None,
        "attach_feature": None,
        "allow_stacking": True,
        "cross_sentence": True,
        "show_hover": True,
        "anchoring_mode": "CHARACTERS",
        "overlap_mode": "ANY_OVERLAP",
        "validation_mode": "ALWAYS",
        "lock_to_token_offset": False,
        "multiple_tokens": False,
        "linked_list_behavior": False,
        "on_click_javascript_action": None,
        "traits": None,
    }


def _exported_feature(name: str, type_: str, layer: _Layer, *, tags: tuple[str, ...] = ()) -> dict[str, Any]:
    is_slot = name == "links"
    owner = "Attribution" if name in ("form", "status") else layer.name  # one set of tags for all layers of attributions
    tag_set = {
        "name": f"{owner} {name}",
        "description": f"What {name} of {owner} can be; explained in the codebook.",
        "language": None,
        "tags": [{"tag_name": tag, "tag_description": ""} for tag in tags],
        "create_tag": False,
    }
    return {
        "name": name,
        "tag_set": tag_set if tags else None,
        "uiName": name,
        "type": type_,
        "enabled": True,
        "visible": name not in ("order", "native"),
        "include_in_hover": False,
        "required": False,
        "remember": False,
        "hideUnconstraintFeature": False,
        "description": "",
        "multi_value_mode": "ARRAY" if is_slot else "NONE",
        "link_mode": "WITH_ROLE" if is_slot else "NONE",
        "link_type_name": layer.link_type if is_slot else None,
        "link_type_role_feature_name": "role" if is_slot else None,
        "link_type_target_feature_name": "target" if is_slot else None,
        "traits": None,
        "curatable": name != "order",
    }


# --- Writing --------------------------------------------------------------------------------------------------------


def to_cas(document: Document) -> Cas:
    """The CAS of a document.

    Raises DataError for what could not be read back: offsets outside the text, links to nothing, an id of two annotations.
    """
    _require_cassis()
    from cassis import Cas

    text = document.require_text()
    with _as_data_error(document.id):
        cas = Cas(type_system(), sofa_string=text, sofa_mime="text/plain")
        _add_article(cas, document, text)
        _add_tokens(cas, document)
        _add_marks(cas, list(marks(document)), nowhere=document.tokens[0][0] if document.tokens else 0)
    return cas


def _add(cas: Cas, type_name: str, span: Fragment | None = None, values: Mapping[str, object] | None = None) -> FeatureStructure:
    """A new feature structure in the CAS; features without a value stay unset."""
    features = {name: value for name, value in (values or {}).items() if value != ""}
    if span is not None:
        features |= {"begin": span[0], "end": span[1]}
        if not 0 <= span[0] <= span[1] <= len(cas.sofa_string):
            raise DataError(f"found [{span[0]}, {span[1]}), expected offsets into {len(cas.sofa_string)} characters")
    added = cas.typesystem.get_type(type_name)(**features)
    cas.add(added)
    return added


def _add_article(cas: Cas, document: Document, text: str) -> None:
    if not _ID.fullmatch(document.collection):
        raise DataError(f"found the collection {document.collection!r}, expected at most 64 letters a-z, digits, _ and -")
    metadata = document.metadata
    title = metadata.title or document.id
    names = {"documentTitle": title, "documentId": document.id, "collectionId": document.collection}
    _add(cas, _DOCUMENT_METADATA, (0, len(text)), names | {"language": "x-unspecified"})
    own = {"doc_id": document.id, "collection": document.collection, "sha256": sha256(text.encode("utf-8", "surrogatepass"))}
    native = json.dumps(document.native, ensure_ascii=False) if document.native else ""
    _add(cas, _ARTICLE.type, values=own | asdict(metadata) | {"native": native})


def _add_tokens(cas: Cas, document: Document) -> None:
    tokens = document.tokens
    sentences = [(tokens[first][0], tokens[last - 1][1]) for first, last in document.sentences if 0 <= first < last <= len(tokens)]
    if _segmentation(tokens, sentences) != (tokens, document.sentences):
        raise DataError("expected tokens and sentences in text order, and each sentence with a token")
    for name, spans in ((_TOKEN, tokens), (_SENTENCE, sentences)):
        for span in spans:
            _add(cas, name, span)


def _add_marks(cas: Cas, listed: list[Mark], *, nowhere: int) -> None:
    array = cas.typesystem.get_type("uima.cas.FSArray")
    added: dict[str, FeatureStructure] = {}
    fragments: dict[str, list[FeatureStructure]] = {}
    for order, mark in enumerate(listed, 1):
        if mark.key in added:
            raise DataError(f"{mark.key}: is the id of two annotations")
        layer = _LAYERS[_PACKAGE + mark.type]
        spans = mark.span.fragments if mark.span else (None if layer.on_document else (nowhere, nowhere),)
        values: dict[str, object] = {"order": order}
        for name, value in mark.features.items():
            values[_FEATURES.get(name, name)] = True if MARKS[mark.type].features[name] == _FLAG else value
        added[mark.key] = _add(cas, layer.type, spans[0], values)
        fragments[mark.key] = [_add(cas, layer.type, span) for span in spans[1:]]
    for mark in listed:
        layer = _LAYERS[_PACKAGE + mark.type]
        for name, key in mark.links:
            if key not in added or key.split() != [key]:
                raise DataError(f"{mark.type} {mark.key}: {name}: found {key!r}, expected the id of an annotation")
        for name in layer.references:
            if keys := [key for link, key in mark.links if link == name]:
                added[mark.key].set(name, " ".join(keys))
        slots = [(name, added[key]) for name, key in mark.links if name in layer.roles]
        slots += [(_FRAGMENT, fragment) for fragment in fragments[mark.key]]
        if slots:
            link = cas.typesystem.get_type(layer.link_type)
            added[mark.key].set("links", array(elements=[link(role=role, target=target) for role, target in slots]))


def _xmi_of(document: Document) -> bytes:
    cas = to_cas(document)
    with _as_data_error(document.id):
        try:
            return str(cas.to_xmi()).encode()
        except ValueError as error:  # lxml's
            strings = [document.require_text(), *asdict(document.metadata).values()]
            strings += [json.dumps(document.native, ensure_ascii=False)]
            strings += [value for mark in marks(document) for value in mark.features.values()]
            if found := _NOT_XML.search("".join(strings)):
                raise DataError(f"found U+{ord(found[0]):04X}, which XML 1.0 cannot hold; write it as cas-json") from error
            raise


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _json_of(document: Document) -> bytes:
    cas = to_cas(document)
    with _as_data_error(document.id):
        return str(cas.to_json()).encode()


def _write(
    suffix: str, render: Callable[[Document], bytes], documents: Iterable[Document], path: Path, broken: Broken | None = None
) -> None:
    if path.is_file():
        raise DataError(f"{path}: is a file, expected a folder to write to")
    _require_cassis()  # once, and not for each document
    write_atomic(path / TYPE_SYSTEM_FILE, type_system().to_xml())
    write_atomic(path / LAYERS_FILE, layers_json())
    for _, (name, content) in rendered(documents, lambda document: (file_stem(document), render(document)), broken):
        write_atomic(path / (name + suffix), content)


# --- Reading --------------------------------------------------------------------------------------------------------


def from_cas(cas: Cas, *, name: str) -> Document:
    """The document of a CAS, also of one that INCEpTION wrote after an edit.

    Other types, views and features are passed over, an unset feature is an absent one. Where no Article says which document
    it is, `name` is its id if it can be one. Raises DataError for a text that has changed, a feature or a link that is not
    what it must be, and as `from_marks` does.
    """
    view = cas.get_view("_InitialView")
    text = view.sofa_string
    if text is None:
        raise DataError("found no text, expected one in the view _InitialView")
    structures = {structure.xmiID: structure for structure in view.select_all_fs()}
    by_type: dict[str, list[Fragment]] = {_TOKEN: [], _SENTENCE: []}
    articles = []
    for structure in structures.values():
        if structure.type.name in by_type:
            by_type[structure.type.name].append(_offsets(structure))
        elif structure.type.name == _ARTICLE.type:
            articles.append({feature: _value(structure, feature, str) or "" for feature in _ARTICLE.features})
    if len(articles) > 1:
        raise DataError(f"found {len(articles)} annotations of the layer Article, expected one")
    own = articles[0] if articles else {}
    hash_of_text = sha256(text.encode("utf-8", "surrogatepass"))
    if own.get("sha256") and own["sha256"] != hash_of_text:
        raise DataError(f"found a text with SHA-256 {hash_of_text}, expected {own['sha256']}; the text must not change")
    doc_id = own.get("doc_id") or (name if _ID.fullmatch(name) else f"cas-{sha256(name)[:12]}")
    collection = own.get("collection") or "cas"
    if wrong := [value for value in (doc_id, collection) if not _ID.fullmatch(value)]:
        raise DataError(f"Article: found {brief(wrong[0])}, expected an id of at most 64 letters a-z, digits, _ and -")
    native = parse_json(own.get("native") or "{}", "Article: native")
    if not isinstance(native, dict):
        raise DataError(f"Article: native: found {brief(native)}, expected an object")
    metadata = Metadata(**{field.name: own.get(field.name, "") for field in fields(Metadata)})
    tokens, sentences = _segmentation(by_type[_TOKEN], by_type[_SENTENCE])
    document = Document(
        id=doc_id,
        collection=collection,
        text=text,
        sha256=hash_of_text,
        n_chars=len(text),
        metadata=metadata if articles else replace(metadata, story_id=doc_id),
        tokens=tokens,
        sentences=sentences,
        native=native,
    )
    return from_marks(document, _marks(structures))


def _segmentation(tokens: Iterable[Fragment], spans: Iterable[Fragment]) -> tuple[tuple[Fragment, ...], tuple[Fragment, ...]]:
    """Tokens in text order, and for each span that holds any the range of its tokens."""
    tokens = tuple(sorted(tokens))
    if wrong := [second for first, second in pairwise(((0, 0), *tokens)) if second[0] < first[1] or second[0] >= second[1]]:
        raise DataError(f"the token [{wrong[0][0]}, {wrong[0][1]}) is empty or overlaps another")
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    sentences = ((bisect_left(starts, start), bisect_right(ends, end)) for start, end in sorted(spans))
    return tokens, tuple((first, last) for first, last in sentences if first < last)


def _marks(structures: Mapping[int, FeatureStructure]) -> Iterator[Mark]:
    """The marks of feature structures, given by their ids, in the order of their layers."""
    found = {
        number: (structure, _LAYERS[structure.type.name])
        for number, structure in structures.items()
        if structure.type.name in _LAYERS
    }
    slots = {number: _slots(structure, layer, found) for number, (structure, layer) in found.items()}
    owners = {target: number for number, filled in slots.items() for role, target in filled if role == _FRAGMENT}
    marked = {number: _mark(*found[number]) for number in found}
    for number, owner in owners.items():
        fragment = marked[number]
        if fragment.type != marked[owner].type or fragment.features or fragment.links or slots[number]:
            raise DataError(
                f"{fragment.type} {fragment.key}: is a fragment of {marked[owner].type} {marked[owner].key}; "
                "expected the same layer and nothing set"
            )

    def place(number: int) -> tuple[float, int, int, int]:
        structure, layer = found[number]
        order = _value(structure, "order", int)
        return (math.inf if order is None else order, *((0, 0) if layer.on_document else _offsets(structure)), number)

    for number in sorted(found.keys() - owners.keys(), key=place):
        mark = marked[number]
        others = [_offsets(found[target][0]) for role, target in slots[number] if role == _FRAGMENT]
        links = tuple((role, marked[owners.get(target, target)].key) for role, target in slots[number] if role != _FRAGMENT)
        yield replace(mark, span=Span.of(*mark.span.fragments, *others) if mark.span else None, links=mark.links + links)


def _mark(structure: FeatureStructure, layer: _Layer) -> Mark:
    """The mark of a feature structure alone, without what its slots add."""
    features = {}
    for name, values in MARKS[layer.name].features.items():
        own = _FEATURES.get(name, name)
        value = ("true" if _value(structure, own, bool) else "") if values == _FLAG else _value(structure, own, str)
        if value:
            features[name] = value
    links = [(name, key) for name in layer.references for key in (_value(structure, name, str) or "").split()]
    key = features.get("id") or _whereabouts(structure)
    span = None
    if MARKS[layer.name].spans:
        start, end = _offsets(structure)
        if start >= end:
            raise DataError(f"{layer.name} {key}: covers no words")
        span = Span(((start, end),))
    return Mark(key=key, type=layer.name, span=span, features=features, links=tuple(links))


def _slots(
    structure: FeatureStructure, layer: _Layer, found: Mapping[int, tuple[FeatureStructure, _Layer]]
) -> list[tuple[str, int]]:
    """Role and id of what fills the slots of a feature structure; an empty slot counts as none."""
    array = getattr(structure, "links", None)
    links = [link for link in getattr(array, "elements", None) or () if getattr(link, "target", None) is not None]
    for link in links:
        if link.role not in layer.roles:
            expected = f"one of {', '.join(layer.roles)}" if layer.roles else "none"
            raise DataError(
                f"{layer.name} {_whereabouts(structure)}: found a slot with the role {link.role!r}, expected {expected}"
            )
        if found.get(link.target.xmiID, (None,))[0] is not link.target:
            raise DataError(f"{layer.name} {_whereabouts(structure)}: {link.role}: leads to what is no annotation of these layers")
    return [(link.role, link.target.xmiID) for link in links]


def _whereabouts(structure: FeatureStructure) -> str:
    """What an annotation without an id is called: its offsets, in code points, and its number in the file."""
    offsets = f"{structure.begin}-{structure.end}" if hasattr(structure, "begin") else ""
    return f"{offsets}#{structure.xmiID}"


def _offsets(structure: FeatureStructure) -> Fragment:
    start, end = getattr(structure, "begin", None), getattr(structure, "end", None)
    if type(start) is not int or type(end) is not int:
        raise DataError(f"{structure.type.name} #{structure.xmiID}: found the offsets {start!r} and {end!r}, expected numbers")
    return start, end


_Value = TypeVar("_Value", str, int, bool)


def _value(structure: FeatureStructure, name: str, expected: type[_Value]) -> _Value | None:
    """The value of a feature; None where it is unset or the type has no such feature."""
    value = getattr(structure, name, None)
    if value is not None and type(value) is not expected:
        raise DataError(f"{structure.type.name} #{structure.xmiID}: {name}: found {brief(value)}, expected {expected.__name__}")
    return value


# --- Files of unknown origin ----------------------------------------------------------------------------------------

_MOST_DEPTH = 16  # elements within elements; a type system has seven
_MOST_NAMES = 1_000  # types, and features; each type is given the features of those above it
_MOST_STRUCTURES = 1 << 20
_MOST_CHARACTERS = 1 << 22  # of all texts; dkpro-cassis keeps two dictionaries with an entry for each
_TYPE_NAME = re.compile(r"[A-Za-z]\w*(\.\w+)*(\[\])?", re.ASCII)
_FEATURE_NAME = re.compile(r"[A-Za-z]\w*", re.ASCII)


@contextmanager
def _as_data_error(place: str) -> Iterator[None]:
    """A DataError gets the place; what dkpro-cassis raises of any kind, or only warns of, becomes one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", message="Not mapping")  # an offset outside the text or within a character
        try:
            yield
        except DataError as error:
            raise DataError(f"{place}: {error}") from error
        except Exception as error:
            what = " ".join(f"{type(error).__name__}: {error}".split())
            raise DataError(f"{place}: found {what[:200]}; expected a UIMA CAS with its type system") from error


def _read_xmi(types: TypeSystem, path: Path) -> Document:
    from cassis import load_cas_from_xmi

    data = read_bytes(path)
    with _as_data_error(str(path)):
        _check_xml(data)
        return from_cas(load_cas_from_xmi(BytesIO(data), typesystem=types), name=path.stem)


def _read_type_system(path: Path) -> TypeSystem:
    if not path.is_file():
        raise DataError(f"{path}: is missing; expected the type system that is exported with the .xmi files")
    data = read_bytes(path)
    with _as_data_error(str(path)):
        return _types_of_xml(data)


# A type system takes longer to read than a document, and those of one project are the same.
@lru_cache(maxsize=4)
def _types_of_xml(data: bytes) -> TypeSystem:
    from cassis import load_typesystem

    _check_xml(data)
    return load_typesystem(BytesIO(data))


@lru_cache(maxsize=4)
def _types_of_json(types: str) -> TypeSystem:
    from cassis import load_cas_from_json

    return load_cas_from_json(f'{{"%TYPES": {types}, "%FEATURE_STRUCTURES": [], "%VIEWS": {{}}}}').typesystem


def _read_json(path: Path) -> Document:
    from cassis import load_cas_from_json

    text = decode(read_bytes(path), path)
    data = parse_json(text, path)
    with _as_data_error(str(path)):
        types = data.get("%TYPES") if isinstance(data, dict) else None
        if not isinstance(types, dict) or not all(isinstance(type_, dict) for type_ in types.values()):
            raise DataError("found no %TYPES, expected a CAS with its type system embedded")
        _check_names(types, [name for type_ in types.values() for name in type_ if not name.startswith("%")])
        structures = data["%FEATURE_STRUCTURES"]
        if isinstance(structures, dict):  # by id, as INCEpTION may also write them
            structures = [{"%ID": number, **structure} for number, structure in structures.items()]
        texts = [structure.get("sofaString") or "" for structure in structures]
        _check_structures([structure["%ID"] for structure in structures], sum(map(len, texts)))
        if len(views := data["%VIEWS"]) > 1:  # which dkpro-cassis 0.12 refuses
            text = json.dumps(data | {"%VIEWS": {"_InitialView": views["_InitialView"]}})
        types_of_file = _types_of_json(json.dumps(types))
        return from_cas(load_cas_from_json(text, typesystem=types_of_file, merge_typesystem=False), name=path.stem)


def _check_xml(data: bytes) -> None:
    """Raises for XML with a DTD, with entities, nested deeply, too large, or with ids or names that dkpro-cassis must not see."""
    from defusedxml.ElementTree import XMLParser

    target = _Checked()
    parser = XMLParser(target=target, forbid_dtd=True)
    parser.feed(data)
    parser.close()
    _check_structures(target.ids, target.n_characters)
    _check_names(target.types, target.features)


class _Checked:
    """What an XML parser tells of a file: keeps ids and the names of types and features, and no more."""

    def __init__(self) -> None:
        self.n_characters = 0
        self.ids: list[str] = []
        self.types: list[str] = []
        self.features: list[str] = []
        self._open: list[str] = []
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) >= _MOST_DEPTH:
            raise DataError(f"found elements nested more than {_MOST_DEPTH} deep")
        self.n_characters += len(attributes.get("sofaString", ""))
        if (number := attributes.get("{http://www.omg.org/XMI}id")) is not None:
            self.ids.append(number)
        self._open.append(tag.rpartition("}")[2])
        self._text.clear()

    def data(self, text: str) -> None:
        self._text.append(text)

    def end(self, _: str) -> None:
        tag = self._open.pop()
        if tag == "name" and self._open[-1:] in (["typeDescription"], ["featureDescription"]):
            names = self.types if self._open[-1] == "typeDescription" else self.features
            names.append("".join(self._text).strip())
        self._text.clear()

    def close(self) -> None:
        """Nothing is built."""


def _check_names(types: Collection[str], features: Collection[str]) -> None:
    # dkpro-cassis builds a class for each type by way of attrs, which writes the features' names into source code and runs it.
    if len(types) > _MOST_NAMES or len(features) > _MOST_NAMES:
        raise DataError(f"found {len(types)} types with {len(features)} features, expected at most {_MOST_NAMES} of each")
    for names, pattern in ((types, _TYPE_NAME), (features, _FEATURE_NAME)):
        if wrong := [name for name in names if not pattern.fullmatch(name) or keyword.iskeyword(name)]:
            raise DataError(f"found the name {brief(wrong[0])} in the type system, expected letters, digits and _")


def _check_structures(ids: Collection[object], n_characters: int) -> None:
    if len(ids) > _MOST_STRUCTURES or n_characters > _MOST_CHARACTERS:
        most = f"at most {_MOST_STRUCTURES} and {_MOST_CHARACTERS}"
        raise DataError(f"found {len(ids)} feature structures and {n_characters} characters of text, expected {most}")
    if len(set(ids)) < len(ids):
        number, uses = Counter(ids).most_common(1)[0]
        raise DataError(f"found {uses} feature structures with the id {brief(number)}, expected one")


def _units(suffix: str, path: Path) -> Iterator[Unit]:
    files = _files(suffix, path)
    if not files:
        raise DataError(f"{path}: found no document, expected files in {suffix}")
    _require_cassis()  # once, and not for each document
    if suffix == ".xmi":
        types = {folder: _read_type_system(folder / TYPE_SYSTEM_FILE) for folder in dict.fromkeys(file.parent for file in files)}
        yield from ((str(file), partial(_read_xmi, types[file.parent], file)) for file in files)
    else:
        yield from ((str(file), partial(_read_json, file)) for file in files)


def _files(suffix: str, path: Path) -> list[Path]:
    """A file, or the files of a folder and the folders in it: INCEpTION exports a folder for each document."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [file for file in files if file.suffix == suffix and file.name != LAYERS_FILE and not file.is_dir()]


def _is_xmi(path: Path) -> bool:
    return any(b"http://www.omg.org/XMI" in head(file) for file in _files(".xmi", path)[:1])


def _is_json(path: Path) -> bool:
    return any(b'"%TYPES"' in head(file) or b'"%FEATURE_STRUCTURES"' in head(file) for file in _files(".json", path)[:1])


XMI = Format(
    name="cas-xmi",
    title="UIMA CAS XMI for INCEpTION (.xmi and TypeSystem.xml)",
    recognises=_is_xmi,
    units=partial(_units, ".xmi"),
    write=partial(_write, ".xmi", _xmi_of),
)
JSON = Format(
    name="cas-json",
    title="UIMA CAS JSON for INCEpTION (.json)",
    recognises=_is_json,
    units=partial(_units, ".json"),
    write=partial(_write, ".json", _json_of),
)
FORMATS: Mapping[str, Format] = {XMI.name: XMI, JSON.name: JSON}
"""The two formats by name."""
