package tags

// names are the free names of the fields, in lower case without spaces and punctuation. They are
// those of the Vorbis comment field recommendation, of APEv2, of Windows Media, of Matroska's tags, and
// of the mapping tables that MusicBrainz Picard, Mp3tag and foobar2000 publish.
var names = map[string]Field{
	"title": Title, "name": Title, "tit2": Title,
	"titlesort": TitleSort, "titlesortorder": TitleSort, "sortname": TitleSort, "sorttitle": TitleSort,
	"artist": Artist, "artists": Artists, "performer": performer, "author": author,
	"artistsort": ArtistSort, "artistsortorder": ArtistSort, "sortartist": ArtistSort,
	"albumartist": AlbumArtist, "band": AlbumArtist, "ensemble": AlbumArtist,
	"albumartistsort": AlbumArtistSort, "albumartistsortorder": AlbumArtistSort, "sortalbumartist": AlbumArtistSort,
	"album": Album, "albumtitle": Album,
	"albumsort": AlbumSort, "albumsortorder": AlbumSort, "sortalbum": AlbumSort,
	"track": Track, "tracknumber": Track, "tracknum": Track, "partnumber": Track,
	"tracktotal": TrackTotal, "totaltracks": TrackTotal, "trackcount": TrackTotal, "totalparts": TrackTotal,
	"disc": Disc, "discnumber": Disc, "disk": Disc, "disknumber": Disc, "partofset": Disc,
	"disctotal": discTotal, "totaldiscs": discTotal, "disccount": discTotal, "disktotal": discTotal,
	"totaldisks":  discTotal,
	"compilation": compilation, "iscompilation": compilation, "itunescompilation": compilation, "tcmp": compilation,
	"composer": composer,
	"genre":    Genre,
	"grouping": grouping, "contentgroup": grouping, "contentgroupdescription": grouping,
	"albumversion": albumVersion, "albumsubtitle": albumVersion, "musicbrainzalbumcomment": albumVersion,
	"releasecomment": albumVersion,
	"date":           Date, "daterecorded": Date, "recordingdate": Date, "year": Year,
	"releasedate": releaseDate, "datereleased": releaseDate, "tdrl": releaseDate,
	"originaldate": originalDate, "originalyear": originalDate, "originalreleasetime": originalDate,
	"originalreleaseyear": originalDate, "originalreleasedate": originalDate,
	"publisher": publisher, "label": publisher, "organization": publisher, "organisation": publisher,
	"recordlabel": publisher,
	"narrator":    narrator, "narratedby": narrator, "nrt": narrator,
	"writtenby":   author,
	"description": Plot, "longdescription": Plot, "ldes": Plot, "summary": Plot, "podcastdesc": Plot,
	"synopsis": synopsis,
	"lyrics":   lyrics, "unsyncedlyrics": lyrics, "unsynchronizedlyrics": lyrics, "unsynchronisedlyrics": lyrics,
	"syncedlyrics": lyrics, "lyricssynchronised": lyrics, "lyricssynchronized": lyrics, "uslt": lyrics,
	"language": Language,
	"series":   series, "mvnm": movement, "movementname": movement, "movement": movementNumber, "mvin": movementNumber,
	"seriespart": seriesIndex, "seriesindex": seriesIndex,
	"show": Show, "tvshow": Show, "seriestitle": Show,
	"season": Season, "tvseason": Season, "seasonnumber": Season,
	"episode": Episode, "tvepisode": Episode, "episodesort": Episode, "episodenumber": Episode, "episodeid": episodeID,
	"tvepisodeid": episodeID,
	"mediatype":   mediaKind, "itunesmediatype": mediaKind, "stik": mediaKind,

	"replaygaintrackgain": trackGain, "replaygaintrackpeak": trackPeak,
	"replaygainalbumgain": albumGain, "replaygainalbumpeak": albumPeak,
	"rgradio": trackGain, "rgaudiophile": albumGain, "rgpeak": trackPeak, // of the year 2002
	"r128trackgain": r128Track, "r128albumgain": r128Album,

	// MUSICBRAINZ_TRACKID has meant the recording since 2011; the track of a release got a name of its own.
	"musicbrainztrackid": mbRecording, "musicbrainzrecordingid": mbRecording,
	"musicbrainzreleasetrackid": mbTrack,
	"musicbrainzalbumid":        mbAlbum, "musicbrainzreleaseid": mbAlbum,
	"musicbrainzartistid":      mbArtist,
	"musicbrainzalbumartistid": mbAlbumArtist, "musicbrainzreleaseartistid": mbAlbumArtist,
	"musicbrainzreleasegroupid": mbReleaseGroup,
	"musicbrainzworkid":         mbWork,
	"musicbrainzdiscid":         mbDisc,
	"acoustidid":                acoustID,
	"isrc":                      isrc,
	"barcode":                   barcode, "upc": barcode, "ean": barcode, "eanupn": barcode,
	"catalognumber": catalogNumber, "catalogno": catalogNumber, "labelno": catalogNumber, "catalog": catalogNumber,
	"asin": asin, "isbn": isbn, "audibleasin": asin, "cdek": asin,
	"imdb": imDb, "imdbid": imDb, "tmdb": tmDb, "tmdbid": tmDb, "tvdb": tvDb, "tvdbid": tvDb, "thetvdb": tvDb,
	"discogsreleaseid": discogsRelease,
}

