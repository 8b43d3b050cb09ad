// Thumbnails, asked for when they come near the window. A browser holds six connections to a server, and a picture may
// wait its turn for two seconds: so no more than a few are asked for at once, and the API is never behind them.
import {sleep, thumbnail} from './api.js';

const most = 3;
const under = new Set(); // those that are on their way
let waiting = []; // those that are near the window, in the order in which they came near
let near = null;
let held = 0; // the timer until whose end no more are asked for

// image is a thumbnail that fades in. Where the daemon is busy with others it is asked for again, and where there is no
// picture it leaves. Until it is there or has left it is marked as due, once it is near.
export function image(of, thing, size = 256, alt = '') {
  const img = document.createElement('img');
  Object.assign(img, {alt, decoding: 'async', draggable: false, address: thumbnail(of, thing.id, thing.version, size)});
  near ||= new IntersectionObserver(seen, {rootMargin: '300px'});
  near.observe(img);
  return img;
}

function seen(entries) {
  for (const {target, isIntersecting} of entries) {
    if (target.isConnected && !isIntersecting) continue;
    near.unobserve(target);
    if (!target.isConnected) continue;
    target.dataset.due = '';
    waiting.push(target);
  }
  next();
}

// hold has no more asked for until some milliseconds have passed: who types sees answers, and pictures when they pause.
export function hold(ms) {
  clearTimeout(held);
  held = setTimeout(() => {
    held = 0;
    next();
  }, ms);
}

function next() {
  for (const img of under) if (!img.isConnected) end(img); // it was scrolled past, or another answer came
  while (!held && under.size < most && waiting.length) {
    const img = waiting.shift();
    if (img.isConnected) load(img);
  }
}

async function load(img) {
  under.add(img);
  for (let tries = 1; tries <= 5 && img.isConnected; tries++) {
    if (await shown(img, tries)) {
      img.classList.add('there');
      return end(img);
    }
    if (!img.isConnected || !await isBusy(img.address)) break;
    under.delete(img); // while it waits, others have their turn
    next();
    await sleep(1500 * tries);
    under.add(img);
  }
  end(img);
  delete img.parentElement?.dataset.coloured; // there are words below it
  img.remove();
}

function shown(img, tries) {
  return new Promise(resolve => {
    img.onload = () => resolve(true);
    img.onerror = () => resolve(false);
    img.src = tries > 1 ? `${img.address}#${tries}` : img.address;
  });
}

function end(img) {
  under.delete(img);
  delete img.dataset.due;
  if (!img.classList.contains('there')) {
    img.onload = img.onerror = null;
    img.removeAttribute('src'); // which ends the request
  }
  queueMicrotask(next);
}

async function isBusy(address) {
  try {
    return (await fetch(address, {method: 'HEAD'})).status === 503;
  } catch {
    return true;
  }
}
