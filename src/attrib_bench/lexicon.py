"""The codebook's word lists (appendices A and B), and the forms of a German verb that they stand for.

Lists name lemmas and senses. A word of these lists is a trigger, never a label: the codebook's tests decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

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

CUE_NOUNS = frozenset(
    """
    Forderung Forderungen Vorwurf Vorwürfe Vorwürfen Hoffnung Warnung Warnungen Ankündigung Behauptung Behauptungen Befürchtung
    Befürchtungen Vermutung Zusage Versprechen Drohung Vorschlag Erklärung Begründung Feststellung Verdacht These Kritik
    Appell Bitte Empfehlung Prognose Zweifel Sorge Ergebnis Schluss Schlussfolgerung Entschluss Mitteilung
    """.split()
)
"""Nominal cues (section 3): they count with a clause only."""

PREDICATES = frozenset({"bekannt", "überzeugt", "zuversichtlich"})
"""Adjectives that are a cue beside a copula (Q1)."""

REPORTING = frozenset(
    """
    fordern kritisieren begrüßen bezeichnen warnen ablehnen verurteilen bedauern bestätigen bestreiten dementieren einräumen
    fürchten befürchten loben verlangen plädieren zurückweisen vorwerfen ankündigen beklagen nennen werten würdigen bemängeln
    betonen bekräftigen schätzen empfehlen erwarten rechnen verteidigen rügen beanstanden befürworten beziffern bescheinigen
    attestieren anprangern unterstreichen auffordern aufrufen sprechen zusagen zusichern zweifeln bezweifeln melden werben
    """.split()
)
"""List R (A4), single verbs: a noun or prepositional phrase is content enough."""

CARRIER_ENDS = tuple(
    """
    angaben informationen bericht berichte berichten aussagen erkenntnissen erkenntnisstand meldung meldungen
    schätzungen einschätzung einschätzungen ansicht meinung auffassung worten darstellung darstellungen überzeugung
    auskunft ermittlungen umfragen umfrage prognosen berechnungen recherchen annahmen mitteilung studie erhebung
    analyse erklärung vermutungen
    """.split()
)
"""Ends of nouns, in lower case, that *nach* and *zufolge* bring in as what a source said: list K, compounds, documents."""

THOUGHT_CARRIERS = frozenset(
    """
    ansicht meinung auffassung überzeugung einschätzung einschätzungen erkenntnis erkenntnisse erkenntnissen sicht
    erachten schätzung schätzungen erwartung erwartungen erkenntnisstand annahmen vermutungen
    """.split()
)
"""Carriers of list K that name a thought, in lower case (list T, section 7.4)."""

THOUGHT_VERBS = frozenset(
    """
    glauben finden denken vermuten annehmen ausgehen rechnen erwarten hoffen befürchten fürchten zweifeln bezweifeln
    erhoffen schätzen mutmaßen
    """.split()
)
WRITING_VERBS = frozenset("schreiben posten twittern hervorgehen veröffentlichen überschreiben titeln dokumentieren".split())
SPEECH_VERBS = frozenset(
    """
    sagen sprechen rufen antworten fragen betonen erzählen erklären äußern entgegnen erwidern skandieren hinzufügen
    ausführen aussagen kommentieren nennen bezeichnen auffordern bitten mitteilen ankündigen bekanntgeben bestätigen
    meinen so kritisieren warnen loben angeben versichern bekräftigen plädieren appellieren fordern bestreiten
    zusichern klarstellen darlegen
    """.split()
)
"""Lists T, W and V (section 7.4): the medium that a cue names."""

BASIS_NOUNS = frozenset({"Berufung", "Bezugnahme", "Verweis", "Hinweis"})
"""List P (A6): *unter Berufung auf* and the like; *unter* or *mit* before it, *auf* behind."""

KIND_ENDS: tuple[tuple[str, list[str]], ...] = (
    (
        "document",
        """bericht berichte berichten studie studien umfrage umfragen mitteilung mitteilungen erklärung pressemitteilung
        gutachten urteil vermerk akte akten protokoll statistik statistiken daten papier dokument dokumente dokumenten
        brief schreiben vertrag gesetz satzung fahrplan aushang anzeige anklage beschluss bescheid entwurf interview
        buch analyse prognose meldung meldungen untersuchung tweet post video aufnahme chronik liste tabelle bilanz
        antrag plan konzept agenturmeldung artikel""".split(),
    ),
    (
        "group",
        """beamte beamten kreise kreisen quellen stimmen lager familie anwohner anwohnern anwohnerinnen bewohner experten
        expertinnen fachleute fachleuten forscher forscherinnen forschern wissenschaftler wissenschaftlern analysten
        kritiker kritikern zeugen augenzeugen beobachter beobachtern ermittler ermittlern ärzte ärzten eltern schüler
        leute menschen gegner anhänger vertreter mitarbeiter insider insidern kenner eingeweihte politiker diplomaten
        händler demonstranten bürger nachbarn fahrgäste fahrgästen mitglieder abgeordnete sekretariat umfeld personen
        verbündete verbündeten lotsen""".split(),
    ),
    (
        "person",
        """sprecher sprecherin minister ministerin präsident präsidentin kanzler kanzlerin chef chefin leiter leiterin
        direktor direktorin bürgermeister bürgermeisterin vorsitzende vorsitzender vorsitzenden richter
        richterin anwalt anwältin experte expertin professor professorin beamter beamtin zeuge zeugin mann frau
        trainer trainerin forscher forscherin sekretär sekretärin botschafter general landrat landrätin
        staatsanwalt geschäftsführer geschäftsführerin insider person berater beraterin kommissar wirt wirtin
        nachbar nachbarin diplomat analyst kritiker pfleger pflegerin altenpflegerin lehrer lehrerin kenner
        abgeordneter abgeordnete autor autorin mitarbeiterin gouverneur premier kremlchef machthaber beauftragte""".split(),
    ),
    (
        "institution",
        """polizei ministerium regierung behörde amt gericht partei fraktion zeitung verband verein gewerkschaft unternehmen
        konzern firma agentur redaktion universität hochschule institut bank bundeswehr armee feuerwehr
        staatsanwaltschaft kommission rat senat parlament bundestag landtag stadt gemeinde kreis reederei werft klinik
        krankenhaus medien blatt sender geheimdienst geheimdienste nachrichtenagentur organisation stiftung bahn hafen
        schule kirche bündnis haus kanzlei zweckverband aufsicht radio""".split(),
    ),
)
"""Last parts of head nouns by kind (10.2); the first list that has the noun decides, so groups stand before persons."""

SECTOR_PARTS: tuple[tuple[str, list[str]], ...] = (
    (
        "media",
        """zeitung medien blatt agentur redaktion journalist radio rundfunk sender tagesschau kurier bote anzeiger magazin
        portal presse nachrichtendienst meldungsdienst times post tagesspiegel reuters dpa afp spiegel fernseh
        reporter""".split(),
    ),
    (
        "business",
        """unternehmen konzern firma bank werft reederei gmbh ag vorstand geschäftsführ aktionär händler analyst betreiber
        hersteller eisenbahn bahn industrie airline leasing wirtschaft arbeitgeber kammer investor versicher""".split(),
    ),
    (
        "science",
        """forscher forschung wissenschaft universität institut professor studie hochschule experte expertin gutachten
        fellow historiker ökonom""".split(),
    ),
    (
        "politics",
        "partei fraktion abgeordnet spd cdu csu fdp grüne linke afd kandidat opposition wahlkampf politiker".split(),
    ),
    (
        "civil",
        """verband verein gewerkschaft kirche initiative stiftung organisation bündnis aktivist demonstrant bischof
        umweltsch betriebsrat greenpeace amnesty trainer klub club""".split(),
    ),
    (
        "state",
        """polizei minister ministerium regierung behörde amt gericht bürgermeister präsident kanzler beamt armee feuerwehr
        staatsanwalt kommission senat rat parlament bundestag landtag stadt gemeinde landrat botschaft diplomat
        geheimdienst militär bundeswehr ermittler richter zoll haus schule sekretariat zweckverband aufsicht general
        usa russland china nordkorea ukraine israel frankreich washington moskau berlin brüssel peking kiew pjöngjang
        kreml verbündete""".split(),
    ),
    (
        "private",
        "anwohner nachbar zeuge passant familie mann frau schüler eltern fahrgast fahrgäste wirt pfleg bewohner bürger".split(),
    ),
)
"""Parts of words by sector (10.2), in lower case, those of up to three letters whole words; the first list with a hit decides."""

ANONYMOUS_PARTS = frozenset(
    """
    insider quelle quellen kreise kreisen kenner eingeweihte umfeld stimmen person personen beobachter ungenannt
    anonym man manche viele einige jemand namentlich ungenannte ungenannten ungenannter ungenannter anonyme anonymer
    anonymen regierungskreise regierungskreisen
    """.split()
)
"""List G (10.3): heads and marks of sources whose identity is withheld, in lower case."""

JUDGING_VERBS = frozenset(
    """
    kritisieren ablehnen verurteilen zurückweisen verteidigen würdigen anprangern bekräftigen bedauern begrüßen loben rechnen
    schätzen erwarten melden aufrufen zweifeln
    """.split()
)
"""Verbs of list R that judge, expect or call upon; with a noun phrase GQA mostly leaves them unmarked (appendix A)."""

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
auf|rufen,rief,gerufen ab|raten,riet,geraten,rät mahnen drängen argumentieren
hervor|heben,hob,gehoben unterstreichen,unterstrich,unterstrichen klar|stellen klar|machen konstatieren formulieren
fort|fahren,fuhr,gefahren,fährt ein|schränken aus|führen dar|legen aus|sagen signalisieren verbreiten vermelden
veröffentlichen an|bieten,bot,geboten an|regen spekulieren nach|sagen vergleichen,verglich,verglichen würdigen loben
plädieren verlangen verteidigen verurteilen begrüßen bedauern befürworten bekräftigen rügen werten
zurück|weisen,wies,gewiesen zu|sagen an|prangern äußern dokumentieren protestieren klagen
aus|schließen,schloss,geschlossen heraus|streichen,strich,gestrichen charakterisieren heraus|stellen an|drohen
erwähnen resümieren bescheinigen attestieren attackieren bilanzieren mutmaßen folgern meckern schwärmen spotten
unterrichten informieren erzählen verraten,verriet,verraten,verrät notieren weis|sagen nach|legen an|führen ab|lehnen
werben,warb,geworben,wirbt beanstanden aus|rufen,rief,gerufen überschreiben,überschrieb,überschrieben betiteln
sprechen,sprach,gesprochen,spricht bekannt|geben,gab,gegeben,gibt bekannt|machen
"""