// ILSTNames are the items of the iTunes metadata list (moov.udta.meta.ilst). Items that hold numbers
// are added as text: "3/12" for trkn and disk, "1" for cpil, the ID3v1 genre's number plus one for gnre
// through genreByNumber.
var ILSTNames = map[string]Field{
	"\xa9nam": Title, "sonm": TitleSort,
	"\xa9ART": Artist, "\xa9art": Artist, "soar": ArtistSort,
	"aART": AlbumArtist, "soaa": AlbumArtistSort,
	"\xa9alb": Album, "soal": AlbumSort,
	"trkn": Track, "disk": Disc, "cpil": compilation,
	"\xa9wrt": composer, "\xa9com": composer, "\xa9nrt": narrator, "\xa9aut": author,
	"\xa9gen": Genre, "gnre": Genre, "\xa9grp": grouping,
	"\xa9day": Date, "rldt": releaseDate,
	"\xa9pub": publisher, "\xa9lab": publisher,
	"desc": Plot, "ldes": Plot, "\xa9des": Plot, "sdes": synopsis,
	"\xa9lyr": lyrics,
	"tvsh":    Show, "tvsn": Season, "tves": Episode, "tven": episodeID,
	"stik": mediaKind, "\xa9mvn": movement, "\xa9mvi": movementNumber,
	"CDEK": asin, "xid ": None,
}

// id3Names are the text frames of ID3v2.3 and 2.4, and those of 2.2 by their three letters.
var id3Names = map[string]Field{
	"TIT2": Title, "TSOT": TitleSort, "TPE1": Artist, "TSOP": ArtistSort,
	"TPE2": AlbumArtist, "TSO2": AlbumArtistSort, "TALB": Album, "TSOA": AlbumSort,
	"TRCK": Track, "TPOS": Disc, "TCMP": compilation, "TCOM": composer, "TCON": Genre,
	"TIT1": grouping, "GRP1": grouping, "TT1": grouping, "GP1": grouping,
	"TDRC": Date, "TDRL": releaseDate, "TYER": Year, "TDAT": dayMonth, "TDOR": originalDate, "TORY": originalDate,
	"TPUB": publisher, "TLAN": Language, "TSRC": isrc, "TDES": Plot, "MVNM": movement, "MVIN": movementNumber,
	"XSOT": TitleSort, "XSOP": ArtistSort, "XSOA": AlbumSort, // of 2.3, before 2.4 named them

	"TT2": Title, "TST": TitleSort, "TP1": Artist, "TSP": ArtistSort,
	"TP2": AlbumArtist, "TS2": AlbumArtistSort, "TAL": Album, "TSA": AlbumSort,
	"TRK": Track, "TPA": Disc, "TCP": compilation, "TCM": composer, "TCO": Genre,
	"TYE": Year, "TDA": dayMonth, "TOR": originalDate, "TPB": publisher, "TLA": Language, "TRC": isrc,
}

// RIFFNames are the entries of a RIFF LIST of type INFO, and what writers add to them.
var RIFFNames = map[string]Field{
	"INAM": Title, "TITL": Title, "IART": Artist, "IAAR": AlbumArtist, "IPRD": Album, "IALB": Album,
	"ITRK": Track, "IPRT": Track, "TRCK": Track, "IFRM": TrackTotal, "ICRD": Date, "YEAR": Year,
	"IGNR": Genre, "GENR": Genre, "IMUS": composer, "IPUB": publisher, "ILNG": Language, "ISBJ": None, "IWRI": author,
}
