// Law: a drawing that was replaced holds nothing any more. Nothing here knows what is drawn.
//
// Why: Preact keeps in the `props.children` of an element the first vnode of each component in it,
// also when that component has drawn itself anew since. A component that is skipped (one that reads
// a signal, its props being the same) hands its children on to its next vnode, and they point to
// that as their parent. So the first drawing leads to a later one, that to a later one still, and
// none is ever freed: 3 KB with each patch of the train table. Here a vnode that was replaced lets
// go of its children; Preact asks it for them no more. `__c` is a vnode's component and `__k` its
// children: names that Preact keeps for such hooks.

import { options } from "../vendor/preact-htm-signals.js";

const drawn = new WeakMap();
const before = options.diffed;

options.diffed = (vnode) => {
  before?.(vnode);
  const component = vnode.__c;
  if (!component) return;
  const past = drawn.get(component);
  if (past && past !== vnode) past.__k = null;
  drawn.set(component, vnode);
};
