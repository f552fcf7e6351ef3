// What can be done to a message, and by a person: the two menus.

import { el } from "./dom.js";
import { LANGUAGES, say } from "./words.js";
import { askText, chooseOne, confirm } from "./dialogs.js";
import { avatar } from "./dom.js";
import { closeMenu, openMenu } from "./menu.js";
import { world } from "./world.js";

const EMOJI = ["👍", "👀", "👌", "❤️", "🤔"];

export function messageMenu(column, message, from, at = null) {
  const { language } = column;
  const word = (key) => say(language, key);
  const mine = message.sender === column.key;
  const text = [message.title, message.text].filter(Boolean).join("\n");
  const items = [
    { node: emojiRow(column, message) },
    { line: true },
    { icon: "reply", text: word("reply"), act: () => column.composer.aim({ kind: "reply", message }) },
    mine && { icon: "edit", text: word("edit"), act: () => column.composer.aim({ kind: "edit", message }) },
    { icon: "forward", text: word("forward"), act: () => forward(column, message) },
    text && { icon: "copy", text: word("copy"), act: () => copy(column, text) },
    mine && { icon: "recall", text: word("recall"), act: () => column.recall(message), danger: true },
  ];
  openMenu(from, items.filter(Boolean), { label: word("message_menu"), at, language });
}

function emojiRow(column, message) {
  const own = message.reactions[column.key];
  const buttons = EMOJI.map((emoji) => {
    const act = () => {
      closeMenu();
      column.doing({ do: "react", room: message.room, message: message.id, emoji, removed: own === emoji });
    };
    const label = say(column.language, "react_with", { emoji });
    return el("button", { type: "button", role: "menuitem", "aria-label": label, "aria-pressed": String(own === emoji), onclick: act }, emoji);
  });
  return el("div", { class: "emoji" }, buttons);
}

async function copy(column, text) {
  await navigator.clipboard.writeText(text);
  column.toast(say(column.language, "copied"));
}

async function forward(column, message) {
  const { language } = column;
  const to = await chooseOne(language, say(language, "forward_to"), column.person.rooms.map((room) => option(room, language)));
  if (to === null) return;
  const done = await column.doing({ do: "forward", room: message.room, message: message.id, to });
  if (done !== null) column.open(to);
}

function option(room, language) {
  if (room.kind === "private") return { key: room.key, name: say(language, "bot_chat"), sign: avatar("bot", "") };
  return { key: room.key, name: room.title, about: say(language, "members", { n: room.size }) };
}

export function personMenu(column, from) {
  const { language, room } = column;
  const word = (key, values) => say(language, key, values);
  const other = LANGUAGES.find((each) => each !== language);
  const group = room.kind === "group";
  const bot = (present) => column.doing({ do: "bot", room: room.key, present });
  const items = [
    { icon: "language", text: word("person_language", { language: say(other, "language") }), act: () => column.doing({ do: "speak", language: other }) },
    { line: true },
    { icon: "group", text: word("join_group"), act: () => join(column) },
    { icon: "add", text: word("new_group"), act: () => found(column) },
    group && { icon: "edit", text: word("rename_group"), act: () => rename(column) },
    room.has_bot && { icon: "bot", text: word(group ? "put_bot_out" : "block_bot"), act: () => bot(false) },
    !room.has_bot && { icon: "bot", text: word(group ? "bring_bot" : "unblock_bot"), act: () => bot(true) },
    group && { icon: "door", text: word("leave_group", { title: room.title }), act: () => leave(column), danger: true },
    { line: true },
    { icon: "close", text: word("close_person"), act: () => world.play(world.shown.filter((key) => key !== column.key)) },
  ];
  openMenu(from, items.filter(Boolean), { label: word("more_of", { name: column.person.name }), language });
}

async function join(column) {
  const { language, person } = column;
  const all = await (await fetch("/api/rooms")).json();
  const sits = new Set(person.rooms.map((room) => room.key));
  const others = all.filter((room) => !sits.has(room.key)).map((room) => option(room, language));
  const key = await chooseOne(language, say(language, "choose_group"), others, say(language, "no_groups_left"));
  if (key === null) return;
  await column.doing({ do: "join", room: key });
}

async function found(column) {
  const title = await askText(column.language, say(column.language, "new_group_name"));
  if (title) await column.doing({ do: "found", title });
}

async function rename(column) {
  const title = await askText(column.language, say(column.language, "rename_group_name"), column.room.title);
  if (title) await column.doing({ do: "rename", room: column.room.key, title });
}

async function leave(column) {
  const { language, room } = column;
  const sure = await confirm(language, say(language, "leave_ask", { title: room.title }), say(language, "leave_group", { title: room.title }));
  if (sure) await column.doing({ do: "leave", room: room.key });
}
