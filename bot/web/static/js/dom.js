// Makes elements. What people wrote only ever becomes text nodes, never markup.

export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) put(made, name, value);
  made.append(...children.flat().filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

function put(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "data") Object.assign(node.dataset, value);
  else node.setAttribute(name, value === true ? "" : value);
}

const SHAPES = {
  add: "M12 5v14M5 12h14",
  person: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM2.500 20c.6-3.600 3.200-5.500 6.500-5.500s5.900 1.900 6.500 5.500M19 8v6M16 11h6",
  view: "M4 18 9 6l5 12M5.800 14h6.400M15.500 18l3-7.500 3 7.500M16.500 15.500h4",
  close: "M6 6l12 12M18 6 6 18",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  photo: "M4 7.500h3.500l1.500-2.500h6l1.500 2.500H20v11.500H4ZM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Z",
  send: "M4 12 20 4.500l-5 16-3.500-6.500ZM11.500 14 20 4.500",
  reply: "M9 7 4 12l5 5M4.500 12H13c4 0 6.500 2 7 6",
  edit: "M4 20l1-4L16 5l3 3L8 19l-4 1M14 7l3 3",
  recall: "M5 7h14M9.500 7V4.500h5V7M7 7l1 13h8l1-13M10.500 11v5M13.500 11v5",
  copy: "M9 9h10v11H9ZM15 9V4.500H5V15h4",
  forward: "M15 7l5 5-5 5M19.500 12H11c-4 0-6.500 2-7 6",
  tick: "M5 12.500 10 17.500 19.500 7",
  group: "M8.500 11.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2.500 19.500c.5-3.300 2.800-5 6-5s5.500 1.700 6 5M15.500 5.800a3 3 0 0 1 0 5.400M18 14.800c2 .8 3.200 2.400 3.500 4.700",
  chat: "M4.500 5h15v11h-8L7 19.500V16H4.500Z",
  door: "M13 4.500H5.500v15H13M10 12h10.500M17 8.500l3.500 3.500-3.500 3.500",
  bot: "M5 11 12 5l7 6M7 10.500V19h10v-8.500M10.200 14.500h.01M13.800 14.500h.01",
  language: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM3.500 12h17M12 3.500c5 5 5 12 0 17M12 3.500c-5 5-5 12 0 17",
  file: "M7 3.500h7l4 4v13H7ZM14 3.500v4h4",
  down: "M6 9.500l6 6 6-6",
  tour: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM9.500 9.500c.2-1.500 1.200-2.300 2.500-2.300 1.500 0 2.600.9 2.600 2.300 0 1.900-2.600 2.100-2.600 4M12 16.800h.01",
  clock: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM12 7v5.500l3.500 2",
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  if (name === "more") path.setAttribute("stroke-width", "3");
  svg.append(path);
  return svg;
}

const TONES = 8;

export function tone(key) {
  let sum = 7;
  for (const letter of key) sum = (sum * 31 + letter.codePointAt(0)) >>> 0;
  return `tone-${sum % TONES}`;
}

export function avatar(key, name, small = false) {
  const size = small ? " small" : "";
  if (key === "bot") {
    const picture = el("img", { src: "/static/icon.svg", alt: "" });
    return el("span", { class: `avatar bot${size}`, "aria-hidden": "true" }, picture);
  }
  const sign = [...name.trim()][0] ?? "?";
  return el("span", { class: `avatar ${tone(key)}${size}`, "aria-hidden": "true" }, sign.toUpperCase());
}

// New children for a node; whoever had the focus among the old ones has it among the new.
export function redraw(node, children) {
  const key = inside(node, document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren(...children);
  if (key) [...node.children].find((each) => each.dataset.key === key)?.focus({ preventScroll: true });
}

export function inside(node, target) {
  return target instanceof Node && node.contains(target);
}