_THOUGHT = """
glauben meinen finden,fand,gefunden denken,dachte,gedacht vermuten an|nehmen,nahm,genommen,nimmt aus|gehen,ging,gegangen
rechnen erwarten hoffen befürchten fürchten zweifeln bezweifeln erhoffen
"""

# --- Closed classes of German words ---------------------------------------------------------------------------------

WORD_CLASSES: dict[str, str] = {
    "d": """die das dem den ein eine einem einen dies diese diesem diesen jede jeder jedem jeden jedes alle allen aller
        beide beiden mehrere mehreren mehrerer viele vielen vieler einige einigen einiger manche manchen mancher
        mein meine meinen meinem dein sein seine seinem seinen ihr ihre ihrem ihren unser unsere unserem unseren
        euer eure weitere weiteren weiterer andere anderen anderer zwei drei vier fünf sechs sieben acht neun
        zehn elf zwölf solche solchen zahlreiche zahlreichen verschiedene verschiedenen sämtliche jene jenem
        jenen zwei dutzende hunderte tausende""",
    "g": """der des eines einer dieser dieses seiner seines ihrer ihres unserer unseres meiner meines jener jenes zweier dreier""",
    "k": "kein keine keinen keinem keiner keines",
    "o": "er sie wir ich man wer niemand jemand dieselben letzterer letztere jener",
    "e": "es",
    "i": "ihm ihn ihnen uns mir mich dir dich euch",
    "r": "sich",
    "M": """montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag montagabend dienstagabend mittwochabend
        donnerstagabend freitagabend samstagabend sonntagabend montagmorgen januar februar märz april mai juni juli
        august september oktober november dezember uhr abend morgen mittag nachmittag vormittag nacht woche wochen
        jahr jahre jahren jahres monat monate monaten tag tage tagen tages wochenende anschluss mitternacht""",
    "z": "zu",
    "v": "von vom",
    "f": "für",
    "p": """in im an am auf aus bei beim mit zum zur über unter vor hinter neben zwischen durch um gegen ohne bis seit ab
        ins ans aufs fürs trotz wegen während innerhalb außerhalb anlässlich angesichts aufgrund anhand infolge
        mittels bezüglich hinsichtlich statt anstatt samt nahe entgegen mithilfe zugunsten rund""",
    "c": "dass daß ob",
    "s": """weil wenn nachdem während obwohl damit bevor falls sodass indem obgleich sofern solange sobald seitdem als da
        ehe bis wobei weshalb weswegen womit wodurch worauf woraufhin wogegen wohingegen""",
    "w": "was wann warum wo woher wohin welche welcher welches welchen welchem wieso wieviel inwieweit inwiefern wessen wem wen",
    "u": "und oder sowie bzw. bzw",
    "U": "sondern aber doch denn jedoch",
    "H": "hat haben hatte hatten ist sind war waren bin habt",
    "h": "wird werden wurde wurden",
    "m": """will wollen wollte wollten kann können konnte konnten soll sollen sollte sollten muss müssen musste mussten darf dürfen
        durfte durften mag mögen möchte möchten""",
    "K": """sei seien habe werde könne solle müsse dürfe wolle möge gehe komme gebe stehe lasse bleibe bestehe handele
        handle liege sehe nehme finde führe bringe mache halte trage zeige brauche spreche wisse glaube fehle
        gelte drohe sage arbeite spiele bedeute gehöre erwarte hoffe denke meine gehe verfüge laufe bilde leide
        biete sorge entspreche ergebe befinde benötige verdiene diene erhalte erfolge betrage beginne dauere
        fordere versuche unterstütze zähle stelle ziehe trete falle steige sinke wirke treffe verstoße verletze
        lebe rechne setze lehne kenne fühle freue verstehe begrüße betreffe scheine sterbe verliere verlasse
        enthalte beziehe plane bestünde""",
    "J": "hätte hätten wäre wären würde würden könnte könnten müsste müssten dürfte dürften sollte gäbe käme kämen ginge gingen",
    "y": "worden gewesen geworden",
    "L": "laut lt.",
    "Z": "zufolge",
    "G": "gemäß",
    "N": "de van al el le la du del di",
    "X": "nach",
    "S": "so",
    "W": "wie",
    "Y": "demnach wonach demzufolge",
    "A": "gegenüber",
    "x": """auch nicht nur schon noch dabei dazu davon daran darauf darüber daraus dafür dagegen danach darin daher deshalb dort
        hier heute gestern morgen bereits zudem außerdem zuvor zunächst später inzwischen mittlerweile weiterhin weiter
        ferner zugleich gleichzeitig allerdings hingegen dennoch trotzdem schließlich wiederum nun jetzt damals seinerzeit
        ebenfalls ebenso erneut bislang bisher zuletzt kürzlich jüngst unterdessen währenddessen daraufhin hierzu dann
        wörtlich offiziell öffentlich ausdrücklich einmal erst erstmals nie immer wieder sogar insgesamt unter anderem
        besonders vor allem möglicherweise vermutlich offenbar angeblich lediglich gern mehr sehr also etwa rund
        gegebenenfalls jedenfalls ansonsten andernfalls darunter dadurch demgegenüber hiermit hierbei vielmehr zwar
        einerseits andererseits überdies übrigens derzeit momentan aktuell ursprünglich tatsächlich letztlich anschließend
        abschließend entsprechend folglich somit nämlich bald nachdrücklich""",
}
"""Closed classes by a letter each, which rules are written in: a word belongs to the last class that lists it."""

