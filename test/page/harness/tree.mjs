// Directories and files that tests make.
import {chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {atEnd} from './end.mjs';
import {sampleLibrary} from './paths.mjs';

// temporary makes a directory that ends with the test. Everybody may walk there: Samba reads as another user.
export function temporary(t, name) {
  const dir = mkdtempSync(path.join(os.tmpdir(), `page-${name}-`));
  chmodSync(dir, 0o755);
  atEnd(t, () => rmSync(dir, {recursive: true, force: true, maxRetries: 20}));
  return dir;
}

// library is a copy of the sample library.
export function library(t) {
  const dir = temporary(t, 'library');
  cpSync(sampleLibrary, dir, {recursive: true});
  return dir;
}

// write makes a file, and the directories above it.
export function write(dir, name, content = name) {
  const file = path.join(dir, name);
  mkdirSync(path.dirname(file), {recursive: true});
  writeFileSync(file, content);
  return file;
}

// fill makes files that differ, in directories of a hundred.
export function fill(dir, count, name = i => `part ${Math.floor(i / 100)}/file ${i}.bin`) {
  for (let i = 0; i < count; i++) write(dir, name(i), `content ${i} of ${dir}`);
}

// broken is what a file holds that no analysis can read: the beginning of a PNG, and its header of no use.
export const broken = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(64, 0xff)]);
