// Where the entities of a graph stand: forces that cool down, as in d3-force. Pure of any page.
//
// Whatever the graph, nothing runs away. A link pulls with the strength 1 / min(degrees), and
// mostly at its less busy end, so that all pulls on one entity together never exceed the way
// they are to take back; a push grows with closeness only up to a bound; no step is longer than
// FASTEST. The same graph always gives the same picture.
"use strict";
const FASTEST = 40, FAR = 420, CHARGE = 26, PULL_X = .04, PULL_Y = .065, ROOM = 10; // screens are wide
const MOST_PAIRS = 1e8; // looked at while settling: about a second

/** Gives `nodes` ({ r }) places x and y; `links` are { a, b }, two of the nodes each. */
function forceLayout(nodes, links) {
  const bonds = bondsOf(nodes, links);
  let seed = 1;
  const jiggle = () => ((seed = (1664525 * seed + 1013904223) % 4294967296) / 4294967296 - .5) * .01;
  nodes.forEach((node, i) => { // a sunflower: the first stand in the middle
    const angle = i * 2.399963, far = 16 * Math.sqrt(i + .5);
    Object.assign(node, { x: far * Math.cos(angle), y: far * Math.sin(angle), vx: 0, vy: 0 });
  });

  function pull(alpha) {
    for (const { a, b, rest, strength, share } of bonds) {
      const dx = b.x + b.vx - a.x - a.vx || jiggle(), dy = b.y + b.vy - a.y - a.vy || jiggle();
      const d = Math.hypot(dx, dy), part = (d - rest) / d * alpha * strength;
      a.vx += dx * part * (1 - share); a.vy += dy * part * (1 - share);
      b.vx -= dx * part * share; b.vy -= dy * part * share;
    }
  }

  function push(alpha) {
    // In arrays of numbers: every pair is looked at in every step.
    const count = nodes.length, mass = Float64Array.from(nodes, node => node.mass), r = Float64Array.from(nodes, node => node.r);
    const x = Float64Array.from(nodes, node => node.x), y = Float64Array.from(nodes, node => node.y);
    const vx = new Float64Array(count), vy = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        let dx = x[i] - x[j], dy = y[i] - y[j], d2 = dx * dx + dy * dy;
        if (d2 > FAR * FAR) continue;
        if (d2 === 0) { dx = jiggle(); dy = jiggle(); d2 = dx * dx + dy * dy; }
        const touch = r[i] + r[j] + ROOM;
        let part = alpha * CHARGE / (d2 > 25 ? d2 : 25);
        if (d2 < touch * touch) part += .3 * (touch / Math.sqrt(d2) - 1);
        vx[i] += dx * part * mass[j]; vy[i] += dy * part * mass[j];
        vx[j] -= dx * part * mass[i]; vy[j] -= dy * part * mass[i];
      }
    }
    nodes.forEach((node, i) => { node.vx += vx[i]; node.vy += vy[i]; });
  }

  /** One step at the temperature `alpha` in [0, 1]; `held` stays where it is. */
  function step(alpha, held = null) {
    pull(alpha);
    push(alpha);
    for (const node of nodes) {
      let vx = (node.vx - node.x * PULL_X * alpha) * .6, vy = (node.vy - node.y * PULL_Y * alpha) * .6;
      const brake = Math.min(1, FASTEST / (Math.hypot(vx, vy) || 1));
      vx *= brake; vy *= brake;
      if (!Number.isFinite(vx + vy)) vx = vy = 0;
      node.vx = node === held ? 0 : vx; node.vy = node === held ? 0 : vy;
      node.x += node.vx; node.y += node.vy;
    }
  }

  /** As many steps as the size of the graph allows; the same number on every machine. */
  function settle() {
    const pairs = Math.max(nodes.length ** 2 / 2, 1);
    const steps = Math.floor(Math.min(Math.max(MOST_PAIRS / pairs, 30), 400));
    const cooling = .002 ** (1 / steps);
    for (let i = 0, alpha = 1; i < steps; i++) step(alpha *= cooling);
  }
  return { step, settle };
}

/** The links as springs, and each node's mass: the busier one is, the more room it wants. */
function bondsOf(nodes, links) {
  const degree = new Map(nodes.map(node => [node, 0]));
  for (const { a, b } of links) { degree.set(a, degree.get(a) + 1); degree.set(b, degree.get(b) + 1); }
  for (const node of nodes) node.mass = 1 + Math.min(degree.get(node), 40) / 20;
  return links.filter(({ a, b }) => a !== b).map(({ a, b }) => {
    const one = degree.get(a), other = degree.get(b), least = Math.min(one, other);
    return { a, b, rest: 26 + a.r + b.r + 7 * Math.sqrt(least), strength: 1 / least, share: one / (one + other) };
  });
}
