// Who somebody is, in a line: roles and places, else where they live.

import { isText, say } from "./words.js";

export function aboutPerson(known, language) {
  const roles = (known?.roles ?? []).map((each) => `${roleName(each.role, language)} · ${each.place}`);
  const home = known?.home && !roles.length ? [`${say(language, "resident")} · ${known.home}`] : [];
  const all = [...roles, ...home];
  return all.length ? all.join(language === "zh" ? "；" : "; ") : say(language, "resident");
}

function roleName(role, language) {
  const name = isText(`roles.${role}`) ? say(language, `roles.${role}`) : role;
  return name.charAt(0).toUpperCase() + name.slice(1);
}
