// A person's chats in a row: which is open, which have something unread.

import { el, icon, redraw } from "./dom.js";
import { say } from "./words.js";
import { world } from "./world.js";

export class Tabs {
  // `talk`: the id of what a tab shows; `open(key)`: show a chat.
  constructor({ person, language, talk, open }) {
    Object.assign(this, { person, language, talk, open });
    this.element = el("div", { class: "rooms", role: "tablist", "aria-label": say(language, "rooms_of", { name: person.name }) });
    this.element.addEventListener("wheel", (event) => { this.element.scrollLeft += event.deltaY; }, { passive: true });
    this.element.addEventListener("scroll", () => this.fade(), { passive: true });
  }

  draw(rooms, current) {
    this.rooms = rooms;
    this.current = current;
    const groups = rooms.filter((each) => each.kind === "group").map((each) => each.title);
    const shared = sharedBeginning(groups).length;
    redraw(this.element, rooms.map((room) => this.tab(room, room.title.slice(shared))));
    this.bringIntoView(this.element.querySelector('[aria-selected="true"]'));
  }

  tab(room, short) {
    const alone = room.kind === "private";
    const unread = room === this.current ? 0 : world.unread(this.person.key, room.key);
    const badge = unread ? el("span", { class: "badge", role: "img", "aria-label": say(this.language, "unread", { n: unread }) }, unread > 99 ? "99+" : String(unread)) : null;
    return el("button", {
      type: "button",
      role: "tab",
      class: "room",
      title: alone ? say(this.language, "bot_chat") : `${room.title} · ${say(this.language, "members", { n: room.size })}`,
      "aria-selected": String(room === this.current),
      "aria-controls": this.talk,
      data: { key: room.key },
      onclick: () => this.open(room.key),
      onkeydown: (event) => this.key(event, room),
      tabindex: room === this.current ? "0" : "-1",
    }, alone ? icon("bot") : null, el("span", {}, alone ? say(this.language, "bot") : short), badge);
  }

  key(event, room) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = this.rooms.at((this.rooms.indexOf(room) + step) % this.rooms.length);
    const { parentElement } = this.element;
    this.open(next.key);
    parentElement.querySelector('[role="tab"][aria-selected="true"]').focus(); // drawn anew by then
  }

  // Only the row is scrolled, never the page (which scrollIntoView would do).
  bringIntoView(tab) {
    const { offsetLeft, scrollLeft, clientWidth } = this.element;
    const start = tab.offsetLeft - offsetLeft;
    const end = start + tab.offsetWidth;
    if (start < scrollLeft) this.element.scrollLeft = start;
    else if (end > scrollLeft + clientWidth) this.element.scrollLeft = end - clientWidth;
    this.fade();
  }

  // Faded where more chats follow.
  fade() {
    const { scrollLeft, clientWidth, scrollWidth } = this.element;
    this.element.classList.toggle("more", scrollLeft + clientWidth < scrollWidth - 2);
  }
}

// Of several groups of one neighbourhood the tabs show only in what they differ: a whole word, a
// whole number, and never nothing.
function sharedBeginning(titles) {
  if (titles.length < 2) return "";
  let length = 0;
  const [first, ...others] = titles;
  while (length < first.length && others.every((each) => each[length] === first[length])) length += 1;
  const shared = first.slice(0, length).replace(/[\p{Nd}\p{Script=Latin}]+$/u, "");
  return titles.every((each) => each.length - shared.length >= 2) ? shared : "";
}
