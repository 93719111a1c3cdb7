"""What a corpus leaves to be derived: its sources from the words of speakers, its forms from quotation marks."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, partial

from attrib_bench.document import Form, Identification, Kind, Sector, Source, Span


class Speakers:
    """The sources of a document whose corpus annotates none: each distinct string of a speaker becomes one.

    Of such a source nothing else is known than perhaps its kind: unknown sector, known by role only. The ids are e1, e2 and so
    on, in the order in which the sources are first named.
    """

    def __init__(self, text: str) -> None:
        self._name_of = cache(partial(Span.surface, text=text))  # of each span once, however many attributions share it
        self._sources: dict[tuple[str, Kind], Source] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources named so far."""
        return tuple(self._sources.values())

    def ref(self, speaker: Span, kind: Kind = Kind.UNSPECIFIED) -> str:
        """The id of the source of this kind that the speaker's words name."""
        name = self._name_of(speaker)
        if (name, kind) not in self._sources:
            self._sources[name, kind] = Source(
                id=f"e{len(self._sources) + 1}",
                name=name,
                kind=kind,
                sector=Sector.UNKNOWN,
                identification=Identification.ROLE_ONLY,
            )
        return self._sources[name, kind].id

    def refs(self, speaker: Span | None) -> tuple[str, ...]:
        """What an Attribution has as `source_refs`: the id of the source, once for each fragment; none without a speaker."""
        return () if speaker is None else (self.ref(speaker),) * len(speaker.fragments)


def form_by_quotes(content: Span, text: str, quoted: Collection[int]) -> Form:
    """Direct where all letters and digits stand in quotation marks, mixed where some do, else indirect (codebook, 7.1).

    `quoted` has the offsets of the code points between the quotation marks of the text.
    """
    inside = {i in quoted for start, end in content.fragments for i in range(start, end) if text[i].isalnum()}
    return Form.MIXED if len(inside) > 1 else Form.DIRECT if inside == {True} else Form.INDIRECT
