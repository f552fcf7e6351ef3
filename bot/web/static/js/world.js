// What the page knows: who can be played, who is, their rooms, and what was said there.

import { Line } from "./socket.js";
import saved, { remember } from "./saved.js";

class World extends EventTarget {
  constructor() {
    super();
    this.cast = new Map(); // key -> { key, name, roles, home, groups }
    this.suggested = [];
    this.people = new Map(); // those played: key -> { key, name, language, rooms }
    this.messages = new Map(); // room -> Map(id -> message), in order
    this.clock = { offset: 0, zone: "UTC", turnable: false };
    this.watching = 0; // how often everything is being read anew at this moment
    this.held = []; // what is said meanwhile
    this.line = new Line({
      onevent: (event) => this.heard(event),
      onstate: (open) => this.connected(open),
    });
  }

  tell(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  on(type, act) {
    this.addEventListener(type, (event) => act(event.detail));
  }

  async meet() {
    const answer = await (await fetch("/api/people")).json();
    this.cast = new Map(answer.people.map((each) => [each.key, each]));
    this.suggested = answer.suggested;
  }

  async connected(open) {
    this.tell("line", { open });
    if (open) await this.watch();
  }

  get shown() {
    return (saved.people ?? this.suggested).filter((key) => this.cast.has(key));
  }

  async watch() {
    this.watching += 1;
    const views = await this.line.ask({ do: "watch", people: this.shown }).catch(() => null);
    this.watching -= 1;
    if (views !== null) this.seen(views);
    if (!this.watching) for (const message of this.held.splice(0)) this.said(message);
  }

  seen(views) {
    this.people = new Map(views.map((view) => [view.key, view]));
    for (const view of views) {
      for (const room of view.rooms) {
        this.messages.set(room.key, new Map(room.messages.map((each) => [each.id, each])));
        room.full = room.messages.length < 100;
        delete room.messages;
        this.forgetFuture(view.key, room.key);
      }
    }
    this.tell("people");
  }

  // A new database counts its messages from one again.
  forgetFuture(person, room) {
    const last = [...this.messages.get(room).keys()].at(-1) ?? 0;
    const key = `${person}|${room}`;
    if ((saved.read[key] ?? 0) > last) remember({ read: { ...saved.read, [key]: last } });
  }

  async play(keys) {
    remember({ people: [...keys] });
    await this.watch();
  }

  heard(event) {
    if (event.type === "message") this.watching ? this.held.push(event.message) : this.said(event.message);
    else if (event.type === "toast") this.tell("toast", event);
    else if (event.type === "clock") this.turned(event);
    else this.again();
  }

  said(message) {
    const room = this.messages.get(message.room) ?? new Map();
    this.messages.set(message.room, room);
    const known = room.has(message.id);
    room.set(message.id, message);
    this.tell("message", { message, known });
  }

  turned({ now, zone, turnable }) {
    this.clock = { offset: Date.parse(now) - Date.now(), zone, turnable };
    this.tell("clock");
  }

  again() {
    clearTimeout(this.later);
    this.later = setTimeout(async () => {
      await this.meet();
      await this.watch();
    }, 60);
  }

  now() {
    return Date.now() + this.clock.offset;
  }

  ask(who, wish) {
    return this.line.ask({ ...wish, who });
  }

  async earlier(who, room) {
    const known = this.messages.get(room.key);
    const [first] = known.keys();
    const older = await this.ask(who, { do: "earlier", room: room.key, before: first });
    this.messages.set(room.key, new Map([...older.map((each) => [each.id, each]), ...known]));
    room.full = older.length < 100;
  }

  unread(person, room) {
    const read = saved.read[`${person}|${room}`] ?? 0;
    let count = 0;
    for (const each of this.messages.get(room)?.values() ?? []) {
      if (each.id > read && each.sender !== person && !each.recalled) count += 1;
    }
    return count;
  }

  markRead(person, room) {
    const last = [...(this.messages.get(room)?.keys() ?? [])].at(-1) ?? 0;
    const key = `${person}|${room}`;
    if ((saved.read[key] ?? 0) >= last) return false;
    remember({ read: { ...saved.read, [key]: last } });
    return true;
  }
}

export const world = new World();
