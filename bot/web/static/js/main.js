// Starts the page, and keeps columns in step with the world.

import { avatar, el, redraw } from "./dom.js";
import { languageFor, loadWords, say } from "./words.js";
import { Bar } from "./bar.js";
import { Column } from "./column.js";
import { choosePeople } from "./people.js";
import { openStart } from "./start.js";
import saved, { onReadElsewhere, remember } from "./saved.js";
import { world } from "./world.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");

class Page {
  constructor() {
    this.columns = new Map();
    this.main = document.getElementById("columns");
    this.switcher = document.getElementById("switcher");
    this.banner = document.getElementById("banner");
  }

  get language() {
    return languageFor(saved.language) ?? languageFor(navigator.language) ?? "zh";
  }

  async start() {
    this.look();
    dark.addEventListener("change", () => this.look());
    await Promise.all([loadWords(), world.meet()]);
    this.bar = new Bar(document.getElementById("bar"), this);
    this.label();
    this.listen();
    world.line.open();
    this.fromLink();
  }

  listen() {
    world.on("people", () => this.arrange());
    world.on("message", ({ message, known }) => this.said(message, known));
    world.on("read", () => this.drawSwitcher());
    world.on("line", ({ open }) => this.online(open));
    world.on("toast", (event) => this.columns.get(event.person)?.toast(event.text, event.alert));
    world.on("open", ({ who, room }) => this.show(who, room));
    world.on("clock", () => this.day());
    document.addEventListener("visibilitychange", () => this.readAll());
    onReadElsewhere(() => this.drawSwitcher());
  }

  look(change = {}) {
    remember({ look: { ...saved.look, ...change } });
    const { size = "0", theme = "auto", contrast: wish = contrast.matches ? "high" : "normal" } = saved.look;
    const root = document.documentElement.dataset;
    root.size = size;
    root.contrast = wish;
    root.theme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
  }

  label() {
    document.documentElement.lang = this.language;
    document.title = `${say("zh", "name")} ${say("en", "name")}`;
    document.getElementById("skip").textContent = say(this.language, "skip");
    this.switcher.setAttribute("aria-label", say(this.language, "people"));
  }

  relabel() {
    this.label();
    this.bar.draw();
    this.arrange();
  }

  toast(text) {
    [...this.columns.values()][0]?.toast(text);
  }

  online(open) {
    this.banner.hidden = open;
    this.banner.textContent = open ? "" : say(this.language, "offline");
  }

  // Columns follow the people that are played; those that stay are kept.
  arrange() {
    for (const key of [...this.columns.keys()]) if (!world.people.has(key)) this.columns.delete(key);
    for (const person of world.people.values()) {
      const known = this.columns.get(person.key);
      if (known) known.update(person, this.language);
      else this.columns.set(person.key, new Column(person, this.language));
    }
    const order = [...world.people.keys()].map((key) => this.columns.get(key));
    this.place(order.length ? order.map((each) => each.element) : [this.welcome()]);
    this.show(world.people.has(saved.shown) ? saved.shown : order[0]?.key);
  }

  // Whoever stays is not taken out of the page: they would lose where they had scrolled to.
  place(nodes) {
    for (const each of [...this.main.children]) if (!nodes.includes(each)) each.remove();
    nodes.forEach((each, at) => {
      if (this.main.children[at] !== each) this.main.insertBefore(each, this.main.children[at] ?? null);
    });
  }

  welcome() {
    return el("div", { class: "welcome" },
      el("img", { src: "/static/icon.svg", alt: "" }),
      el("h2", {}, say(this.language, "welcome_title")),
      el("p", {}, say(this.language, "welcome_text")),
      el("button", { type: "button", class: "button primary", onclick: () => choosePeople(this.language) }, say(this.language, "add_person")));
  }

  show(key, room = null) {
    remember({ shown: key ?? null });
    for (const each of this.columns.values()) each.element.classList.toggle("shown", each.key === key);
    const column = this.columns.get(key);
    if (room) column?.open(room);
    column?.talk.settle();
    if (room) column?.element.scrollIntoView({ inline: "nearest", block: "nearest" });
    this.drawSwitcher();
  }

  drawSwitcher() {
    redraw(this.switcher, [...this.columns.values()].map((each) => this.switchTo(each)));
    for (const each of this.columns.values()) each.drawTabs();
  }

  switchTo(column) {
    const { unread } = column;
    const badge = unread ? el("span", { class: "badge", role: "img", "aria-label": say(this.language, "unread", { n: unread }) }, unread > 99 ? "99+" : String(unread)) : null;
    return el("button", {
      type: "button",
      class: "switch",
      data: { key: column.key },
      "aria-pressed": String(column.element.classList.contains("shown")),
      onclick: () => this.show(column.key),
    }, avatar(column.key, column.person.name, true), badge, el("span", {}, column.person.name));
  }

  said(message, known) {
    for (const each of this.columns.values()) each.said(message, known);
    this.drawSwitcher();
  }

  readAll() {
    if (document.visibilityState !== "visible") return;
    for (const each of this.columns.values()) each.talk.scrolled();
  }

  // "Today" is another day after the clock was turned past midnight.
  day() {
    for (const each of this.columns.values()) if (each.talk.stuck) each.talk.draw();
  }

  fromLink() {
    const query = new URLSearchParams(location.search);
    if (!query.has("start") && !query.has("group")) return;
    history.replaceState(null, "", "/");
    world.addEventListener("people", () => openStart(query, this.language), { once: true });
  }
}

new Page().start();
