// What fills the disks: by kind, and by folder, as deep as one goes.
import {get} from './api.js';
import {size} from './format.js';
import {h} from './dom.js';
import {href} from './router.js';
import {bars, nothing} from './machine-parts.js';
import {rootText} from './server.js';
import {n, words} from './words.js';

const w = words.machine;

export default function space({query, box, signal}) {
  const draw = async place => {
    const root = place.get('root');
    const under = place.get('under') || '';
    const by = root ? 'folder' : 'root';
    const {facets, total, complete} = await get('facets', {by: `kind,${by}`, root, under}, signal);
    signal.throwIfAborted();
    const content = total.count
      ? h('div.columns', section(w.byKind, facets.kind, f => ({label: words.kinds[f.value] ?? f.value})),
        section(root ? w.byFolder : w.byRoot, facets[by], f => folder(f, root, under)))
      : nothing(w.empty);
    box.replaceChildren(h('h2', w.rooms.space), ...(root ? [crumbs(root, under)] : []),
      h('p.total', h('strong', size(total.size)), ' ', w.inFiles(n(total.count, 'file'))),
      ...(complete ? [] : [h('p.quiet', w.incomplete)]), content);
  };
  return draw(query).then(() => ({update: q => draw(q)}));
}

// folder is a folder, or a root, and where it leads to: the folders in it.
function folder({value}, root, under) {
  if (value === null) return {label: w.here};
  if (!root) return {label: rootText(value), href: href(['machine', 'space'], {root: value})};
  return {label: under ? value.slice(under.length + 1) : value, href: href(['machine', 'space'], {root, under: value})};
}

function section(title, values, of) {
  const sorted = values.filter(f => f.count).sort((a, b) => b.size - a.size);
  const most = Math.max(sorted[0]?.size || 0, 1);
  return h('section', h('h3', title), bars(sorted.slice(0, 100).map(f => ({
    ...of(f), part: f.size / most, value: `${size(f.size)} · ${n(f.count, 'file')}`,
  }))));
}

function crumbs(root, under) {
  const steps = [{label: w.allRoots, to: {}}, {label: rootText(root), to: {root}}];
  const parts = under ? under.split('/') : [];
  parts.forEach((label, i) => steps.push({label, to: {root, under: parts.slice(0, i + 1).join('/')}}));
  return h('nav.trail', {'aria-label': w.byFolder}, h('ol', steps.map((step, i) => h('li', h('a', {
    href: href(['machine', 'space'], step.to), dir: 'auto', 'aria-current': i === steps.length - 1 && 'page',
  }, step.label)))));
}
