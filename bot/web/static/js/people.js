// Choosing whose phones are shown.

import { say } from "./words.js";
import { askText, chooseSome } from "./dialogs.js";
import { aboutPerson } from "./about.js";
import { world } from "./world.js";

export async function choosePeople(language) {
  const options = [...world.cast.values()].map((each) => ({ key: each.key, name: each.name, about: aboutPerson(each, language) }));
  const answer = await chooseSome(language, {
    question: say(language, "choose_people"),
    hint: say(language, "choose_people_hint"),
    options,
    chosen: world.shown,
    another: say(language, "new_person"),
  });
  if (answer === null) return;
  if (answer.another) await newcomer(language);
  else await world.play(inOrder(answer));
}

// Those who were shown keep their places.
function inOrder(keys) {
  const kept = world.shown.filter((key) => keys.has(key));
  return [...kept, ...[...keys].filter((key) => !kept.includes(key))];
}

async function newcomer(language) {
  const name = await askText(language, say(language, "new_person_name"));
  if (!name) return;
  const key = await world.line.ask({ do: "arrive", name, language });
  await world.meet();
  await world.play([...world.shown, key]);
}
