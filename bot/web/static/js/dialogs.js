// Questions that must be answered first: a notice, a name, one of a list, some of a list.

import { avatar, el, icon } from "./dom.js";
import { say } from "./words.js";

const MOST_SHOWN = 60;

function ask(language, build, kind = null) {
  return new Promise((answered) => {
    const dialog = el("dialog", { lang: language, class: kind });
    let answer = null;
    const finish = (value) => {
      answer = value;
      dialog.close();
    };
    dialog.append(...build(finish).filter(Boolean));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answered(answer);
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    const title = dialog.querySelector("h2");
    if (title) {
      title.id = "dialog-title";
      dialog.setAttribute("aria-labelledby", title.id);
    }
    dialog.showModal();
  });
}

function button(text, act, kind = "") {
  return el("button", { type: "button", class: `button ${kind}`, onclick: act }, text);
}

export function notice(language, text) {
  return ask(language, (finish) => [
    el("p", { class: "text" }, text),
    el("div", { class: "foot" }, button(say(language, "ok"), () => finish(true), "primary")),
  ]);
}

const STEPS = ["tour_talk", "tour_join", "tour_take", "tour_done", "tour_clock", "tour_coordinate"];

export function showTour(language) {
  return ask(language, (finish) => [
    el("h2", {}, say(language, "tour_title")),
    el("ol", { class: "steps", tabindex: "0" }, STEPS.map((each) => el("li", {}, say(language, each)))),
    el("div", { class: "foot" }, button(say(language, "tour_start"), () => finish(true), "primary")),
  ]);
}

export function confirm(language, text, yes) {
  return ask(language, (finish) => [
    el("p", { class: "text" }, text),
    el("div", { class: "foot" },
      button(say(language, "cancel"), () => finish(false)),
      button(yes, () => finish(true), "danger")),
  ]);
}

export function askText(language, question, value = "") {
  return ask(language, (finish) => {
    const input = el("input", { type: "text", maxlength: "40", value, "aria-label": question, autofocus: true });
    const done = () => input.value.trim() && finish(input.value.trim());
    input.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && done());
    return [
      el("h2", {}, question),
      el("div", { class: "field" }, input),
      el("div", { class: "foot" },
        button(say(language, "cancel"), () => finish(null)),
        button(say(language, "done"), done, "primary")),
    ];
  });
}

// `options`: { key, name, about, sign }; gives the chosen key.
export function chooseOne(language, question, options, none = "") {
  return ask(language, (finish) => {
    const list = options.map((each) => el("button", { type: "button", onclick: () => finish(each.key) }, line(each)));
    const body = list.length ? list : el("p", {}, none);
    return [
      el("h2", {}, question),
      el("div", { class: "pick" }, body),
      el("div", { class: "foot" }, button(say(language, "cancel"), () => finish(null))),
    ];
  });
}

function line(each) {
  const about = each.about ? el("small", {}, each.about) : null;
  return [each.sign ?? avatar(each.key, each.name), el("span", {}, el("b", {}, each.name), about)];
}

// Some of many, with a search; gives the set of keys, or { another: true } for somebody new.
export function chooseSome(language, { question, hint, options, chosen, another }) {
  const marked = new Set(chosen);
  return ask(language, (finish) => {
    const list = el("div", { class: "pick", role: "group", "aria-label": question });
    const search = el("input", { type: "search", placeholder: say(language, "search"), "aria-label": say(language, "search") });
    const draw = () => list.replaceChildren(...found(language, options, search.value, marked));
    search.addEventListener("input", draw);
    draw();
    return [
      el("h2", {}, question),
      el("p", { class: "hint" }, hint),
      el("div", { class: "field" }, search),
      list,
      el("div", { class: "foot" },
        el("button", { type: "button", class: "button start", onclick: () => finish({ another: true }) }, another),
        button(say(language, "done"), () => finish(marked), "primary")),
    ];
  });
}

function found(language, options, wanted, marked) {
  const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (each) => parts.every((part) => `${each.name} ${each.about}`.toLowerCase().includes(part));
  const first = (each) => (marked.has(each.key) ? 0 : 1);
  const all = options.filter(fits).sort((a, b) => first(a) - first(b));
  if (!all.length) return [el("p", {}, say(language, "nobody_found"))];
  const rows = all.slice(0, MOST_SHOWN).map((each) => pickRow(each, marked));
  const left = all.length - rows.length;
  return left > 0 ? [...rows, el("p", {}, say(language, "more_found", { n: left }))] : rows;
}

function pickRow(each, marked) {
  const toggle = (event) => {
    if (!marked.delete(each.key)) marked.add(each.key);
    event.currentTarget.setAttribute("aria-checked", String(marked.has(each.key)));
  };
  const tick = el("span", { class: "avatar tick", "aria-hidden": "true" }, icon("tick"));
  const checked = String(marked.has(each.key));
  return el("button", { type: "button", role: "checkbox", data: { key: each.key }, "aria-checked": checked, onclick: toggle }, line(each), tick);
}

export function showPhoto(language, url, text) {
  const build = (finish) => [
    el("img", { src: url, alt: text }),
    el("div", { class: "foot" }, button(say(language, "close"), () => finish(true))),
  ];
  return ask(language, build, "viewer");
}
