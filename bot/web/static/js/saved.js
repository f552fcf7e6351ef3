// What this browser remembers: who is shown, what was read, how it looks.

const NAME = "linli.page";

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

const saved = { people: null, room: {}, read: {}, shown: null, look: {}, ...read() };

export function remember(change) {
  Object.assign(saved, change);
  try {
    localStorage.setItem(NAME, JSON.stringify(saved));
  } catch {
    // A private window may refuse; the page works without.
  }
}

export default saved;
