// Disks of the test's own, which can be pulled and put in another's place. They are mounted in the name space that
// scripts/test-page.sh runs the tests in, and nobody else sees them.
import {execFileSync} from 'node:child_process';
import {mkdirSync} from 'node:fs';
import {atEnd} from './end.mjs';

const run = (name, ...args) => execFileSync(name, args, {stdio: ['ignore', 'pipe', 'pipe']});

// canMount is false for who is not root: a loop device is the machine's.
export const canMount = process.getuid() === 0 && Boolean(process.env.PAGE_MOUNTS);

export function newDisk(image, size = '32M') {
  run('truncate', '-s', size, image);
  run('env', 'PATH=/usr/sbin:/sbin:/usr/bin:/bin', 'mkfs.ext4', '-qF', image);
}

export function mount(t, image, at) {
  mkdirSync(at, {recursive: true});
  run('mount', '-o', 'loop', image, at);
  atEnd(t, () => {
    try {
      pull(at);
    } catch {
      // the test has pulled it
    }
  });
}

// pull takes a disk away from whoever uses it.
export function pull(at) { run('umount', '-l', at); }

// copyWhole copies a tree with its times to the nanosecond, by which files are known.
export function copyWhole(from, to) { run('cp', '-a', from + '/.', to); }
