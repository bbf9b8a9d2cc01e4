"""What to do about a playlist, a file, a sound, a dataset or a service outside that can't be read."""

from __future__ import annotations

from cogs.words.errors.root import say, sentence
from cogs.words.lists import damage_words, shape_words
from cogs.words.text import SKIPPED, skipped_line
from services.domain.errors import playlists
from services.domain.errors.sources import (
    OutOfTimeError,
    RateLimitedError,
    SourceRefusedError,
    SourceUnavailableError,
)
from services.domain.inputs import SpotifyPage
from services.domain.messages import Look
from services.domain.music import SkipReason
from services.domain.sound import MOST_CHANNELS, SAMPLE_RATES_HZ, SHORTEST_SOUND_S

_WITH_A_CONVERTER = "TuneMyMusic (tunemymusic.com) or Soundiiz turn the link into a CSV."
_WAYS_OUT = {
    "Apple Music": (
        "In the Music app on a computer choose File > Library > Export Playlist; or paste the link at "
        "tunemymusic.com and export a CSV."
    ),
    "YouTube": (
        "Paste the link at tunemymusic.com and export a CSV; or take your library out with Google Takeout."
    ),
    **dict.fromkeys(("Deezer", "Tidal", "SoundCloud", "Amazon Music"), _WITH_A_CONVERTER),
}
_MIB = 1024 * 1024
_LONG_WAIT_S = 90
_NAMED_COLUMNS = 12


