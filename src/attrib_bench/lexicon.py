"""The codebook's word lists (appendices A and B), and the forms of a German verb that they stand for.

Lists name lemmas and senses. A word of these lists is a trigger, never a label: the codebook's tests decide.
"""

from __future__ import annotations

from functools import cache

from attrib_bench.document import HedgeType

PREPOSITIONS = frozenset({"laut", "zufolge", "gemäß", "nach"})
"""List A1: prepositions that bring in a source; *nach* only before a carrier or a document."""

REPORT_ADVERBS = frozenset({"demnach", "danach", "wonach"})
"""List A1: adverbs that refer to a source named before."""

CARRIERS = frozenset(
    """
    Angabe Angaben Aussage Aussagen Auskunft Auskünfte Auskünften Wort Worte Worten Darstellung Schilderung
    Schilderungen Information Informationen Erkenntnis Erkenntnisse Erkenntnissen Kenntnis Wissen Ansicht Meinung
    Auffassung Überzeugung Einschätzung Einschätzungen Sicht Erachten Erachtens Bekunden Behauptung Behauptungen
    Beobachtung Beobachtungen Schätzung Schätzungen Erwartung Erwartungen Bezeugung Bezeugungen
    """.split()
)
"""List K (A3): nouns that name the act of saying, not a source."""

HEDGES: dict[str, HedgeType] = {
    **dict.fromkeys(
        """
    vielleicht möglicherweise womöglich eventuell vermutlich mutmaßlich mutmaßliche mutmaßlichen mutmaßlicher
    mutmaßliches wahrscheinlich voraussichtlich wohl höchstwahrscheinlich könnte könnten dürfte dürften möglich
    mögliche möglichen möglicher mögliches etwaige etwaigen potenzielle potenziellen denkbar unklar ungewiss
    fraglich
    """.split(),
        HedgeType.EPISTEMIC,
    ),
    **dict.fromkeys(
        "offenbar anscheinend augenscheinlich offensichtlich offenkundig scheinbar scheint scheinen schien".split(),
        HedgeType.INFERENTIAL,
    ),
    **dict.fromkeys("angeblich angebliche angeblichen angeblicher gerüchteweise soll sollen".split(), HedgeType.REPORTIVE),
    **dict.fromkeys("rund etwa ca. circa ungefähr knapp gut fast nahezu annähernd schätzungsweise".split(), HedgeType.APPROXIMATOR),
}
"""Appendix B, single words with their default type."""

HEDGE_PHRASES: dict[str, HedgeType] = {
    "dem Vernehmen nach": HedgeType.REPORTIVE,
    "unter Umständen": HedgeType.EPISTEMIC,
    "nicht auszuschließen": HedgeType.EPISTEMIC,
    "nicht sicher": HedgeType.EPISTEMIC,
    "mag sein": HedgeType.EPISTEMIC,
    "kann sein": HedgeType.EPISTEMIC,
}
"""Appendix B, phrases with their default type."""

