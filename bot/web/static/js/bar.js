// The bar above: name, clock, people, how the page looks.

import { el, icon } from "./dom.js";
import { LANGUAGES, say } from "./words.js";
import { choice, openMenu } from "./menu.js";
import { hour, longDay } from "./times.js";
import { choosePeople } from "./people.js";
import { showTour } from "./dialogs.js";
import saved, { remember } from "./saved.js";
import { world } from "./world.js";

const SPANS = ["10m", "1h", "8h", "1d", "morning"];
const TICK = 5000;

export class Bar {
  constructor(element, page) {
    this.element = element;
    this.page = page; // { language, relabel(), toast(text) }
    this.draw();
    world.on("clock", () => this.drawClock());
    setInterval(() => this.drawClock(), TICK);
  }

  get language() {
    return this.page.language;
  }

  draw() {
    const word = (key) => say(this.language, key);
    this.clock = el("button", { type: "button", class: "tool clock", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openClock() });
    this.element.replaceChildren(
      el("div", { class: "brand" }, el("img", { src: "/static/icon.svg", alt: "" }), el("div", {}, el("strong", {}, word("name")), el("span", {}, word("tag")))),
      this.clock,
      this.tool("tour", word("tour"), () => showTour(this.language)),
      this.tool("person", word("add_person"), () => choosePeople(this.language)),
      this.tool("view", word("view"), (event) => this.openView(event.currentTarget), true),
    );
    this.drawClock();
  }

  tool(sign, text, act, menu = false) {
    const more = menu ? { "aria-haspopup": "menu", "aria-expanded": "false" } : {};
    return el("button", { type: "button", class: "tool", onclick: act, ...more }, icon(sign), el("span", { class: "wide" }, text), el("span", { class: "sr narrow" }, text));
  }

  drawClock() {
    const now = world.now();
    const [date, time] = [longDay(this.language, now), hour(this.language, now)];
    const still = !world.clock.turnable;
    this.clock.classList.toggle("still", still);
    this.clock.disabled = still;
    this.clock.setAttribute("aria-label", say(this.language, still ? "clock_plain" : "clock", { when: `${date} ${time}` }));
    this.clock.replaceChildren(icon("clock"), el("span", { class: "wide" }, date), el("strong", {}, time));
  }

  openClock() {
    const word = (key) => say(this.language, key);
    const items = SPANS.map((by) => ({ icon: "clock", text: word(`turn_${by}`), act: () => this.turn(by) }));
    openMenu(this.clock, [{ heading: word("turn") }, ...items, { note: word("turn_hint") }], { label: word("turn"), language: this.language });
  }

  async turn(by) {
    this.clock.setAttribute("aria-busy", "true");
    const done = await fetch("/api/clock", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ by }) }).catch(() => ({ ok: false }));
    this.clock.removeAttribute("aria-busy");
    if (!done.ok) this.page.toast(say(this.language, "went_wrong"));
  }

  openView(from) {
    const word = (key) => say(this.language, key);
    const look = { size: "0", contrast: "normal", theme: "auto", ...saved.look };
    const set = (name) => (value) => this.page.look({ [name]: value });
    openMenu(from, [
      choice(word("size"), ["0", "1", "2"].map((each) => [each, word(`size_${each}`)]), look.size, set("size")),
      choice(word("contrast"), [["normal", word("off")], ["high", word("on")]], look.contrast, set("contrast")),
      choice(word("theme"), ["auto", "light", "dark"].map((each) => [each, word(`theme_${each}`)]), look.theme, set("theme")),
      choice(word("page_language"), LANGUAGES.map((each) => [each, say(each, "language")]), this.language, (value) => {
        remember({ language: value });
        this.page.relabel();
      }),
    ], { label: word("view"), language: this.language });
  }
}