say(
    {
        playlists.ShortLinkError: (
            "This is a short link, which hides the playlist behind it. Open it, copy the address that "
            "begins with open.spotify.com, and paste that."
        ),
        playlists.SpotifyOffError: (
            "This bot is not connected to Spotify. Export the playlist with exportify.net and attach the "
            "file; that needs no login here."
        ),
        playlists.CostlyFileError: (
            "Reading this file takes more computing than I may spend on one file, so I stopped, and I won't "
            "try this file again for an hour. Split it and upload one part."
        ),
        playlists.EmptyFileError: (
            "This file has no rows in it. Export the playlist again and upload the new file."
        ),
        playlists.FileUnavailableError: (
            "Discord did not hand over the file. Upload it again and try once more."
        ),
        playlists.UploadExpiredError: "This choice has expired. Run the command with the file again.",
        playlists.NothingToAnalyzeError: (
            "I find no playlist in this message. Use the menu on a message with an exported file, with links "
            "of songs, with lines like “Artist - Title”, or with the link of a playlist of yours."
        ),
        playlists.ListsOffError: (
            "Whoever runs this bot has not switched {service} on. Export your list there and attach the "
            "file; that works without."
        ),
        playlists.ListNotFoundError: (
            "{service} shows nothing for “{name}”: there is no such list, or it is private. Check the "
            "spelling, or make it public there."
        ),
        playlists.UnreadableNameError: (
            "“{words}” is no name that I can look up. Write listenbrainz: or lastfm: and your name there, "
            "such as “lastfm:rj”."
        ),
        playlists.AmbiguousPlaylistError: (
            "You have {count} playlists called “{name}”. Choose the one you mean from the list that appears "
            "while you type, or paste its link."
        ),
        playlists.PlaylistTooLongError: (
            "“{name}” has {rows:,} rows: for them I would have to ask Spotify more often than this bot may "
            "in a day. Export it with exportify.net and attach the file."
        ),
        playlists.TooManyNamesError: (
            "This file names more than {limit:,} artists and genres, which is more than I can hold. Split it "
            "and upload one part."
        ),
        playlists.TooManyRowsError: (
            "This file has more than {limit:,} rows, which is more than one map can hold. Split it and "
            "upload one part."
        ),
        SourceRefusedError: (
            "{source} turns me away (HTTP {status}), whoever asks. Trying again won't help; tell the "
            "operator, or upload a file that holds audio features."
        ),
        SourceUnavailableError: "{source} can't be used right now ({problem}). Try again in a few minutes.",
        OutOfTimeError: "There was no time left to ask {source}. Try again; what I learned so far is kept.",
        playlists.DatasetSourceError: (
            "“{name}” can't be the name of a dataset: {problem}. Choose another --source."
        ),
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
def _(error: playlists.UnknownPlaylistError) -> str:
    return f"I know no playlist called “{error.words}”. {_ANOTHER_WAY}"


@sentence.register
def _(error: playlists.NoPlaylistLinkError) -> str:
    if error.page is None:
        return f"I can't read a playlist from this link. {_ANOTHER_WAY}"
    return f"This link leads to {_PAGES[error.page]}"


@sentence.register
def _(error: playlists.OtherServiceError) -> str:
    return (
        f"I can't read playlists at {error.service} directly. "
        f"{_WAYS_OUT.get(error.service, _WITH_A_CONVERTER)} "
        "Attach what you get to `/analyze`; I find the songs by name."
    )


@sentence.register
def _(error: playlists.EmptyPlaylistError) -> str:
    rows = skipped_line(error.skipped)
    return (
        f"There is no track in “{error.name}” that I can use{f' ({rows})' if rows else ''}. "
        "Choose another one, or add songs from Spotify's catalogue first."
    )


@sentence.register
def _(error: playlists.NothingNamedError) -> str:
    if error.both:
        return "Give me a playlist, a file or a name, one of them: I would not know which one you mean."
    return (
        "Choose one of your playlists, paste a link, attach an exported file, or give your name at "
        "ListenBrainz or Last.fm with `from:`. `/playlists` lists what I can read, `/help` says how to "
        "export."
    )


@sentence.register
def _(error: playlists.FileTooLargeError) -> str:
    return (
        f"This file has {error.size_bytes / _MIB:.1f} MiB; the limit is {error.limit_bytes / _MIB:.0f} MiB. "
        "Export fewer playlists at a time and upload one of them."
    )


_ANOTHER_WAY = (
    "Choose one from the list that appears while you type, paste a playlist link, or attach an exported file."
)
_PAGES = {
    SpotifyPage.ALBUM: (
        "an album; I read playlists. Put its songs in a playlist of yours, or paste the links of its songs."
    ),
    SpotifyPage.ARTIST: (
        "an artist; I read playlists. Put songs of theirs in a playlist of yours, or paste links of songs."
    ),
    SpotifyPage.SHOW: "a podcast, and I map music. Choose a playlist instead, or paste links of songs.",
    SpotifyPage.EPISODE: (
        "an episode of a podcast, and I map music. Choose a playlist instead, or paste links of songs."
    ),
    SpotifyPage.USER: "somebody's profile. Open the playlist that you mean there, and paste its link.",
}
_ANY_EXPORT = (
    "Use an export from exportify.net, exportify.app, TuneMyMusic, Soundiiz, Chosic or your Spotify "
    "account data, a list of track links, or lines like “Artist - Title”."
)
_A_LIST = "Upload a list of songs: a playlist as CSV or M3U, or lines like “Artist - Title”"
_COLUMNS = "If it lists songs, call its columns “Title” and “Artist” in the first line and upload it again."
_INSTEAD = {
    Look.LINKS: (
        "I read no pages there. Write the songs down as lines like “Artist - Title”, or look whether "
        "TuneMyMusic or Soundiiz make a CSV of them."
    ),
    **dict.fromkeys((Look.CSV, Look.TABLE), _COLUMNS),
    Look.XML: (
        "Of XML I read rekordbox collections, Traktor lists (.nml), VirtualDJ's database, Apple Music's "
        "Library.xml and XSPF; from another program, export the playlist as CSV or M3U."
    ),
    Look.WEB_PAGE: "Save the links of its tracks in a text file, or use an export from exportify.net.",
    Look.STREAM: f"{_A_LIST}.",
    **dict.fromkeys(
        (Look.SOUND, Look.VIDEO, Look.VIDEO_OR_SOUND, Look.MEDIA),
        "Of sound I measure MP3, Ogg Vorbis, Opus, FLAC, WAV and AIFF: save it as one of these. "
        f"Or {_A_LIST[0].lower()}{_A_LIST[1:]}.",
    ),
}
_FROM_SERVICE = "TuneMyMusic and Soundiiz turn a playlist there into a CSV that I read; upload that file."
"""What to do about a kind of file that is no playlist."""


_NAMES_BESIDE = {
    "YouTube Music Takeout": "music library songs.csv",
    "Apple privacy export": "Apple Music Library Tracks.json",
}
"""Exports of which one file holds lists of ids, and which other one their names."""


@sentence.register
def _(error: playlists.NoTracksError) -> str:
    rows = "; ".join(
        ", ".join(f"{entry.count:,} × {SKIPPED[entry.reason]}" for entry in skipped)
        for skipped in error.skipped
    )
    reasons = {entry.reason for skipped in error.skipped for entry in skipped}
    beside = _NAMES_BESIDE.get(error.format)
    if beside and SkipReason.NO_TITLE in reasons:
        return (
            f"This {error.format} holds ids of its own, without the names of the tracks. Upload the "
            f"ZIP of the export with “{beside}” in it: I join the two."
        )
    instead = (
        "In Discord I read the playlist itself: paste its link into `playlist:` of `/analyze`."
        if SkipReason.PLAYLIST in reasons
        else "Upload a playlist with songs in it."
    )
    return f"I read the file ({error.format}), but none of its rows is a track I can use ({rows}). {instead}"


@sentence.register
def _(error: playlists.UnknownFormatError) -> str:
    shape = error.looks_like
    is_service = shape.look is Look.LINKS and shape.names[0] in playlists.FOREIGN_SERVICES
    instead = _FROM_SERVICE if is_service else _INSTEAD.get(shape.look, _ANY_EXPORT)
    return f"I can't read a playlist from this: it looks like {shape_words(shape)}. {instead}"


@sentence.register
def _(error: playlists.DamagedFileError) -> str:
    return (
        f"This {error.format or 'file'} is damaged: {damage_words(error.damage)}. Nothing was analysed. "
        "Export it again and upload the new file."
    )


@sentence.register
def _(error: playlists.ArchiveRefusedError) -> str:
    said = damage_words(error.damage)
    return f"I can't open this archive: {said}. Unpack it and upload the playlist file itself."


@sentence.register
def _(error: playlists.PlaylistNotInFileError) -> str:
    return (
        f"There is no playlist called “{error.wanted}” in this file. "
        f"It holds: {', '.join(error.available[:10]) or 'none'}."
    )


@sentence.register
def _(error: RateLimitedError) -> str:
    seconds = max(error.retry_after_s, 1)
    wait = f"{seconds:.0f} seconds" if seconds < _LONG_WAIT_S else f"{seconds / 60:.0f} minutes"
    return f"{error.source} asks me to slow down. Try again in {wait}."


@sentence.register
def _(error: playlists.DatasetUnreadableError) -> str:
    problem = f"it is {shape_words(error.looks_like)}" if error.looks_like else error.problem
    return f"This dataset can't be read: {problem}. Check the path or download it again."


@sentence.register
def _(error: playlists.DatasetColumnsError) -> str:
    named = ", ".join(error.columns[:_NAMED_COLUMNS]) or "none"
    more = len(error.columns) - _NAMED_COLUMNS
    return (
        f"This file has no {error.lacks}; its columns are {named}{f' and {more} more' if more > 0 else ''}. "
        "Choose a CSV with a column of Spotify ids, URIs or links and columns such as danceability, "
        "energy and tempo."
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
