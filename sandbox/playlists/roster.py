"""Who plays in the sandbox: invented artists by kind of music, each with the language of its titles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _roster(text: str) -> tuple[tuple[str, str], ...]:
    """Read lines of `language: Artist; Artist` as (artist, language) pairs."""
    pairs = []
    for line in text.strip().splitlines():
        language, _, names = line.strip().partition(": ")
        pairs += [(name.strip(), language) for name in names.split(";")]
    return tuple(pairs)


ARTISTS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "ballad": _roster("""
            en: Marguerite Salt; The Slow Ferries; Paper Orchard Choir
            en: Tobias Linnet; Hollow Kettle; Junie Farthing
            en: Moth Cathedral; Old Tin Weather; Ida Penhallow-Reyes; The Borrowed Piano
            de: Lene Achterbusch; Kranichzimmer
            fr: Solène Virevent
            es: Inés Calafate
            pt: Caio Maresia Branca
            pl: Zofia Mgielska
            sv: Elin Snöfågel
            uk: Вечірній Ліхтарник
        """),
        "indie": _roster("""
            en: Okapi Parliament; Nine Umbrellas
            en: The Postcard Ministers; Lido Hours; Sunday Cartographers
            en: Ask, the Lamplighter; Pale Tangerine Club
            en: Mild Panic Orchestra; Good Neighbour Geese
            en: Hotel Marzipan; The Understudies of Rome
            de: Die Nachtportiers; Butterbrot Elegie
            fr: Garage Mirabelle
            es: Los Paraguas Azules
            it: Ragazzi del Tram 9
            pl: Kino Bursztyn
            sv: Lördagstvätt
            ja: Kissa Parade
        """),
        "club": _roster("""
            en: Neon Abacus; Lumen Arcade Unit; Sister Solenoid
            en: Kilowatt Aunties; Mirrorball Bureau; Tropic Modem
            en: Deep Umbrella; Rosa Flanger; Fax Romance; Polar Disco Society
            de: DJ Kaltmamsell; Otto Vantablau; Nachtbus 44
            fr: Minuit Quincaillerie
            it: Discoteca Lunaria
            sv: Norrsken Kassett
            tr: Çilek Motor
            ja: Hana Oktave
        """),
        "rock": _roster("""
            en: Granite Aunt; The Loud Librarians; Bison Attorney
            en: Thunder Dentist; Mother Carburettor; Static Bishop
            en: Riot Gardeners; Sawtooth Deacons; Concrete Llama
            en: Black Kettle Republic; Fuzz Notary; Ghost Forklift
            en: Hurricane Pamela; The Dread Accountants
            de: Kapitän Schrott
            fr: Les Marteaux Polis
            es: Toro Eléctrico Nueve
            pl: Betonowy Jeż
        """),
        "rap": _roster("""
            en: Lil Thesaurus; Big Ledger; Auntie Cadence
            en: Professor Nickel; Yung Almanac; Kode Marmalade
            en: Deuce Carraway; Sable Quarters; Dr. Pocketwatch
            en: Mo Sofabed; Saint Ravel Jr.; Echo Della Crumb
            de: MC Sparbuch; Rapunzel Ost
            fr: La Brise Quatre-Vingt
            es: Tía Metrónomo
            tr: Vokal Simit
            pl: Blok Czwarty B
        """),
        "ambient": _roster("""
            en: Aurora Index; The Quiet Department; Kelp Observatory
            en: Slow Planetarium; Halogen Meadow; Lichen Archive
            en: Moss Telemetry; Vesper Tidal Study
            en: Glass Harbour Ensemble; Ottoline Grey-Marsh; Cloud Registry
            en: Low Tide Institute; Silverfish & Son
            de: Ensemble Nebelkante
            fr: Salle des Brumes
            it: Pianoforte Invernale
            sv: Fjordlampa
            ja: Sora no Heya Trio
        """),
        "soul": _roster("""
            en: Butter & Basil; The Honeycomb Assembly
            en: Ruby Tablecloth; Clementine Avenue; Leroy Pantry
            en: Mama Saffron's Kitchen Band; The Teaspoon Revue
            en: Pearl Oatmeal; Cornelius Bloom Seven
            fr: Odette Brioche
            es: Los Hermanos Cilantro; Trío Maracuyá Azul
            pt: Banda Laranjeira Torta; Cantina Girassol; Bossa Nonchalance
            it: Gianni Limoncello Five
            pl: Orkiestra Poranna Kawa
            de: Frau Holunder
        """),
        "pop": _roster("""
            en: Coco Fluor; Holly Voltage; Juno Kites
            en: Neonette Blush; Pixie Almanac; Super Lemon Weekend
            en: Tinsel Avenue; Vega Lollipop; Plastic Peonies
            en: Kiki Satellite; Bubblegum Embassy; Ten Out of Teo
            de: Lio Sonnenbrand
            fr: Mademoiselle Néon-Nylon
            es: Rosalba Uno Dos
            it: Gelato Supernova
            ko: 하늘자전거
            ja: Suika Telephone
        """),
    }
)
"""(name, title language) of every invented artist, by the archetype they play."""

LABELS: tuple[str, ...] = (
    "Lantern & Sons",
    "Kiosk Recordings",
    "Blue Hour Phonographic",
    "Halbmond Tonträger",
    "Paper Boat Music",
    "Disques du Balcon",
    "Tiny Giant Ltd.",
    "Cassette Weather",
    "Third Kitchen",
    "Gramofon Nocny",
    "Discos Limonero",
    "Understairs Records",
)
"""Invented record labels."""
