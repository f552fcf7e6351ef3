// Moments as people write them, in the community's time zone.

import { say } from "./words.js";
import { world } from "./world.js";

const makers = new Map();

function format(language, moment, options) {
  const key = `${language}|${world.clock.zone}|${Object.keys(options)}`;
  if (!makers.has(key)) {
    const locale = language === "zh" ? "zh-CN" : "en-GB";
    makers.set(key, new Intl.DateTimeFormat(locale, { timeZone: world.clock.zone, ...options }));
  }
  return makers.get(key).format(moment);
}

export function hour(language, moment) {
  return format(language, moment, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

export function dayKey(moment) {
  return format("en", moment, { year: "numeric", month: "2-digit", day: "2-digit" });
}

export function day(language, moment) {
  if (dayKey(moment) === dayKey(world.now())) return say(language, "today");
  if (dayKey(moment) === dayKey(world.now() - 86400000)) return say(language, "yesterday");
  return longDay(language, moment);
}

export function longDay(language, moment) {
  return format(language, moment, { weekday: "short", month: "long", day: "numeric" });
}