_SPEECH = """
sagen erklären mit|teilen berichten melden schreiben,schrieb,geschrieben betonen bestätigen an|kündigen fordern
auf|fordern bitten,bat,gebeten warnen drohen versprechen,versprach,versprochen,verspricht zu|sichern
vor|schlagen,schlug,geschlagen,schlägt empfehlen,empfahl,empfohlen,empfiehlt behaupten beteuern
an|geben,gab,gegeben,gibt hinzu|fügen ein|räumen zu|geben,gab,gegeben,gibt gestehen,gestand,gestanden
bestreiten,bestritt,bestritten dementieren leugnen vor|werfen,warf,geworfen,wirft beschuldigen verdächtigen beklagen
kritisieren monieren bemängeln fest|stellen fest|halten,hielt,gehalten,hält hin|weisen,wies,gewiesen
verweisen,verwies,verwiesen erläutern ergänzen begründen antworten fragen rufen,rief,gerufen twittern posten verkünden
verlauten heißen,hieß,geheißen hervor|gehen,ging,gegangen besagen zeigen belegen nahe|legen ergeben,ergab,ergeben,ergibt
beziffern schätzen prognostizieren voraus|sagen vorher|sagen entscheiden,entschied,entschieden urteilen
beschließen,beschloss,beschlossen an|ordnen an|weisen,wies,gewiesen zitieren nennen,nannte,genannt bezeichnen ein|stufen
lauten kommentieren entgegnen erwidern skandieren versichern schildern beschreiben,beschrieb,beschrieben appellieren
auf|rufen,rief,gerufen raten,riet,geraten,rät ab|raten,riet,geraten,rät mahnen drängen argumentieren
hervor|heben,hob,gehoben unterstreichen,unterstrich,unterstrichen klar|stellen klar|machen konstatieren formulieren
fort|fahren,fuhr,gefahren,fährt ein|schränken aus|führen dar|legen aus|sagen signalisieren verbreiten vermelden
veröffentlichen an|bieten,bot,geboten an|regen spekulieren nach|sagen vergleichen,verglich,verglichen würdigen loben
plädieren verlangen verteidigen verurteilen begrüßen bedauern befürworten bekräftigen rügen werten
zurück|weisen,wies,gewiesen zu|sagen an|prangern äußern dokumentieren protestieren klagen
aus|schließen,schloss,geschlossen
"""

_THOUGHT = """
glauben meinen finden,fand,gefunden denken,dachte,gedacht vermuten an|nehmen,nahm,genommen,nimmt aus|gehen,ging,gegangen
rechnen erwarten hoffen befürchten fürchten zweifeln bezweifeln
"""

_SEP = "|"


@cache
def cue_verbs() -> dict[str, str]:
    """Lists A2 and A4: every form of a cue verb that needs no separated particle, in lower case, with its lemma.

    *mitteilt* and *mitgeteilt* are here, *teilte* (… *mit*) is in `separated_verbs`.
    """
    return {form: lemma.replace(_SEP, "") for lemma, joined, _ in _conjugations() for form in joined}


@cache
def separated_verbs() -> dict[str, frozenset[str]]:
    """Lists A2 and A4: finite forms of separable cue verbs, in lower case, with the particles that may end the clause."""
    particles: dict[str, set[str]] = {}
    for lemma, _, bare in _conjugations():
        for form in bare:
            particles.setdefault(form, set()).add(lemma.partition(_SEP)[0])
    return {form: frozenset(found) for form, found in particles.items()}


def _conjugations() -> list[tuple[str, set[str], set[str]]]:
    return [_conjugate(entry) for entry in (_SPEECH + " " + _THOUGHT).split()]


def _conjugate(entry: str) -> tuple[str, set[str], set[str]]:
    """The lemma of an entry ``particle|infinitive[,preterite,participle[,present]]``, its joined and its bare forms."""
    lemma, *parts = entry.split(",")
    particle, _, infinitive = lemma.rpartition(_SEP)
    stem = infinitive.removesuffix("en") if infinitive.endswith("en") else infinitive.removesuffix("n")
    e = "e" if stem.endswith(("t", "d", "fn", "gn", "chn")) else ""
    present = parts[2] if len(parts) > 2 else stem + e + "t"
    preterite = parts[0] if parts else stem + e + "te"
    if parts:
        participle = parts[1]
    else:
        prefixed = infinitive.startswith(("be", "er", "ver", "ent", "ge", "hinter")) or infinitive.endswith("ieren")
        participle = ("" if prefixed else "ge") + stem + e + "t"
    plural = preterite + ("n" if preterite.endswith("e") else "en")
    finite = {infinitive, present, preterite, plural, stem + "e", stem + "est"}
    if not particle:
        return lemma, finite | {participle}, set()
    joined = {particle + form for form in finite} | {particle + participle, particle + "zu" + infinitive}
    return lemma, joined, finite