_SEP = "|"


class _Verb(NamedTuple):
    """The forms of a cue verb, in lower case: finite ones, those that never are, and finite ones without the particle."""

    lemma: str
    finite: frozenset[str]
    infinite: frozenset[str]
    subjunctive: frozenset[str]
    bare: frozenset[str]


@cache
def cue_verbs() -> dict[str, str]:
    """Lists A2 and A4: every form of a cue verb that needs no separated particle, in lower case, with its lemma.

    *mitteilt* and *mitgeteilt* are here, *teilte* (… *mit*) is in `separated_verbs`.
    """
    return {form: verb.lemma for verb in _conjugations() for form in sorted(verb.finite | verb.infinite)}


@cache
def participles() -> frozenset[str]:
    """Forms of `cue_verbs` that are never finite: *gesagt*, *mitgeteilt*, *mitzuteilen*, but not *berichtet*."""
    return frozenset(cue_verbs()) - {form for verb in _conjugations() for form in verb.finite}


@cache
def subjunctives() -> frozenset[str]:
    """Forms of `cue_verbs` in the Konjunktiv I of the third person: *sage*, *mitteile*; they are themselves reported."""
    return frozenset(form for verb in _conjugations() for form in verb.subjunctive)


@cache
def separated_verbs() -> dict[str, frozenset[str]]:
    """Lists A2 and A4: finite forms of separable cue verbs, in lower case, with the particles that may end the clause."""
    particles: dict[str, set[str]] = {}
    for verb, entry in zip(_conjugations(), _entries(), strict=True):
        for form in verb.bare:
            particles.setdefault(form, set()).add(entry.partition(_SEP)[0])
    return {form: frozenset(found) for form, found in particles.items()}


