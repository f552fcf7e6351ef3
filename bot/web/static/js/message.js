// One message: a bubble for people, a card with buttons for what the bot keeps current.

import { avatar, el, icon, tone } from "./dom.js";
import { say } from "./words.js";
import { hour } from "./times.js";

// A command of the bot's help: at the beginning of a line or after a space.
const COMMAND = /(?<=^|[\s：:（(])\/\p{L}[\p{L}\p{N}_]*(?=$|[\s，。；！？、）),.;])/gmu;
const LINK = /https?:\/\/[^\s<>"'，。；！？、（）【】]+[^\s<>"'，。；！？、（）【】.,;:!?)]/g;
const OTHER_MEDIA = { voice: "🎤", video: "🎬", sticker: "😊", location: "📍" };

// `view`: { person, language, group, same, find, names, act }; gives the element.
export function drawMessage(message, view) {
  const mine = message.sender === view.person;
  const bot = message.sender === "bot";
  const kinds = ["message", mine && "mine", bot && "bot", view.same && "same", message.recalled && "recalled"];
  const parts = message.recalled ? [gone(message, view, mine)] : [bubble(message, view, mine), signs(message, view)];
  return el("article", {
    class: kinds.filter(Boolean).join(" "),
    tabindex: "-1",
    "aria-label": `${nameOf(message, view.language)} ${hour(view.language, Date.parse(message.at))}`,
    data: { id: message.id },
  },
  mine ? null : avatar(message.sender, message.name, true),
  el("div", { class: "inside" }, mine || view.same || !view.group ? null : from(message, view, bot), parts),
  message.recalled ? null : quick(message, view));
}

export function nameOf(message, language) {
  return message.sender === "bot" ? say(language, "bot") : message.name;
}

function from(message, view, bot) {
  const word = bot ? el("span", { class: "bot-word" }, say(view.language, "bot_word")) : null;
  return el("div", { class: `from ${bot ? "" : tone(message.sender)}` }, el("b", {}, nameOf(message, view.language)), word);
}

function gone(message, view, mine) {
  const text = mine ? say(view.language, "you_recalled") : say(view.language, "recalled", { name: message.name });
  return el("div", { class: "bubble gone" }, text);
}

function bubble(message, view, mine) {
  const card = message.title !== "";
  return el("div", { class: card ? "bubble card" : "bubble" },
    card ? el("h3", {}, message.title) : null,
    message.forwarded ? el("p", { class: "forwarded" }, icon("forward"), say(view.language, "forwarded")) : null,
    quote(message, view),
    media(message, view),
    message.text ? el("p", { class: "text" }, message.sender === "bot" ? linked(message.text, view) : message.text) : null,
    when(message, view, mine),
    buttons(message, view));
}

function quote(message, view) {
  if (message.reply_to === null) return null;
  const found = view.find(message.reply_to);
  const text = found ? excerpt(found, view.language) : say(view.language, "older_message");
  return el("button", { type: "button", class: "quote", onclick: () => view.act.show(message.reply_to) },
    found ? el("b", {}, nameOf(found, view.language)) : null,
    repeats(message, found) ? null : el("span", {}, text));
}

// A card gives the words of the message that it answers; they need not stand there twice.
function repeats(message, found) {
  return Boolean(message.title && found?.text && message.text.includes(found.text));
}

export function excerpt(message, language) {
  if (message.recalled) return say(language, "recalled", { name: message.name });
  const words = [message.title, message.text].filter(Boolean).join(" ");
  const [first] = message.media;
  return words || (first ? `[${say(language, first.kind)}]` : "");
}

function media(message, view) {
  const photos = message.media.filter((each) => each.kind === "photo" && each.ref);
  const files = message.media.filter((each) => each.kind === "file" && each.ref);
  const others = message.media.filter((each) => each.kind in OTHER_MEDIA);
  return [
    photos.length ? el("div", { class: "photos" }, photos.map((each) => photo(each, message, view))) : null,
    ...files.map((each) => el("a", { class: "file", href: address(each), download: each.name }, icon("file"), el("span", {}, each.name || say(view.language, "file")))),
    ...others.map((each) => el("p", { class: "text" }, `${OTHER_MEDIA[each.kind]} ${say(view.language, each.kind)}`)),
  ];
}

function address(each) {
  return `/files/${encodeURIComponent(each.ref)}`;
}

function photo(each, message, view) {
  const text = say(view.language, "photo_by", { name: nameOf(message, view.language) });
  const picture = el("img", { src: address(each), alt: text, loading: "lazy" });
  picture.addEventListener("error", () => picture.replaceWith(say(view.language, "photo_gone")));
  return el("button", { type: "button", "aria-label": text, onclick: () => view.act.photo(address(each), text) }, picture);
}

// Only the bot's own texts carry links and commands; a neighbour's stay plain text.
function linked(text, view) {
  const links = split(text, LINK, (url) => link(url, url, "", view));
  return links.flatMap((part) => (typeof part === "string" ? split(part, COMMAND, (name) => command(name, view)) : [part]));
}

function split(text, pattern, make) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    parts.push(text.slice(end, found.index), make(found[0]));
    end = found.index + found[0].length;
  }
  return [...parts, text.slice(end)];
}

