package store

// vocabulary is what documents often hold. Packed ones refer to places in it: it may never change; another one needs
// another format.
const vocabulary = `"sort_title":"The ","subtitle":"","original_date":"","localized_series":"","volume":1,"chapter":1,` +
	`"format":"Annual","set":"","artist_sort":"","album_artist_sort":"","album_sort":"","compilation":true,"composer":"",` +
	`"grouping":"","album_version":"","narrator":"","narrators":[""],"edition":"Director's Cut","regions":["USA","EUR"],` +
	`"revision":1,"dump":["verified"],"release_group":"","source":"Blu-ray","source":"Web","source":"HDTV","source":"DVD",` +
	`"forced":true,"hearing_impaired":true,"extra":"featurette","extra":"trailer","part":1,"ids":{"imdb":"tt0","tmdb":"",` +
	`"tvdb":"","isbn":"978","musicbrainz_track":"","musicbrainz_album":"","musicbrainz_artist":"",` +
	`"musicbrainz_albumartist":"","musicbrainz_releasegroup":""},"warnings":[""],"companions":[{"id":,"name":"",` +
	`"role":"description","role":"subtitles","language":"en"},"role":"lyrics","role":"cover"},"role":"artwork"},` +
	`"role":"index"},{"id":"of":{"kind":"archive",{"kind":"photo","taken_at":"2021-01-01T00:00:00+02:00","camera":"Apple iPhone ",` +
	`"camera":"Canon EOS ","camera":"NIKON CORPORATION ","lens":"EF-S","exposure":"1/125 s f/2.8 ISO 400","latitude":,` +
	`"longitude":,"media":{"container":"jpeg","width":4032,"height":3024,"orientation":6,"orientation":1}` +
	`{"kind":"image","media":{"container":"png","width":1920,"height":1080}` +
	`{"kind":"artwork","media":{"container":"webp","width":1000,"height":1500}` +
	`{"kind":"subtitle","media":{"container":"srt","subtitles":[{"codec":"subrip","language":"eng","title":"","default":true,` +
	`"forced":true}]},{"kind":"metadata","form":"tvshow","form":"movie","form":"episodedetails","form":"album",` +
	`{"kind":"document","media":{"container":"pdf","pages":1}{"kind":"playlist","media":{"container":"m3u8","entries":` +
	`{"kind":"book","title":"","authors":[""],"publisher":"","series":"","series_index":1,"languages":["de"],` +
	`"ids":{"isbn":"978"},"media":{"container":"epub"{"kind":"comic","media":{"container":"cbz","container":"cbr",` +
	`"pages":,"artwork":{"offset":0,"length":0,"mime":"image/png","mime":"image/jpeg","encoding":"entry:","encoding":"ogg+base64",` +
	`"encoding":"unsync"}}{"kind":"audiobook","chapters":[{"start_seconds":0,"title":"Chapter 1"},{"start_seconds":` +
	`{"kind":"track","title":"","year":2011,"date":"2011","year":2020,"date":"2020-","year":1999,"date":"1999","artist":"","artists":[""],` +
	`"album_artist":"Various Artists","album":"","track":1,"track_total":12,"disc":1,"disc_total":2,"genres":["Rock",` +
	`"Pop","Electronic","Jazz","Classical","Drama","Comedy","Action"],"media":{"container":"mp3","duration_seconds":1` +
	`,"bit_rate":320000,"audio":[{"codec":"mp3","channels":2,"sample_rate":44100,"bit_rate":256000}],` +
	`"replay_gain":{"track":-,"track_peak":0.9,"album":-,"album_peak":1},"lyrics":true,` +
	`"container":"flac","container":"ogg","container":"wav","audio":[{"codec":"flac","channels":2,"sample_rate":44100,` +
	`"bit_depth":16}],"audio":[{"codec":"opus","codec":"vorbis","codec":"pcm_s16le","encrypted":true,"truncated":true,` +
	`{"kind":"movie",{"kind":"episode",{"kind":"video","title":"","series":"","season":1,"episodes":[1],"episode_title":"",` +
	`"plot":"The ","languages":["en"],"media":{"container":"mp4","container":"avi","container":"matroska","duration_seconds":2,"bit_rate":` +
	`,"video":[{"codec":"hevc","profile":"Main 10","width":3840,"height":2160,"frame_rate":23.976,"bit_depth":10,` +
	`"hdr":"hdr10","hdr":"dolby_vision"{"codec":"h264","profile":"High","width":1920,"height":1080,"frame_rate":25,"bit_depth":8,` +
	`"language":"eng","default":true}],"audio":[{"codec":"eac3","channels":6,"sample_rate":48000,"bit_rate":640000,"language":"ger",` +
	`"title":"Surround 5.1","default":true},{"codec":"ac3","codec":"dts","profile":"DTS-HD MA","codec":"truehd","channels":8,` +
	`{"codec":"aac","profile":"LC","channels":2,"sample_rate":48000,"language":"en","default":true}],"subtitles":[{"codec":"subrip",` +
	`"codec":"hdmv_pgs_subtitle","codec":"ass","attachments":["`

var vocabularyBytes = []byte(vocabulary)
