package probe

// tagNames are the free names of the fields, in lower case without spaces and punctuation. They are
// those of the Vorbis comment field recommendation, of APEv2, of Windows Media, of Matroska's tags, and
// of the mapping tables that MusicBrainz Picard, Mp3tag and foobar2000 publish.
var tagNames = map[string]tagField{
	"title": tagTitle, "name": tagTitle, "tit2": tagTitle,
	"titlesort": tagTitleSort, "titlesortorder": tagTitleSort, "sortname": tagTitleSort, "sorttitle": tagTitleSort,
	"artist": tagArtist, "artists": tagArtists, "performer": tagPerformer, "author": tagAuthor,
	"artistsort": tagArtistSort, "artistsortorder": tagArtistSort, "sortartist": tagArtistSort,
	"albumartist": tagAlbumArtist, "band": tagAlbumArtist, "ensemble": tagAlbumArtist,
	"albumartistsort": tagAlbumArtistSort, "albumartistsortorder": tagAlbumArtistSort, "sortalbumartist": tagAlbumArtistSort,
	"album": tagAlbum, "albumtitle": tagAlbum,
	"albumsort": tagAlbumSort, "albumsortorder": tagAlbumSort, "sortalbum": tagAlbumSort,
	"track": tagTrack, "tracknumber": tagTrack, "tracknum": tagTrack, "partnumber": tagTrack,
	"tracktotal": tagTrackTotal, "totaltracks": tagTrackTotal, "trackcount": tagTrackTotal, "totalparts": tagTrackTotal,
	"disc": tagDisc, "discnumber": tagDisc, "disk": tagDisc, "disknumber": tagDisc, "partofset": tagDisc,
	"disctotal": tagDiscTotal, "totaldiscs": tagDiscTotal, "disccount": tagDiscTotal, "disktotal": tagDiscTotal, "totaldisks": tagDiscTotal,
	"compilation": tagCompilation, "iscompilation": tagCompilation, "itunescompilation": tagCompilation, "tcmp": tagCompilation,
	"composer": tagComposer,
	"genre":    tagGenre,
	"grouping": tagGrouping, "contentgroup": tagGrouping, "contentgroupdescription": tagGrouping,
	"albumversion": tagAlbumVersion, "albumsubtitle": tagAlbumVersion, "musicbrainzalbumcomment": tagAlbumVersion, "releasecomment": tagAlbumVersion,
	"date": tagDate, "daterecorded": tagDate, "recordingdate": tagDate, "year": tagYear,
	"releasedate": tagReleaseDate, "datereleased": tagReleaseDate, "tdrl": tagReleaseDate,
	"originaldate": tagOriginalDate, "originalyear": tagOriginalDate, "originalreleasetime": tagOriginalDate,
	"originalreleaseyear": tagOriginalDate, "originalreleasedate": tagOriginalDate,
	"publisher": tagPublisher, "label": tagPublisher, "organization": tagPublisher, "organisation": tagPublisher, "recordlabel": tagPublisher,
	"narrator": tagNarrator, "narratedby": tagNarrator, "nrt": tagNarrator,
	"writtenby":   tagAuthor,
	"description": tagPlot, "longdescription": tagPlot, "ldes": tagPlot, "summary": tagPlot, "podcastdesc": tagPlot,
	"synopsis": tagSynopsis,
	"lyrics":   tagLyrics, "unsyncedlyrics": tagLyrics, "unsynchronizedlyrics": tagLyrics, "unsynchronisedlyrics": tagLyrics,
	"syncedlyrics": tagLyrics, "lyricssynchronised": tagLyrics, "lyricssynchronized": tagLyrics, "uslt": tagLyrics,
	"language": tagLanguage,
	"series":   tagSeries, "mvnm": tagMovement, "movementname": tagMovement, "movement": tagMovementNumber, "mvin": tagMovementNumber,
	"seriespart": tagSeriesIndex, "seriesindex": tagSeriesIndex,
	"show": tagShow, "tvshow": tagShow, "seriestitle": tagShow,
	"season": tagSeason, "tvseason": tagSeason, "seasonnumber": tagSeason,
	"episode": tagEpisode, "tvepisode": tagEpisode, "episodesort": tagEpisode, "episodenumber": tagEpisode, "episodeid": tagEpisodeID, "tvepisodeid": tagEpisodeID,
	"mediatype": tagMediaKind, "itunesmediatype": tagMediaKind, "stik": tagMediaKind,

	"replaygaintrackgain": tagTrackGain, "replaygaintrackpeak": tagTrackPeak,
	"replaygainalbumgain": tagAlbumGain, "replaygainalbumpeak": tagAlbumPeak,
	"rgradio": tagTrackGain, "rgaudiophile": tagAlbumGain, "rgpeak": tagTrackPeak, // of the year 2002
	"r128trackgain": tagR128Track, "r128albumgain": tagR128Album,

	// MUSICBRAINZ_TRACKID has meant the recording since 2011; the track of a release got a name of its own.
	"musicbrainztrackid": tagMBRecording, "musicbrainzrecordingid": tagMBRecording,
	"musicbrainzreleasetrackid": tagMBTrack,
	"musicbrainzalbumid":        tagMBAlbum, "musicbrainzreleaseid": tagMBAlbum,
	"musicbrainzartistid":      tagMBArtist,
	"musicbrainzalbumartistid": tagMBAlbumArtist, "musicbrainzreleaseartistid": tagMBAlbumArtist,
	"musicbrainzreleasegroupid": tagMBReleaseGroup,
	"musicbrainzworkid":         tagMBWork,
	"musicbrainzdiscid":         tagMBDisc,
	"acoustidid":                tagAcoustID,
	"isrc":                      tagISRC,
	"barcode":                   tagBarcode, "upc": tagBarcode, "ean": tagBarcode, "eanupn": tagBarcode,
	"catalognumber": tagCatalogNumber, "catalogno": tagCatalogNumber, "labelno": tagCatalogNumber, "catalog": tagCatalogNumber,
	"asin": tagASIN, "isbn": tagISBN, "audibleasin": tagASIN, "cdek": tagASIN,
	"imdb": tagIMDb, "imdbid": tagIMDb, "tmdb": tagTMDb, "tmdbid": tagTMDb, "tvdb": tagTVDb, "tvdbid": tagTVDb, "thetvdb": tagTVDb,
	"discogsreleaseid": tagDiscogsRelease,
}

