"""What to do about a sound file that can't be measured."""

from __future__ import annotations

from cogs.words.errors.root import say, sentence
from services.domain.errors import playlists
from services.domain.sound import MOST_CHANNELS, SAMPLE_RATES_HZ, SHORTEST_SOUND_S

_MIB = 1024 * 1024


say(
    {
        playlists.NotSoundError: (
            "This is no sound file. I measure MP3, Ogg Vorbis, Opus, FLAC, WAV and AIFF."
        ),
        playlists.SilentSoundError: (
            "This file is silent from beginning to end. Was the right track exported? Attach it once more."
        ),
        playlists.CostlySoundError: (
            "Decoding this file broke off: it took more time or memory than one file may, or is damaged in "
            "a way that the decoder can't survive. Save it once more, as MP3, OGG or FLAC, and attach that."
        ),
        playlists.SoundOfferGoneError: (
            "Discord no longer hands me that sound, and I keep none. Attach the file once more to "
            "`/analyze`; the button below the answer works for an hour."
        ),
        playlists.ClipsOffError: (
            "This bot sends no sound to ReccoBeats. What it can measure by itself is on the card."
        ),
        playlists.SoundFormatOffError: (
            "{sound} and AAC are not read by this installation. Save the file as MP3, OGG or FLAC and attach "
            "that."
        ),
        playlists.DamagedSoundError: (
            "This begins like {sound}, but nothing in it can be decoded. Does it play on your side? Then "
            "save it once more, as MP3, OGG or FLAC, and attach that."
        ),
        playlists.TooManySoundsError: (
            "These are {count} sound files; I measure {limit} at once. Send them in several parts."
        ),
        playlists.SeveralListsError: (
            "These are {count} lists, and one is mapped at a time. Attach one of them, or all in one ZIP: "
            "then I ask which."
        ),
        playlists.MixedChoiceError: (
            "Beside sound files I can read one list, and here are {count}. Attach a file with the one "
            "playlist that the sound belongs to, or the sound alone."
        ),
    }
)


@sentence.register
def _(error: playlists.UnusualSoundError) -> str:
    low, high = (rate // 1000 for rate in SAMPLE_RATES_HZ)
    return (
        f"This file has {error.channels} channels at {error.rate_hz / 1000:g} kHz. I measure up to "
        f"{MOST_CHANNELS} channels at {low} to {high} kHz: mix it down to stereo and attach that."
    )


@sentence.register
def _(error: playlists.TooShortSoundError) -> str:
    return (
        f"Only {error.length_s:.1f} seconds of sound can be read from this. Below {SHORTEST_SOUND_S:.0f} "
        "seconds nothing certain can be said about tempo or key: attach a longer part, or the whole file "
        "if this was cut off on its way."
    )


@sentence.register
def _(error: playlists.SoundTooLargeError) -> str:
    return (
        f"This sound file has {error.size_bytes / _MIB:.1f} MiB; the limit is {error.limit_bytes / _MIB:.0f} "
        "MiB. That holds minutes of MP3, OGG or Opus, but not of WAV: save it as one of those."
    )
