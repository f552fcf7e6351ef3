// Links with a payload: an invite opens somebody's private chat, an install link a group.

import { chooseOne } from "./dialogs.js";
import { say } from "./words.js";
import { aboutPerson } from "./about.js";
import { world } from "./world.js";

export async function openStart(query, language) {
  const group = query.get("group");
  const payload = group ?? query.get("start");
  if (!payload) return;
  const people = [...world.cast.values()].map((each) => ({ key: each.key, name: each.name, about: aboutPerson(each, language) }));
  const who = await chooseOne(language, say(language, "start_as"), people, say(language, "nobody_found"));
  if (who === null) return;
  if (!world.shown.includes(who)) await world.play([...world.shown, who]);
  const room = group ? await chooseGroup(who, language) : who;
  if (room === null) return;
  await bringBot(who, room);
  await world.ask(who, { do: "say", room, text: `/start ${payload}` });
  world.tell("open", { who, room });
}

function chooseGroup(who, language) {
  const groups = world.people.get(who).rooms.filter((room) => room.kind === "group");
  return chooseOne(language, say(language, "start_group"), groups.map((room) => ({ key: room.key, name: room.title })), say(language, "no_groups_left"));
}

async function bringBot(who, key) {
  const room = world.people.get(who).rooms.find((each) => each.key === key);
  if (!room.has_bot) await world.ask(who, { do: "bot", room: key, present: true });
}
