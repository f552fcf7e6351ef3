// The messages of one room as one person sees them.

import { avatar, el, icon, inside } from "./dom.js";
import { say } from "./words.js";
import { day, dayKey } from "./times.js";
import { drawMessage } from "./message.js";
import { world } from "./world.js";

const SAME_FOR = 5 * 60 * 1000;
const NEAR_BOTTOM = 80;
const LONG_PRESS = 450;

export class Talk {
  // `act`: what can be done to messages, `example(text)`, and `onread()`.
  constructor({ person, room, language, examples, act }) {
    Object.assign(this, { person, room, language, examples, act });
    const label = say(language, "talk_of", { room: room.kind === "private" ? say(language, "bot") : room.title });
    this.element = el("div", { class: "talk", role: "log", id: `talk-${person}`, "aria-live": "off", "aria-label": label, tabindex: "0" });
    this.pill = el("button", { class: "below", type: "button", hidden: true, onclick: () => this.toBottom() }, say(language, "new_below"), icon("down"));
    this.listen();
    this.draw();
  }

  listen() {
    this.element.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("click", (event) => this.tapped(event));
    this.element.addEventListener("contextmenu", (event) => this.pressedLong(event));
    this.element.addEventListener("pointerdown", (event) => this.pressing(event));
    for (const each of ["pointerup", "pointercancel", "pointermove"]) {
      this.element.addEventListener(each, (event) => this.released(event));
    }
    new ResizeObserver(() => this.stuck && this.toBottom()).observe(this.element);
  }

  get all() {
    return world.messages.get(this.room.key) ?? new Map();
  }

  get atBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  get visible() {
    return this.element.offsetParent !== null && document.visibilityState === "visible";
  }

  draw() {
    const nodes = [];
    let before = null;
    for (const message of this.all.values()) {
      nodes.push(...this.nodes(message, before));
      before = message;
    }
    if (!nodes.length) nodes.push(this.empty());
    else if (!this.room.full) nodes.unshift(this.earlierButton());
    this.element.replaceChildren(...nodes);
    this.stuck = true;
    requestAnimationFrame(() => this.settle());
  }

  // The room as it is now; whoever reads further up stays there.
  update(room) {
    this.room = room;
    const { stuck } = this;
    const { scrollTop } = this.element;
    this.draw();
    if (stuck) return;
    this.stuck = false;
    this.element.scrollTop = scrollTop;
  }

  // To the newest, unless somebody reads further up.
  settle() {
    if (this.stuck) this.toBottom();
  }

  nodes(message, before) {
    const moment = Date.parse(message.at);
    const sameDay = before !== null && dayKey(Date.parse(before.at)) === dayKey(moment);
    const divider = sameDay ? [] : [el("div", { class: "day" }, day(this.language, moment))];
    const close = sameDay && !before.recalled && moment - Date.parse(before.at) < SAME_FOR;
    return [...divider, this.node(message, close && before.sender === message.sender && !message.title)];
  }

  node(message, same) {
    return drawMessage(message, {
      person: this.person,
      language: this.language,
      group: this.room.kind === "group",
      same,
      find: (id) => this.all.get(id),
      names: (key) => (key === "bot" ? say(this.language, "bot") : world.cast.get(key)?.name ?? key),
      act: { ...this.act, show: (id) => this.show(id) },
    });
  }

  find(id) {
    return this.element.querySelector(`[data-id="${id}"]`);
  }

  // A message is new, or looks different now.
  said(message, known) {
    const old = this.find(message.id);
    if (old) this.changed(message, old);
    else if (!known) this.added(message);
  }

  changed(message, old) {
    const stick = this.atBottom;
    const node = this.node(message, old.classList.contains("same"));
    const focused = inside(old, document.activeElement);
    node.classList.add("changed");
    old.replaceWith(node);
    if (focused) node.focus({ preventScroll: true });
    if (stick) this.toBottom();
  }

