// What this browser remembers: who is shown, what was read, how it looks. Each window keeps its
// own people and rooms over a reload; a new window begins with those of the last one.

const NAME = "linli.page";

function read(store) {
  try {
    return JSON.parse(store().getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

const shared = () => localStorage;
const own = () => sessionStorage;

const saved = { people: null, room: {}, read: {}, shown: null, look: {}, ...read(shared) };
const { people, room, shown } = { ...saved, ...read(own) };
Object.assign(saved, { people, room, shown });

export function remember(change) {
  Object.assign(saved, change);
  try {
    own().setItem(NAME, JSON.stringify({ people: saved.people, room: saved.room, shown: saved.shown }));
    shared().setItem(NAME, JSON.stringify(saved));
  } catch {
    // A private window may refuse; the page works without.
  }
}

// What was read in another window is read in this one.
export function onReadElsewhere(act) {
  addEventListener("storage", (event) => {
    if (event.key !== NAME) return;
    for (const [key, last] of Object.entries(read(shared).read ?? {})) {
      saved.read[key] = Math.max(saved.read[key] ?? 0, last);
    }
    act();
  });
}

export default saved;