// A tap writes it into the composer, where what belongs to it can be added.
function command(name, view) {
  return el("button", { type: "button", class: "command", onclick: () => view.act.example(`${name} `) }, name);
}

function link(url, text, kind, view) {
  const own = view.act.ownLink(url);
  const open = own ? (event) => { event.preventDefault(); own(); } : null;
  const node = el("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: kind || null }, text);
  if (open) node.addEventListener("click", open);
  return node;
}

function when(message, view, mine) {
  const edited = message.edited && message.sender !== "bot" ? el("span", {}, say(view.language, "edited")) : null;
  const moment = Date.parse(message.at);
  const time = el("time", { datetime: message.at }, hour(view.language, moment));
  return el("div", { class: "when" }, edited, time, mine ? null : "");
}

function buttons(message, view) {
  if (!message.buttons.length) return null;
  const rows = message.buttons.map((row) => el("div", { class: "button-row" }, row.map((each) => button(each, message, view))));
  return el("div", { class: "buttons" }, rows);
}

function button(each, message, view) {
  const kind = `button ${each.style ?? ""}`;
  if (each.url && /^https?:/.test(each.url)) return link(each.url, each.text, kind, view);
  const press = async (event) => {
    const node = event.currentTarget;
    if (node.getAttribute("aria-busy") === "true") return;
    node.setAttribute("aria-busy", "true");
    await view.act.press(message, each.data);
    node.removeAttribute("aria-busy");
  };
  return el("button", { type: "button", class: kind, onclick: press }, each.text);
}

function signs(message, view) {
  const by = new Map();
  for (const [who, emoji] of Object.entries(message.reactions)) by.set(emoji, [...(by.get(emoji) ?? []), who]);
  if (!by.size) return null;
  return el("div", { class: "signs" }, [...by].map(([emoji, people]) => sign(emoji, people, message, view)));
}

function sign(emoji, people, message, view) {
  const names = people.map((key) => view.names(key)).join(view.language === "zh" ? "、" : ", ");
  const own = people.includes(view.person);
  const text = people.length > 1 ? `${emoji} ${people.length}` : emoji;
  return el("button", {
    type: "button",
    class: "sign",
    title: names,
    "aria-pressed": String(own),
    "aria-label": say(view.language, "reacted", { emoji, names }),
    onclick: () => view.act.react(message, emoji, own),
  }, text);
}

function quick(message, view) {
  const open = (event) => view.act.menu(message, event.currentTarget);
  return el("button", { type: "button", class: "quick", tabindex: "-1", "aria-label": say(view.language, "message_menu"), "aria-haspopup": "menu", "aria-expanded": "false", onclick: open }, icon("more"));
}
