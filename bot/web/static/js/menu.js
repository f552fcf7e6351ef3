// Menus that open at a place and close by themselves.

import { el, icon, inside } from "./dom.js";

let open = null;

export function closeMenu() {
  if (open === null) return;
  const { menu, from, stop } = open;
  open = null;
  stop.abort();
  menu.remove();
  if (from?.isConnected && from.hasAttribute("aria-expanded")) from.setAttribute("aria-expanded", "false");
  if (document.activeElement === document.body) from?.focus?.({ preventScroll: true });
}

// `items`: { icon, text, act, danger } | { heading } | { note } | { line: true } | { node }
export function openMenu(from, items, { label = "", at = null, language = "zh" } = {}) {
  const again = open?.from === from;
  closeMenu();
  if (again && at === null) return;
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label, lang: language }, items.map(entry));
  const stop = new AbortController();
  open = { menu, from, at, stop };
  if (from?.hasAttribute?.("aria-expanded")) from.setAttribute("aria-expanded", "true");
  document.body.append(menu);
  place(menu, from.getBoundingClientRect(), at);
  listen(menu, from, stop.signal);
  menu.querySelector("button")?.focus({ preventScroll: true });
}

function entry(item) {
  if (item.heading) return el("h3", {}, item.heading);
  if (item.note) return el("small", {}, item.note);
  if (item.line) return el("hr");
  if (item.node) return item.node;
  const act = () => {
    closeMenu();
    item.act();
  };
  const kind = item.danger ? "danger" : null;
  return el("button", { role: "menuitem", type: "button", class: kind, onclick: act }, item.icon ? icon(item.icon) : null, el("span", {}, item.text));
}

// A row of which one is chosen; choosing leaves the menu open.
export function choice(label, options, chosen, act) {
  const buttons = options.map(([value, text]) =>
    el("button", {
      type: "button",
      role: "menuitemradio",
      "aria-checked": String(value === chosen),
      onclick: (event) => {
        for (const each of buttons) each.setAttribute("aria-checked", "false");
        event.currentTarget.setAttribute("aria-checked", "true");
        act(value);
        if (open) place(open.menu, open.from.getBoundingClientRect(), open.at); // it may be larger now
      },
    }, text),
  );
  return { node: el("div", { role: "group", "aria-label": label }, el("h3", {}, label), el("div", { class: "choice" }, buttons)) };
}

function place(menu, near, at) {
  const { width, height } = menu.getBoundingClientRect();
  const left = at ? at.x : near.right - width;
  const below = (at ? at.y : near.bottom) + 6;
  const top = below + height + 8 > innerHeight ? (at ? at.y : near.top) - height - 6 : below;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}

function listen(menu, from, signal) {
  const outside = (event) => {
    if (!inside(menu, event.target) && !inside(from, event.target)) closeMenu();
  };
  document.addEventListener("pointerdown", outside, { signal, capture: true });
  document.addEventListener("focusin", outside, { signal });
  addEventListener("resize", closeMenu, { signal });
  menu.addEventListener("keydown", keys, { signal });
}

function keys(event) {
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const here = buttons.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  if (event.key === "Escape") {
    event.stopPropagation();
    const from = open?.from;
    closeMenu();
    from?.focus?.();
  } else if (event.key in steps) {
    event.preventDefault();
    buttons.at((here + steps[event.key]) % buttons.length)?.focus();
  }
}
