// Where one writes: words, photos, what is replied to or changed.

import { el, icon } from "./dom.js";
import { say } from "./words.js";
import { excerpt, nameOf } from "./message.js";
import { Refused } from "./socket.js";

const MOST_PHOTOS = 9;
const LARGEST = 12 * 1024 * 1024; // bytes; the server's own limit, told before anything is sent

export class Composer {
  // `act`: { send(text, photos, replyTo), change(message, text), fail(key) }
  constructor(act) {
    this.act = act;
    this.target = null; // { kind: "reply" | "edit", message }
    this.photos = []; // { key, url, node }
    this.context = el("div", { class: "context", hidden: true });
    this.chosen = el("div", { class: "chosen", hidden: true });
    this.field = el("textarea", { rows: "1", maxlength: "4096", enterkeyhint: "send" });
    this.sendButton = el("button", { class: "round send", type: "submit", disabled: true }, icon("send"));
    this.element = this.build();
    this.listen();
  }

  build() {
    this.file = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp,image/gif", multiple: true, hidden: true });
    this.add = el("button", { type: "button", class: "round", onclick: () => this.file.click() }, icon("photo"));
    return el("form", { class: "composer" }, this.context, this.chosen,
      el("div", { class: "line" }, this.add, this.file, this.field, this.sendButton));
  }

  // Its labels in a language; what is being written stays.
  speak(language, placeholder) {
    this.language = language;
    this.field.placeholder = placeholder;
    this.field.setAttribute("aria-label", placeholder);
    this.sendButton.setAttribute("aria-label", say(language, "send"));
    this.add.setAttribute("aria-label", say(language, "add_photo"));
    this.add.title = say(language, "add_photo");
    if (this.target) this.context.replaceChildren(...this.aimed(this.target));
  }

  listen() {
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("input", () => this.fit());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("paste", (event) => this.take(event.clipboardData.files, event));
    this.element.addEventListener("dragover", (event) => event.preventDefault());
    this.element.addEventListener("drop", (event) => this.take(event.dataTransfer.files, event));
    this.file.addEventListener("change", () => {
      this.take(this.file.files);
      this.file.value = "";
    });
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && this.target) {
      this.aim(null);
    }
  }

  get ready() {
    const waiting = this.photos.some((each) => !each.key);
    return !waiting && (this.field.value.trim() !== "" || this.photos.length > 0);
  }

  fit() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight + 2}px`;
    this.sendButton.disabled = !this.ready;
  }

  fill(text) {
    this.field.value = text;
    this.fit();
    this.field.focus();
  }

  aim(target) {
    if (this.target?.kind === "edit" && target?.kind !== "edit") this.field.value = "";
    this.target = target;
    this.context.hidden = target === null;
    if (target?.kind === "edit") this.field.value = target.message.text;
    if (target) this.context.replaceChildren(...this.aimed(target));
    this.fit();
    if (target) this.field.focus();
  }

  aimed({ kind, message }) {
    const title = kind === "edit" ? say(this.language, "editing") : say(this.language, "replying", { name: nameOf(message, this.language) });
    const close = say(this.language, "cancel");
    return [
      el("div", {}, el("b", {}, title), el("p", {}, excerpt(message, this.language))),
      el("button", { type: "button", class: "round", "aria-label": close, onclick: () => this.aim(null) }, icon("close")),
    ];
  }

  async send() {
    if (!this.ready || this.sending) return;
    this.sending = true;
    const text = this.field.value.trim();
    try {
      if (this.target?.kind === "edit") await this.act.change(this.target.message, text);
      else await this.act.send(text, this.photos.map((each) => each.key), this.target?.message.id ?? null);
      this.clear();
    } catch (error) {
      this.act.fail(error instanceof Refused ? error.message : "page.went_wrong");
    } finally {
      this.sending = false;
    }
  }

  clear() {
    for (const each of this.photos) URL.revokeObjectURL(each.url);
    this.photos = [];
    this.field.value = "";
    this.drawPhotos();
    this.aim(null);
  }

  take(files, event = null) {
    const all = [...files];
    if (all.length) event?.preventDefault();
    const pictures = all.filter((each) => each.type.startsWith("image/"));
    const fitting = pictures.filter((each) => each.size <= LARGEST);
    const room = MOST_PHOTOS - this.photos.length;
    if (pictures.length < all.length) this.act.fail("page.picture_unknown");
    else if (fitting.length < pictures.length) this.act.fail("page.picture_too_large");
    else if (fitting.length > room) this.act.fail("page.too_many_photos");
    for (const each of fitting.slice(0, room)) this.upload(each);
  }

  async upload(file) {
    const photo = { key: null, url: URL.createObjectURL(file) };
    this.photos.push(photo);
    this.drawPhotos();
    const problem = await this.post(file, photo).catch(() => "page.no_answer");
    if (problem) {
      this.drop(photo);
      this.act.fail(problem);
    }
    this.drawPhotos();
  }

  async post(file, photo) {
    const answer = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
    const told = await answer.json();
    photo.key = told.key ?? null;
    return told.error ?? null;
  }

  drop(photo) {
    URL.revokeObjectURL(photo.url);
    this.photos = this.photos.filter((each) => each !== photo);
    this.drawPhotos();
  }

  drawPhotos() {
    this.chosen.hidden = this.photos.length === 0;
    this.chosen.replaceChildren(...this.photos.map((each) => this.drawPhoto(each)));
    this.fit();
  }

  drawPhoto(each) {
    const remove = say(this.language, "remove_photo");
    return el("figure", { class: each.key ? null : "waiting" },
      el("img", { src: each.url, alt: say(this.language, "photo") }),
      el("button", { type: "button", "aria-label": remove, onclick: () => this.drop(each) }, icon("close")));
  }
}