// ilstNames are the items of the iTunes metadata list (moov.udta.meta.ilst). Items that hold numbers
// are added as text: "3/12" for trkn and disk, "1" for cpil, the ID3v1 genre's number plus one for gnre
// through genreByNumber.
var ilstNames = map[string]tagField{
	"\xa9nam": tagTitle, "sonm": tagTitleSort,
	"\xa9ART": tagArtist, "\xa9art": tagArtist, "soar": tagArtistSort,
	"aART": tagAlbumArtist, "soaa": tagAlbumArtistSort,
	"\xa9alb": tagAlbum, "soal": tagAlbumSort,
	"trkn": tagTrack, "disk": tagDisc, "cpil": tagCompilation,
	"\xa9wrt": tagComposer, "\xa9com": tagComposer, "\xa9nrt": tagNarrator, "\xa9aut": tagAuthor,
	"\xa9gen": tagGenre, "gnre": tagGenre, "\xa9grp": tagGrouping,
	"\xa9day": tagDate, "rldt": tagReleaseDate,
	"\xa9pub": tagPublisher, "\xa9lab": tagPublisher,
	"desc": tagPlot, "ldes": tagPlot, "\xa9des": tagPlot, "sdes": tagSynopsis,
	"\xa9lyr": tagLyrics,
	"tvsh":    tagShow, "tvsn": tagSeason, "tves": tagEpisode, "tven": tagEpisodeID,
	"stik": tagMediaKind, "\xa9mvn": tagMovement, "\xa9mvi": tagMovementNumber,
	"CDEK": tagASIN, "xid ": tagNone,
}

// id3Names are the text frames of ID3v2.3 and 2.4, and those of 2.2 by their three letters.
var id3Names = map[string]tagField{
	"TIT2": tagTitle, "TSOT": tagTitleSort, "TPE1": tagArtist, "TSOP": tagArtistSort,
	"TPE2": tagAlbumArtist, "TSO2": tagAlbumArtistSort, "TALB": tagAlbum, "TSOA": tagAlbumSort,
	"TRCK": tagTrack, "TPOS": tagDisc, "TCMP": tagCompilation, "TCOM": tagComposer, "TCON": tagGenre,
	"TIT1": tagGrouping, "GRP1": tagGrouping, "TT1": tagGrouping, "GP1": tagGrouping,
	"TDRC": tagDate, "TDRL": tagReleaseDate, "TYER": tagYear, "TDAT": tagDayMonth, "TDOR": tagOriginalDate, "TORY": tagOriginalDate,
	"TPUB": tagPublisher, "TLAN": tagLanguage, "TSRC": tagISRC, "TDES": tagPlot, "MVNM": tagMovement, "MVIN": tagMovementNumber,
	"XSOT": tagTitleSort, "XSOP": tagArtistSort, "XSOA": tagAlbumSort, // of 2.3, before 2.4 named them

	"TT2": tagTitle, "TST": tagTitleSort, "TP1": tagArtist, "TSP": tagArtistSort,
	"TP2": tagAlbumArtist, "TS2": tagAlbumArtistSort, "TAL": tagAlbum, "TSA": tagAlbumSort,
	"TRK": tagTrack, "TPA": tagDisc, "TCP": tagCompilation, "TCM": tagComposer, "TCO": tagGenre,
	"TYE": tagYear, "TDA": tagDayMonth, "TOR": tagOriginalDate, "TPB": tagPublisher, "TLA": tagLanguage, "TRC": tagISRC,
}

// riffNames are the entries of a RIFF LIST of type INFO, and what writers add to them.
var riffNames = map[string]tagField{
	"INAM": tagTitle, "TITL": tagTitle, "IART": tagArtist, "IAAR": tagAlbumArtist, "IPRD": tagAlbum, "IALB": tagAlbum,
	"ITRK": tagTrack, "IPRT": tagTrack, "TRCK": tagTrack, "IFRM": tagTrackTotal, "ICRD": tagDate, "YEAR": tagYear,
	"IGNR": tagGenre, "GENR": tagGenre, "IMUS": tagComposer, "IPUB": tagPublisher, "ILNG": tagLanguage, "ISBJ": tagNone, "IWRI": tagAuthor,
}
