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
    lost: 'The daemon does not answer; trying again', health: reason => `The catalog is not being kept: ${reason}`,
  },
  theme: {dark: 'Theme: dark', light: 'Theme: light', auto: 'Theme: as the system has it'},
  keys: {
    title: 'Keys', open: 'Keys (?)', close: 'Close',
    list: [
      ['/', 'Search'], ['g then h', 'Home'], ['g then f, s, m', 'Films, shows, music'], ['g then p, b, c', 'Photos, books, comics'],
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
};