  added(message) {
    const stick = this.atBottom || message.sender === this.person;
    const ids = [...this.all.keys()];
    const before = this.all.get(ids.at(-2)) ?? null;
    this.element.querySelector(".empty")?.remove();
    const nodes = this.nodes(message, before);
    const node = nodes.at(-1);
    node.classList.add("fresh");
    this.element.append(...nodes);
    if (stick && node.offsetHeight > this.element.clientHeight) this.toTop(node);
    else if (stick) this.toBottom();
    else this.pill.hidden = false;
  }

  // What is longer than the window is read from its beginning.
  toTop(node) {
    this.element.scrollTop = node.offsetTop - 8;
    this.pill.hidden = false;
    if (this.visible) this.act.onread();
  }

  toBottom() {
    this.element.scrollTop = this.all.size ? this.element.scrollHeight : 0;
    this.scrolled();
  }

  scrolled() {
    this.stuck = this.atBottom;
    if (!this.stuck) return;
    this.pill.hidden = true;
    if (this.visible) this.act.onread();
  }

  show(id) {
    const node = this.find(id);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
    node.focus({ preventScroll: true });
  }

  empty() {
    const group = this.room.kind === "group";
    const examples = say(this.language, this.examples).split("|");
    const chips = examples.map((text) => el("button", { type: "button", class: "button", onclick: () => this.act.example(text) }, text));
    const hint = this.room.has_bot ? say(this.language, group ? "try_group" : "try_bot") : say(this.language, "nothing_yet");
    return el("div", { class: "empty" }, avatar("bot", ""), el("p", {}, hint), this.room.has_bot ? chips : null);
  }

  earlierButton() {
    const read = async () => {
      const height = this.element.scrollHeight;
      await this.act.earlier();
      this.draw();
      requestAnimationFrame(() => { this.element.scrollTop = this.element.scrollHeight - height; });
    };
    return el("button", { type: "button", class: "earlier", onclick: read }, say(this.language, "earlier"));
  }

  messageAt(target) {
    const node = target.closest?.(".message");
    const message = node && this.all.get(Number(node.dataset.id));
    return message && !message.recalled ? { node, message } : null;
  }

  key(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const on = event.target.classList.contains("message") || event.target === this.element;
    if (!on) return;
    if (step) {
      event.preventDefault();
      const nodes = [...this.element.querySelectorAll(".message")];
      const here = nodes.indexOf(event.target);
      const next = here === -1 ? nodes.at(-1) : nodes[Math.max(0, Math.min(nodes.length - 1, here + step))];
      next?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      const found = this.messageAt(event.target);
      if (!found) return;
      event.preventDefault();
      this.act.menu(found.message, found.node.querySelector(".bubble"));
    }
  }

  // A tap on a bubble opens its menu; on a mouse that is the small button beside it.
  tapped(event) {
    if (event.target.closest("a, button") || !matchMedia("(hover: none)").matches) return;
    this.openAt(event);
  }

  pressedLong(event) {
    if (event.target.closest("a, img")) return;
    const found = this.messageAt(event.target);
    if (!found || !getSelection().isCollapsed) return;
    event.preventDefault();
    this.openAt(event);
  }

  pressing(event) {
    if (event.pointerType === "mouse" || event.target.closest("a, button")) return;
    const { clientX, clientY, target } = event;
    this.from = { clientX, clientY };
    this.timer = setTimeout(() => this.openAt({ clientX, clientY, target }), LONG_PRESS);
  }

  released(event) {
    const moved = this.from && Math.hypot(event.clientX - this.from.clientX, event.clientY - this.from.clientY) > 10;
    if (event.type !== "pointermove" || moved) clearTimeout(this.timer);
  }

  openAt({ clientX, clientY, target }) {
    const found = this.messageAt(target);
    if (!found || !inside(found.node.querySelector(".inside"), target) || !getSelection().isCollapsed) return;
    this.act.menu(found.message, found.node.querySelector(".bubble"), { x: clientX, y: clientY });
  }
}
