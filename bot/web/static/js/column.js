// One person's phone: their head, their chats, the talk, the composer.

import { avatar, el, icon, redraw } from "./dom.js";
import { isText, languageFor, say } from "./words.js";
import { Composer } from "./composer.js";
import { Refused } from "./socket.js";
import { Talk } from "./talk.js";
import { messageMenu, personMenu } from "./doings.js";
import { confirm, notice, showPhoto } from "./dialogs.js";
import { aboutPerson } from "./about.js";
import { Tabs } from "./tabs.js";
import { openStart } from "./start.js";
import saved, { remember } from "./saved.js";
import { world } from "./world.js";

const TOAST_STAYS = 4000;

export class Column {
  constructor(person, pageLanguage) {
    this.person = person;
    this.language = languageFor(person.language) ?? pageLanguage;
    this.element = el("section", { class: "column", lang: this.language, "aria-label": person.name, data: { person: person.key } });
    this.composers = new Map(); // room -> what is being written there
    this.toasts = el("div", { class: "toasts", role: "status" });
    this.room = this.firstRoom();
    this.element.addEventListener("focusin", () => this.listening("polite"));
    this.element.addEventListener("focusout", () => this.listening("off"));
    this.draw();
  }

  get key() {
    return this.person.key;
  }

  get about() {
    return aboutPerson(world.cast.get(this.key), this.language);
  }

  firstRoom() {
    const { rooms } = this.person;
    const wanted = saved.room[this.key];
    const groups = rooms.filter((each) => each.kind === "group");
    const staff = world.cast.get(this.key)?.roles.length > 0;
    return rooms.find((each) => each.key === wanted) ?? (staff ? rooms[0] : groups[0] ?? rooms[0]);
  }

  listening(how) {
    this.talk.element.setAttribute("aria-live", how);
  }

  draw() {
    this.talk = new Talk({ person: this.key, room: this.room, language: this.language, examples: this.examples, act: this.messageActs() });
    this.composer = this.composerOf(this.room);
    this.tabs = new Tabs({ person: this.person, language: this.language, talk: this.talk.element.id, open: (key) => this.open(key) });
    this.who = el("header", { class: "who" });
    this.absence = el("div", { class: "notice", role: "status" });
    this.drawHead();
    this.element.replaceChildren(this.who, this.tabs.element, this.absence, this.talk.element, this.talk.pill, this.composer.element, this.toasts);
    this.talk.toBottom();
    this.drawTabs();
  }

  // What one may try in an empty chat: everybody in a group, with the bot each by what they hold.
  get examples() {
    if (this.room.kind === "group") return "examples_group";
    const roles = (world.cast.get(this.key)?.roles ?? []).map((each) => each.role);
    if (roles.includes("coordinator")) return "examples_coordinator";
    return roles.length ? "examples_staff" : "examples_bot";
  }

  // Who it is, and whether the bot is in the room.
  drawHead() {
    const more = say(this.language, "more_of", { name: this.person.name });
    const open = (event) => personMenu(this, event.currentTarget);
    redraw(this.who, [
      avatar(this.key, this.person.name),
      el("div", {}, el("h2", { title: this.person.name }, this.person.name), el("p", { title: this.about }, this.about)),
      el("button", { type: "button", class: "round", data: { key: "more" }, "aria-label": more, "aria-haspopup": "menu", "aria-expanded": "false", onclick: open }, icon("more")),
    ]);
    this.drawAbsence();
  }

  drawTabs() {
    this.tabs.draw(this.person.rooms, this.room);
  }

  drawAbsence() {
    this.absence.hidden = this.room.has_bot;
    if (this.room.has_bot) return;
    const group = this.room.kind === "group";
    const bring = () => this.doing({ do: "bot", room: this.room.key, present: true });
    this.absence.replaceChildren(
      el("span", {}, say(this.language, group ? "no_bot_group" : "no_bot_private")),
      el("button", { type: "button", class: "button", onclick: bring }, say(this.language, group ? "bring_bot" : "unblock_bot")));
  }

  open(key) {
    const room = this.person.rooms.find((each) => each.key === key);
    if (!room) return;
    remember({ room: { ...saved.room, [this.key]: key } });
    if (room === this.room) return;
    this.room = room;
    this.draw();
    this.read();
  }

  // The person as the server has them now; what is being read and written stays.
  update(person, pageLanguage) {
    const language = languageFor(person.language) ?? pageLanguage;
    const same = person.rooms.find((each) => each.key === this.room.key);
    const anew = language !== this.language || !same;
    this.person = person;
    this.language = language;
    this.element.lang = language;
    this.element.setAttribute("aria-label", person.name);
    this.room = same ?? this.firstRoom();
    if (anew) {
      const focused = document.activeElement === this.composer.field;
      this.draw();
      if (focused) this.composer.field.focus();
    } else {
      this.talk.update(this.room);
      this.drawHead();
      this.drawTabs();
    }
  }

  read() {
    if (world.markRead(this.key, this.room.key)) world.tell("read");
  }

  said(message, known) {
    if (message.room === this.room.key) this.talk.said(message, known);
    else if (this.person.rooms.some((each) => each.key === message.room)) this.drawTabs();
  }

  get unread() {
    return this.person.rooms.reduce((sum, room) => sum + world.unread(this.key, room.key), 0);
  }

  toast(text, alert = false) {
    if (!text) return;
    if (alert) {
      notice(this.language, text);
      return;
    }
    const node = el("div", { class: "toast" }, text);
    this.toasts.append(node);
    setTimeout(() => node.remove(), TOAST_STAYS + text.length * 60);
  }

  fail(key) {
    this.toast(isText(key) ? say(this.language, key) : say(this.language, "went_wrong"));
  }

  async doing(wish) {
    try {
      return await world.ask(this.key, wish);
    } catch (error) {
      this.fail(error instanceof Refused ? error.message : "page.went_wrong");
      return null;
    }
  }

  composerOf(room) {
    if (!this.composers.has(room.key)) this.composers.set(room.key, new Composer(this.composerActs(room.key)));
    const composer = this.composers.get(room.key);
    composer.speak(this.language, say(this.language, room.kind === "private" ? "write_bot" : "write_group"));
    return composer;
  }

  composerActs(room) {
    return {
      send: (text, photos, replyTo) => world.ask(this.key, { do: "say", room, text, photos, reply_to: replyTo }),
      change: (message, text) => world.ask(this.key, { do: "edit", room, message: message.id, text }),
      fail: (key) => this.fail(key),
    };
  }

  messageActs() {
    const room = this.room.key;
    return {
      onread: () => this.read(),
      example: (text) => this.composer.fill(text),
      earlier: () => world.earlier(this.key, this.room).catch(() => this.fail("page.no_answer")),
      photo: (url, text) => showPhoto(this.language, url, text),
      press: (message, data) => this.doing({ do: "press", room, message: message.id, data }),
      react: (message, emoji, removed) => this.doing({ do: "react", room, message: message.id, emoji, removed }),
      menu: (message, from, at) => messageMenu(this, message, from, at),
      ownLink: (url) => ownStart(url, this),
    };
  }

  async recall(message) {
    const sure = await confirm(this.language, say(this.language, "recall_ask"), say(this.language, "recall"));
    if (sure) await this.doing({ do: "recall", room: this.room.key, message: message.id });
  }
}

function ownStart(url, column) {
  const found = new URL(url, location.href);
  const own = found.origin === location.origin && /^\/?$/.test(found.pathname);
  return own && (found.searchParams.has("start") || found.searchParams.has("group"))
    ? () => openStart(found.searchParams, column.language)
    : null;
}
