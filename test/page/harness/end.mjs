// What a test made ends with it, in the opposite order: a browser before its daemon, that before its directories.
const stacks = new WeakMap();

export function atEnd(t, act) {
  const stack = stacks.get(t);
  if (stack) {
    stack.push(act);
    return;
  }
  const acts = [act];
  stacks.set(t, acts);
  t.after(async () => {
    const failures = [];
    for (const next of acts.reverse()) {
      try {
        await next();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length) throw failures.length > 1 ? new AggregateError(failures) : failures[0];
  });
}
