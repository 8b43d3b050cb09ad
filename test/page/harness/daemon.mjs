// A daemon as it is used: a process of its own, on real directories, with its own data directory and a port that the
// kernel chose. It keeps its port over restarts, as a page that stays open expects, and a hub of it.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import {atEnd} from './end.mjs';
import {binary} from './paths.mjs';
import {temporary} from './tree.mjs';
import {patience} from './views.mjs';

const stopLimit = 40_000;

export class Daemon {
  #process;
  #exit;
  #words = []; // the end of its log
  #listen = '127.0.0.1:0';

  // roots: {name, path | url, more}; more: further TOML; token: what it asks for; readToken: the second one; command:
  // serve, or hub.
  static async start(t, {command = 'serve', roots = [], more = '', token, readToken, dataDir} = {}) {
    const dir = temporary(t, 'daemon');
    const daemon = new Daemon();
    Object.assign(daemon, {command, dir, dataDir: dataDir ?? path.join(dir, 'data'), token, readToken, more});
    daemon.configure(roots);
    atEnd(t, async () => {
      await daemon.stop();
      if (process.env.PAGE_LOG) console.error(daemon.log());
    });
    await daemon.start();
    return daemon;
  }

  configure(roots) {
    const lines = ['[log]', 'format = "json"', '[http]'];
    for (const [key, token] of [['token_file', this.token], ['read_token_file', this.readToken]]) {
      if (!token) continue;
      const file = path.join(this.dir, key);
      writeFileSync(file, token + '\n', {mode: 0o600});
      lines.push(`${key} = ${JSON.stringify(file)}`);
    }
    lines.push(this.more);
    for (const root of roots) {
      lines.push('[[root]]', `name = ${JSON.stringify(root.name)}`);
      lines.push(root.url ? `url = ${JSON.stringify(root.url)}` : `path = ${JSON.stringify(root.path)}`);
      lines.push(root.more ?? '');
    }
    writeFileSync(this.file, lines.join('\n') + '\n', {mode: 0o600});
  }

  get file() { return path.join(this.dir, 'catalogizerd.toml'); }
  get url() { return `http://${this.#listen}`; }
  get pid() { return this.#process.pid; }

  // start returns once it serves.
  async start() {
    const args = [this.command, '--config', this.file, '--data-dir', this.dataDir, '--listen', this.#listen];
    this.#process = spawn(binary, args, {stdio: ['ignore', 'ignore', 'pipe']});
    this.#exit = once(this.#process, 'exit');
    const serving = new Promise(resolve => {
      readline.createInterface({input: this.#process.stderr}).on('line', line => {
        this.#words.push(line);
        if (this.#words.length > 500) this.#words.shift();
        const entry = parsed(line);
        if (entry.msg === 'serving') resolve(entry.address);
      });
    });
    const ended = this.#exit.then(() => undefined);
    const address = await Promise.race([serving, ended]);
    if (!address) throw new Error(`the daemon ended before it served:\n${this.log()}`);
    this.#listen = address;
  }

  async stop() { await this.#end('SIGTERM'); }
  async kill() { await this.#end('SIGKILL'); }

  async restart() {
    await this.stop();
    await this.start();
  }

  async #end(signal) {
    if (!this.#process) return;
    const {pid} = this.#process;
    this.#process.kill(signal);
    const late = setTimeout(() => process.kill(pid, 'SIGKILL'), stopLimit);
    await this.#exit;
    clearTimeout(late);
    this.#process = undefined;
  }

  log() { return this.#words.join('\n'); }

  // ask gives the answer to a request of the API, as whoever may do everything.
  async ask(route, {method = 'GET', body} = {}) {
    const headers = this.token ? {Authorization: `Bearer ${this.token}`} : {};
    const answer = await fetch(`${this.url}/api/v1${route}`, {
      method, headers, body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${route}: ${answer.status}: ${text}`);
    return text ? JSON.parse(text) : undefined;
  }

  status() { return this.ask('/status'); }

  // idle waits until the catalog is what the roots hold.
  idle(limit) { return this.when(() => this.status(), status => status.idle, limit); }

  // root waits until a root is as wanted.
  root(name, wanted, limit) { return this.when(() => this.ask(`/roots/${name}`), wanted, limit); }

  // when asks until the answer is as wanted. The daemon says what it does now, and nobody when it will be done.
  async when(ask, wanted, limit = patience) {
    const end = Date.now() + limit;
    for (;;) {
      const answer = await ask();
      if (wanted(answer)) return answer;
      if (Date.now() > end) throw new Error(`not so after ${limit} ms: ${wanted}\n${JSON.stringify(answer)}`);
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {}; // a panic, which log() shows
  }
}
