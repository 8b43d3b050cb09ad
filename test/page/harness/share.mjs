// A Samba of the test's own; scripts/samba.sh says what can be done to it.
import {execFileSync} from 'node:child_process';
import path from 'node:path';
import {atEnd} from './end.mjs';
import {checkout} from './paths.mjs';
import {temporary} from './tree.mjs';

export class Share {
  // The share shows the directory `media`, which is there once it has started.
  static start(t) {
    const share = new Share();
    share.dir = temporary(t, 'samba');
    atEnd(t, () => share.does('stop'));
    share.port = share.does('start').trim();
    return share;
  }

  get media() { return path.join(this.dir, 'media'); }
  get url() { return `smb://media@127.0.0.1:${this.port}/media`; }
  get password() { return 'secret'; }

  // does one of the verbs: pause, resume, kill, restart, unshare NAME, share NAME, drop NAME.
  does(verb, ...more) {
    return execFileSync(path.join(checkout, 'scripts/samba.sh'), [verb, this.dir, ...more], {encoding: 'utf8'});
  }
}
