// Numbers, times and sizes for people.

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function size(bytes) {
  let i = 0;
  for (; bytes >= 1024 && i < units.length - 1; i++) bytes /= 1024;
  return `${bytes.toLocaleString(undefined, {maximumFractionDigits: i && bytes < 10 ? 1 : 0})} ${units[i]}`;
}

// duration in words of a clock: 4 s, 12 min, 1 h 52 min.
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

// clock writes a length as players do: 3:05, 1:02:03.
export function clock(seconds) {
  const s = Math.round(seconds);
  const parts = [Math.floor(s / 60) % 60, s % 60];
  if (s >= 3600) parts.unshift(Math.floor(s / 3600));
  return parts.map((p, i) => (i ? String(p).padStart(2, '0') : p)).join(':');
}

export const time = date => date.toLocaleTimeString(undefined, {hour12: false});

// day writes a date as the camera had it, wherever the browser is.
export const day = text => new Date(text).toLocaleDateString(undefined,
  {timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric'});

export const moment = text => new Date(text).toLocaleString(undefined,
  {dateStyle: 'medium', timeStyle: 'short', hour12: false});

// partial writes a date of which perhaps only the year or the month is known.
export function partial(text) {
  const parts = text.slice(0, 10).split('-').map(Number);
  if (parts.length === 1 || parts.some(Number.isNaN)) return text;
  const date = new Date(Date.UTC(parts[0], parts[1] - 1, parts[2] || 1));
  return date.toLocaleDateString(undefined, {timeZone: 'UTC', year: 'numeric', month: 'long', day: parts[2] ? 'numeric'
    : undefined});
}

const languages = new Intl.DisplayNames(undefined, {type: 'language', fallback: 'code'});

export function language(tag) {
  try {
    return languages.of(tag);
  } catch {
    return tag;
  }
}

// hash of a text: the same everywhere and always (FNV-1a).
export function hash(text) {
  let x = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) x = Math.imul(x ^ text.charCodeAt(i), 0x01000193);
  return x >>> 0;
}
