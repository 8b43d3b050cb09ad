// Where things are.
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

export const checkout = path.resolve(here, '../../..');
export const binary = process.env.PAGE_BINARY ?? path.join(checkout, 'bin/catalogizerd');
export const chromium = process.env.PAGE_CHROMIUM ?? '/usr/bin/chromium';
export const sampleLibrary = path.join(checkout, 'testdata/library');
export const shots = path.resolve(here, '../shots');
