// In which windows and themes states are judged: PAGE_VIEWS="1280-light" (the default), some of them, or "all".
const widths = {320: 640, 390: 844, 1280: 800, 2560: 1440};
const all = [390, 1280, 2560].flatMap(width => ['light', 'dark'].map(theme => `${width}-${theme}`));
const asked = process.env.PAGE_VIEWS ?? '1280-light';

export const views = (asked === 'all' ? all : asked.split(/[ ,]+/).filter(Boolean)).map(name => {
  const [width, theme] = name.split('-');
  if (!widths[width] || !['light', 'dark'].includes(theme)) {
    throw new Error(`PAGE_VIEWS: ${name}: say a width of ${Object.keys(widths)} and a theme, as in 390-dark`);
  }
  return {name, theme, size: {width: Number(width), height: widths[width]}};
});

// patience is for how long a state is waited for, in milliseconds. Only a test that fails takes as long: what is to be
// fast is measured, and held to its promise by promised() of page.mjs.
export const patience = 120_000;
