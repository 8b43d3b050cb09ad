// All words of the page, in one place: who translates it translates this file.

// n picks a form by a number: n(3, 'file') is "3 files".
export const n = (count, one, many = one + 's') => `${count.toLocaleString()} ${count === 1 ? one : many}`;

export const words = {
  nav: {
    main: 'Library', skip: 'Skip to the content', home: 'Home', movie: 'Films', series: 'Shows', album: 'Music', artist: 'Artists',
    audiobook: 'Audiobooks', photo: 'Photos', book: 'Books', comic: 'Comics', game: 'Games', video: 'Videos', folders: 'Folders',
    machine: 'Machine room', search: 'Search',
  },
  kinds: {
    movie: 'Film', series: 'Show', season: 'Season', episode: 'Episode', artist: 'Artist', album: 'Album', track: 'Track',
    audiobook: 'Audiobook', book: 'Book', comic: 'Comic', issue: 'Issue', video: 'Video', audio: 'Sound', photo: 'Photo', image: 'Picture',
    subtitle: 'Subtitles', playlist: 'Playlist', artwork: 'Artwork', metadata: 'Description', game: 'Game', software: 'Software',
    archive: 'Archive', disc: 'Disc image', other: 'File',
  },
  truth: {
    label: 'State of the catalog', asking: 'Asking the daemon …',
    settled: time => `Everything reachable is catalogued as of ${time}`,
    settledShort: time => `Catalogued as of ${time}`,
    scanning: (roots, files) => `Looking through ${roots}: ${n(files, 'file')} so far`,
    eta: text => `, about ${text} left`,
    pending: count => `Reading ${n(count, 'file')}`,
    works: 'Putting works together', indexing: 'Indexing for search', busy: 'Taking in changes',
    offline: names => `not reachable: ${names}`,
    held: names => `removals held: ${names}`,
    failed: count => `${n(count, 'file')} could not be read`,
    lost: 'The daemon does not answer; trying again', health: reason => `Look after the catalog: ${reason}`,
  },
  theme: {dark: 'Theme: dark', light: 'Theme: light', auto: 'Theme: as the system has it'},
  keys: {
    title: 'Keys', open: 'Keys (?)', close: 'Close',
    list: [
      ['/', 'Search'], ['g then h', 'Home'], ['g then f, s, m, i', 'Films, shows, music, artists'], ['g then p, b, c', 'Photos, books, comics'],
      ['g then d', 'Folders'], ['g then r', 'Machine room'], ['arrow keys', 'Move along a wall'],
      ['Home, End', 'First and last of a wall'], ['Enter', 'Open'], ['Escape', 'Close, or leave the search'], ['Backspace', 'Back'],
      ['Space, k', 'Play or pause'], ['j, l', 'Ten seconds back, on'], ['t', 'Next theme'], ['?', 'This list'],
    ],
  },
  login: {
    title: 'Show the token', label: 'Token', button: 'Open the library', wrong: 'That is not the token. It stands in the file that http.token_file names.',
    many: 'Too many tries: wait a minute.', out: 'Forget the token', read: 'This token reads and changes nothing.',
  },
  errors: {
    title: 'That did not work', unreachable: 'The daemon does not answer. Once it is there again, this page goes on by itself.',
    again: 'Try again', nowhere: 'There is nothing here', home: 'To the library', gone: 'It is no longer in the catalog.',
    stale: 'The daemon is another release by now: load the page anew.', reload: 'Load anew',
  },
  home: {
    recent: {movie: 'New films', series: 'Shows', album: 'New music', audiobook: 'New audiobooks', book: 'New books', comic: 'Comics'},
    photos: 'Photos', all: 'All',
    empty: 'The catalog is empty so far',
    emptyHint: 'As soon as the daemon finds films, music, photos or books, they appear here by themselves.',
  },
  machine: {
    rooms: {
      '': 'Roots', held: 'Held removals', failed: 'Failed files', duplicates: 'Duplicates', space: 'Space', changes: 'Changes',
      config: 'Configuration', notify: 'Who is told',
    },
    readOnly: 'This token reads and changes nothing: what changes something is switched off.',
    health: reason => `Look after the catalog: ${reason}`,
    more: 'Show more', no: 'No, leave it', here: 'right here',
    facts: {
      items: 'Items', missing: 'Missing', pending: 'Still to be read', failed: 'Failed', lag: 'Changes behind', name: 'Name',
      version: 'Version', since: 'Running since',
    },
    figures: {items: 'Items', watch: 'Watching', share: 'Share', scan: 'Last look', skipped: 'Passed over'},
    online: 'Online', offline: 'Not reachable', holding: 'Removals held', scanningNow: 'Being looked through',
    watched: (folders, limit) => `${folders} watched` + (limit ? ` of ${limit.toLocaleString()} that may be` : ''),
    polled: reason => 'Looked through from time to time' + (reason ? `: ${reason}` : ''),
    unwatched: reason => 'Not now' + (reason ? `: ${reason}` : ''),
    connected: 'Connected', cut: failures => `Cut off after ${n(failures, 'failure')}`, trying: 'Being tried',
    nextTry: (time, seconds) => `Next try at ${time}` + (seconds ? `, in ${seconds} s` : ''),
    lookAgain: 'It is looked at again from time to time.',
    neverScanned: 'Not yet',
    scanStates: {queued: 'Waiting', running: 'Running', done: 'Done', cancelled: 'Cancelled', failed: 'Failed'},
    scanned: (state, moment, took) => `${state} ${moment}, in ${took}`,
    ofPath: path => `of ${path} only`,
    seen: (files, folders) => `${files} in ${folders}`,
    found: {
      added: count => `${count.toLocaleString()} added`, changed: count => `${count.toLocaleString()} changed`,
      moved: count => `${count.toLocaleString()} moved`, removed: count => `${count.toLocaleString()} gone`,
    },
    foundNothing: 'nothing new', scanErrors: count => `${n(count, 'entry', 'entries')} could not be looked at`,
    left: text => `, about ${text} left`, waits: 'Waits for its turn',
    mounts: count => `${n(count, 'mount')} of other disks`, links: count => n(count, 'symbolic link'),
    unreadable: count => `${n(count, 'entry', 'entries')} that cannot be read`,
    examples: 'Which, for example',
    scan: 'Look through now', fullScan: 'Compare everything', fullScanHint: 'Every folder is listed, also where its time says that nothing changed.',
    cancel: 'Cancel', cancelled: 'Cancelled. What was found so far stays.', queued: 'It will be looked through.',
    tryNow: 'Try now', beingTried: 'It is being tried.',

    offerTitle: 'Another disk is in its place',
    offerText: (catalogued, matching) => `Of ${n(catalogued, 'item')} in the catalog, ${matching.toLocaleString()} are on it by path, size and time. ` +
      (catalogued === matching ? 'None would go missing.' : `${n(catalogued - matching, 'item')} would go missing.`),
    acceptDiskAsk: 'Accept this disk …', acceptDiskTitle: root => `Is this the disk of ${root} from now on?`, acceptDisk: 'Accept the disk',
    acceptedDisk: (kept, added, missing) => `Accepted: ${n(kept, 'item')} kept, ${added.toLocaleString()} new, ${missing.toLocaleString()} missing.`,

    lookThrough: 'Look through them',
    heldTitle: root => `Held removals of ${root}`,
    heldText: (items, since, reason) => `${items} vanished on ${since}, and will not be forgotten until somebody says so: ${reason}`,
    heldFolders: 'Where they were', heldFiles: (files, size) => `${files}, ${size}`,
    nothingHeld: 'No removals are held',
    heldHint: 'Where a large part of a root vanishes at once, its files stay in the catalog until somebody says that they are meant to be gone.',
    acceptAsk: 'They are meant to be gone …', acceptTitle: items => `Forget ${items}?`,
    acceptText: root => `What is known of them leaves the catalog. No file of ${root} is touched.`, accept: 'Forget them',
    accepted: items => `${items} forgotten.`,

    failedText: files => `${files} could not be read. Each is tried again by itself later on, and whenever it changes.`,
    allAgain: 'Try all again', again: 'Try again', readAgain: files => `${files} will be read again.`,
    beingRead: 'Being read …', nowRead: 'Read by now.', noReason: 'No reason was told.',
    nothingFailed: 'Every file could be read', failedHint: 'Files that cannot be read stand here, each with the reason.',

    duplicatesHint: 'Files that hold the same, what wastes most first. Nothing is deleted here: the daemon only reads.',
    noDuplicates: 'No file is there twice',
    copies: (copies, size, wasted) => `${copies} of ${size}: ${wasted} could be free`,
    certain: 'All their bytes were compared.', probable: 'Probably the same: their size, beginnings and ends are.',
    othersToo: 'And others.',

    byKind: 'By kind', byFolder: 'By folder', byRoot: 'By root', allRoots: 'All roots', inFiles: files => `in ${files}`,
    incomplete: 'There is more than could be looked at in time: the figures are of a part.', empty: 'There is nothing here',

    changesHint: 'As every client of the live feed gets them.', noChanges: 'Nothing has changed since you came here.',
    changesSeen: changes => `${changes} so far`,
    pause: 'Pause', goOn: 'Go on', from: 'from',
    changes: {
      added: 'added', changed: 'changed', moved: 'moved', missing: 'missing', delete: 'gone', work: 'put together', delete_work: 'taken apart',
    },

    configHint: 'As it is in force. It is changed in its file, and taken in by a reload: systemctl reload catalogizerd.',
    general: 'In general', unset: 'not set',

    notifyHint: 'Programs that are told what changes.', noTargets: 'Nobody is told of changes',
    targetStates: {ok: 'Up to date', retrying: 'Tries again', off: 'Switched off'},
    targetType: 'Sort', targetLag: 'Behind by', targetRetry: 'Next try',
  },
  wall: {
    jump: 'Jump', jumpTo: what => `To ${what}`, none: 'Nothing passes these filters', noneHint: 'Take one of them away.',
    things: {
      movie: ['film'], series: ['show'], album: ['album'], artist: ['artist'], audiobook: ['audiobook'], book: ['book'], comic: ['comic'],
      game: ['game'], video: ['video'], photo: ['photo'],
    },
  },
  filters: {
    sort: 'Sorted by', genre: 'Genre', year: 'Decade', audio: 'Spoken', gaps: 'With missing episodes', any: 'all',
    sorts: {
      title: 'title', '-added': 'newest first', '-year': 'latest year', year: 'earliest year', '-size': 'largest', '-duration': 'longest',
      '-modified': 'changed last',
    },
    names: {root: 'Root', under: 'Folder', hdr: 'HDR', height: 'Lines', subtitles: 'Subtitles', artist: 'Artist', author: 'Author', series: 'Series'},
    without: (name, value) => `Without the filter ${name}: ${value}`,
  },
  work: {
    play: 'Play', download: 'Download', spoken: 'Spoken', subtitled: 'Subtitles', missing: 'Its files are gone from the disk, and it is kept for a while.',
    missingFile: 'gone from the disk', albums: 'Albums', issues: 'Issues', tracks: 'Tracks', versions: 'Versions', file: 'File', details: 'Everything known',
    untitled: work => (work.number === undefined ? 'Without a title' : `Episode ${work.number}`),
    episode: number => `Episode ${number}`, season: number => (number ? `Season ${number}` : 'Specials'), disc: number => `Disc ${number}`,
    version: number => `version ${number}`, part: number => `part ${number}`, gone: count => `${count} gone from the disk`,
    gaps: gaps => `missing: ${gaps.map(([a, b]) => (a === b ? a : `${a}–${b}`)).join(', ')}`, notHere: 'not in the library',
    roles: {extra: 'Extras', subtitle: 'Subtitles', lyrics: 'Lyrics', artwork: 'Artwork', index: 'Lists', metadata: 'Descriptions'},
  },
  item: {
    look: 'Look at it', again: 'Read it again', asked: 'It is read again.', failed: 'It could not be read', partOf: 'Part of', beside: 'Beside it',
  },
  player: {
    sound: 'Player', previous: 'Previous', next: 'Next', close: 'Close', picture: 'Picture', details: 'All about it', vlc: 'For VLC', copy: 'Copy link',
    copied: 'Copied; good for a day.', link: 'Link', cannot: 'This browser cannot play it. VLC can: close this, and take “For VLC”.',
    mayNot: 'Links are for who has the full token.',
  },
  fields: {
    caption: 'All fields', field: 'Field', value: 'Value', source: 'From', container: 'Format', duration: 'Length', pixels: 'Pixels', pages: 'Pages',
    video: 'Picture', audio: 'Sound', subtitles: 'Subtitles', chapters: 'Chapters', forced: 'forced',
    names: {
      root: 'Root', path: 'Path', size: 'Size', modified_at: 'Changed', added_at: 'Added', taken_at: 'Taken', state: 'State', analysis: 'Analysis',
      fingerprint: 'Fingerprint', ids: 'Known as', languages: 'Languages',
    },
    states: {present: 'on the disk', missing: 'gone from the disk, kept for a while'},
    analyses: {pending: 'to be read', done: 'read', failed: 'could not be read', none: 'nothing to read'},
    sources: {path: 'From its name and folders', bytes: 'From its bytes', sidecar: 'From a file beside it'},
    sourceShort: {path: 'name', bytes: 'bytes', sidecar: 'beside it'},
  },
  hdr: {hdr10: 'HDR10', hlg: 'HLG', dolby_vision: 'Dolby Vision', pq: 'HDR'},
  channels: count => ({1: 'mono', 2: 'stereo', 6: '5.1', 8: '7.1'}[count] || `${count} channels`),
  kindsMany: {
    movie: 'Films', series: 'Shows', artist: 'Artists', album: 'Albums', track: 'Tracks', audiobook: 'Audiobooks', book: 'Books', comic: 'Comics',
    season: 'Seasons', episode: 'Episodes', issue: 'Issues', // in the order in which they are shown
  },
  search: {
    title: 'Search', files: 'Files', all: 'All files that match', nothing: q => `Nothing is called “${q}”`,
    found: (works, files) => [works && n(works, 'work'), files && n(files, 'file')].filter(Boolean).join(', '),
  },
  folders: {contents: 'What is in it', where: 'Where this is', empty: 'Nothing is catalogued in here.', found: q => `Files for “${q}”`},
  photos: {timeline: 'Timeline', undated: 'Without a date', camera: 'Camera'},
};
