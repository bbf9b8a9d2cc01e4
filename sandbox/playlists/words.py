"""What songs are called in the sandbox: words that combine into titles, each title once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sandbox.playlists.dice import Deck, Dice
from sandbox.playlists.languages import PHRASES


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", " ").split(";"))


@dataclass(frozen=True, slots=True)
class Mood:
    """English words for the titles of one kind of music; every tail fits behind every noun."""

    adjectives: tuple[str, ...]
    nouns: tuple[str, ...]
    phrases: tuple[str, ...]
    tails: tuple[str, ...]


MOODS: Mapping[str, Mood] = MappingProxyType(
    {
        "ballad": Mood(
            _words(
                """
                Borrowed; Unsent; Winter; Paper; Salted; Left-Handed; Half-Lit; Mended; Tidal;
                Handwritten; Quiet; Unpainted; Rain-Soaked; Forgotten-Name
                """
            ),
            _words(
                """
                Lantern; Sweater; Orchard; Envelope; Staircase; Harbour; Almanac; Teacup; Hymnal;
                Sparrow; Cardigan; Clothesline; Letterbox; Rowing Boat; Thimble; Snowdrift; Gramophone
                """
            ),
            _words(
                """
                Leave the Porch Light Off; What the Kettle Knew; I Kept Your Bus Ticket;
                Your Coat in the Hallway; We Never Fixed the Gate; The Year Without Apples;
                A Small Apology in C; Nobody Sleeps in Whitby; Your Mother's Piano Stool;
                Counting Spoons; Snow on the Answering Machine; Learning to Fold a Map
                """
            ),
            _words(
                """
                for Two Voices; by the Window; at Low Tide; from a Sister; in Pencil; Before the Thaw
                """
            ),
        ),
        "indie": Mood(
            _words(
                """
                Sunday; Second-Hand; Tangerine; Apologetic; Suburban; Polite; Corduroy; Sleepy;
                Upstairs; Lukewarm; Lopsided; Bashful; Overgrown; Daydream
                """
            ),
            _words(
                """
                Bicycle; Postcards; Lemonade; Swimming Lessons; Allotment; Photobooth; Umbrella;
                Minigolf; Balcony; Atlas; Picnic Blanket; Roundabout; Mixtape; Ferris Wheel; Paperback;
                Tennis Court
                """
            ),
            _words(
                """
                Everyone at This Party Is a Geologist; Text Me From the Ferry; Slow Clap for the Moon;
                I Was Told There'd Be Cake; Four Wrong Turns to Your House;
                Small Talk With a Lighthouse; You Look Like August; The Good Deckchairs;
                Is That Your Dog or Mine; My Landlord Plays the Oboe; Half the Summer on Hold;
                Nice Weather for Leaving
                """
            ),
            _words(
                """
                in the Afternoon; Behind the Library; for Beginners; on the Night Train;
                Without Helmets; Since Tuesday
                """
            ),
        ),
        "club": Mood(
            _words(
                """
                Neon; Chrome; Velvet; Midnight; Magnetic; Infrared; Liquid; Parallel; Analogue;
                Ultraviolet; Chromatic; Subtropical; Ceramic; Nocturnal
                """
            ),
            _words(
                """
                Elevator; Corridor; Signal; Turnstile; Mirage; Parking Deck; Voltage; Aquarium;
                Escalator; Satellite Dish; Revolving Door; Frequency; Night Desk; Fever Chart;
                Smoke Machine; Underpass
                """
            ),
            _words(
                """
                Last Train, First Coffee; Keep the Strobe; Cloakroom Number 212;
                Somebody Else's Afterparty; Press Both Buttons; Sweat on the Ceiling;
                Six in the Morning, Still Tuesday; Dance Like a Fax Machine; Basement Weather;
                The Bouncer Knows My Aunt; Loop Me In; Low Ceiling, High Hopes
                """
            ),
            _words("at 5 AM; (Extended Mix); in Reverse; After Hours; Under Glass; (Dub)"),
        ),
        "rock": Mood(
            _words(
                """
                Rusted; Burning; Iron; Crooked; Feral; Screaming; Haunted; Diesel; Broken-Toothed;
                Thunderstruck; Nuclear; Ungovernable; Barking; Concrete
                """
            ),
            _words(
                """
                Forklift; Cathedral; Switchblade Tango; Radiator; Carnival; Committee; Guillotine;
                Car Park; Avalanche; Bulldozer; Lawnmower; Telegraph; Stampede; Chimney; Wrecking Yard;
                Sermon
                """
            ),
            _words(
                """
                Kick the Vending Machine; No Gods, No Managers; We Are the Hailstorm;
                Teeth Like Tombstones; The Mayor Is on Fire; Louder Than Your Dad;
                Bring Me the Head of Accounting; Set Fire to the Suggestion Box;
                All My Amps Are Haunted; This Machine Eats Coins; Run, Gerald, Run; Ten Tons of Nothing
                """
            ),
            _words("Must Fall; of Doom; on Wheels; at Full Volume; vs. the Sea; Forever"),
        ),
        "rap": Mood(
            _words(
                """
                Certified; Corner; Double; Golden; Frozen; Unpaid; Front-Row; Pocket; Overdue;
                Heavyweight; Laminated; Borrowed; Midtown; Bulletproof
                """
            ),
            _words(
                """
                Receipts; Footnotes; Chess Club; Barbershop; Interest Rate; Alphabet; Passport;
                Overtime; Penthouse; Syllables; Ledger; Elevator Pitch; Spreadsheet; Sneakers; Deposit;
                Encyclopaedia
                """
            ),
            _words(
                """
                Read the Minutes; Who Taught You Commas; Still on Read; Cash Only, No Questions;
                Grandma Had Bars; Speak to My Accountant; Bus Fare to the Top; Nobody Rhymes Orange;
                Eleven Missed Calls; Keys on the Counter; My Cousin Did the Beat; Say It With Your Chest
                """
            ),
            _words("Freestyle; on Credit; (Skit Included); Pt. II; Season; for the Record"),
        ),
        "ambient": Mood(
            _words(
                """
                Slow; Dissolving; Northern; Weightless; Submerged; Luminous; Distant; Granular;
                Unfolding; Pale; Suspended; Glacial; Folded; Nameless
                """
            ),
            _words(
                """
                Estuary; Lichen; Observatory; Frost; Sediment; Archipelago; Murmuration; Snowfield;
                Meridian; Reservoir; Tundra; Isobar; Lagoon; Peat; Constellation; Hush
                """
            ),
            _words(
                """
                The Lake Remembers; Breathing Exercise for Cathedrals; Dust in the Projector Beam;
                All the Clocks Face East; Small Hours, Large Rooms; Where the Pylons Sleep;
                A Map of Quiet Places; Notes Toward a Glacier; Rain Heard From a Lift;
                Everything Seen From Above; Tuesday, Fog; Moon Over the Water Board
                """
            ),
            _words("I; II; III; (Reprise); at Dawn; for Solo Piano"),
        ),
        "soul": Mood(
            _words(
                """
                Butter; Brown-Sugar; Sunny-Side; Easy; Honeyed; Saffron; Slow-Cooked; Golden; Barefoot;
                Cinnamon; Lazy; Peppermint; Velvet-Slipper; Toasted
                """
            ),
            _words(
                """
                Kitchen; Porch; Marmalade; Apron; Picnic; Teaspoon; Tablecloth; Radio; Courtyard;
                Pancakes; Hammock; Sugar Bowl; Peaches; Record Player; Doorbell; Waffle Iron
                """
            ),
            _words(
                """
                Stir It Twice and Call Me; Dance While It Simmers; You Burn the Toast So Sweetly;
                Come Home, Bring Lemons; Two Plates, One Fork; The Neighbours Are Humming;
                Love Me Like Leftovers; Whistle for the Kettle; Save Me the Corner Piece;
                Good Gravy, Good Morning; Nobody Leaves Hungry; Sway by the Stove
                """
            ),
            _words(
                """
                for Breakfast; All Day Long; With You; on a Sunday; in the Sunshine; Again, Please
                """
            ),
        ),
        "pop": Mood(
            _words(
                """
                Glitter; Bubblegum; Electric; Lipstick; Holographic; Sugar; Plastic; Fluorescent;
                Heartbeat; Karaoke; Cellophane; Turbo; Champagne; Pastel
                """
            ),
            _words(
                """
                Crush; Fireworks; Jacuzzi; Selfie; Rollercoaster; Lemonade Stand; Chandelier; Airport;
                Polaroid; Confetti; Lip Balm; Trampoline; Voice Note; Disco Ball; Milkshake; Limousine
                """
            ),
            _words(
                """
                Ghost Me Nicely; Wi-Fi for Two; Kiss Me in the Queue; Drama on the Dashboard;
                Left You on Seen; Dancing at the Bus Stop; Your Ex Has a Podcast;
                Main Character Weather; Screenshot This; Cry in the Uber Later;
                Terms and Conditions of Us; I Woke Up Sparkling
                """
            ),
            _words("Tonight; 2000; on Repeat; Emergency; Baby; (Radio Edit)"),
        ),
    }
)
"""English title words by archetype."""

_OWN_LANGUAGE = 0.86
"""Share of titles that a non-English artist writes in their own language."""

_HEADS_NEED_TAILS = frozenset({"ja", "ko"})
"""Languages whose heads end in a genitive and say nothing alone."""


class TitleWriter:
    """Deals titles out of the words above; no title comes twice."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._used: set[str] = set()
        self._moods = {
            kind: {
                part: Deck(dice, getattr(mood, part)) for part in ("adjectives", "nouns", "phrases", "tails")
            }
            for kind, mood in MOODS.items()
        }
        self._languages = {
            language: (Deck(dice, heads), joint, Deck(dice, tails))
            for language, (heads, joint, tails) in PHRASES.items()
        }

    def title(self, kind: str, language: str) -> str:
        """Write a title for music of `kind` by an artist who sings in `language`."""
        while True:
            if language != "en" and self._dice.chance(_OWN_LANGUAGE):
                title = self._foreign(language)
            else:
                title = self._english(kind)
            if title.casefold() not in self._used:
                self._used.add(title.casefold())
                return title

    def _english(self, kind: str) -> str:
        mood = self._moods[kind]
        form = self._dice.weighted(("pair", "phrase", "tailed"), (0.42, 0.30, 0.28))
        if form == "pair":
            return f"{mood['adjectives'].deal()} {mood['nouns'].deal()}"
        if form == "phrase":
            return mood["phrases"].deal()
        return f"{mood['nouns'].deal()} {mood['tails'].deal()}"

    def _foreign(self, language: str) -> str:
        heads, joint, tails = self._languages[language]
        head = heads.deal()
        stands_alone = language not in _HEADS_NEED_TAILS and self._dice.chance(0.25)
        return head if stands_alone else head + joint + tails.deal()
