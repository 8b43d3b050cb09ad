// A hub over daemons, with a database of its own in the PostgreSQL that scripts/test-page.sh starts.
import {execFileSync} from 'node:child_process';
import {Daemon} from './daemon.mjs';

// database makes an empty one, in the place of one that a test before has left, and names it.
function database(name) {
  const [, user, host] = /^postgres:\/\/(.+)@\/.*[?&]host=([^&]+)/.exec(process.env.HUB_DATABASE);
  for (const what of [`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, `CREATE DATABASE ${name}`]) {
    execFileSync('psql', ['-qX', '-h', host, '-U', user, '-d', 'postgres', '-c', what], {stdio: ['ignore', 'pipe', 'pipe']});
  }
  return `postgres://${user}@/${name}?host=${host}`;
}

// hubOver starts a hub over daemons by their names, or over whatever is at an address, and gives it as a daemon.
export function hubOver(t, name, sources) {
  const tables = Object.entries(sources).map(([source, at]) =>
    `[[source]]\nname = "${source}"\nurl = "${at.url ?? at}"`);
  return Daemon.start(t, {command: 'hub', more: [`[hub]\ndatabase = ${JSON.stringify(database(name))}`,
    ...tables].join('\n')});
}