def cue_lemma(words: Sequence[str]) -> str:
    """What a cue is counted as: the lemma of the first verb of the codebook's lists A2 and A4 in it, a separated particle put back
    (*teilte … mit*: mitteilen), else its first word in lower case (*laut*, *nach*, *so*).
    """
    lowered = [word.lower() for word in words]
    verbs = [word for word in (*lowered[:1], *words[1:]) if not word[0].isupper()]  # Angaben is no form of angeben
    for word in verbs:
        for particle in sorted(separated_verbs().get(word, ())):
            if particle in lowered and (lemma := _joined().get((particle, word))):
                return lemma
    for word in verbs:
        if lemma := cue_verbs().get(word):
            return lemma
    return lowered[0] if lowered else ""


@cache
def _joined() -> Mapping[tuple[str, str], str]:
    """The lemma of each particle with each finite form of its verb."""
    pairs = ((particle, form) for form, particles in separated_verbs().items() for particle in particles)
    return {(particle, form): lemma for particle, form in pairs if (lemma := cue_verbs().get(particle + form))}


def _entries() -> list[str]:
    return (_SPEECH + " " + _THOUGHT).split()


@cache
def _conjugations() -> tuple[_Verb, ...]:
    return tuple(_conjugate(entry) for entry in _entries())


def _conjugate(entry: str) -> _Verb:
    """The forms of an entry ``particle|infinitive[,preterite,participle[,present]]``; those left out are regular."""
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
    finite = frozenset({infinitive, present, preterite, plural, stem + "e", stem + "est"})
    subjunctive = frozenset({stem + "e"}) - {preterite}
    if not particle:
        return _Verb(lemma, finite, frozenset({participle}), subjunctive, frozenset())
    joined = frozenset(particle + form for form in finite)
    infinite = frozenset({particle + participle, particle + "zu" + infinitive})
    return _Verb(particle + infinitive, joined, infinite, frozenset(particle + form for form in subjunctive), finite)
