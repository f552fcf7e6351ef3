// The line to the server: wishes go out and are answered, events come in, lost lines are renewed.

const SHORTEST_WAIT = 400;
const LONGEST_WAIT = 8000;
const PATIENCE = 30000;

export class Refused extends Error {}

export class Line {
  constructor({ onevent, onstate }) {
    this.onevent = onevent;
    this.onstate = onstate;
    this.waiting = new Map();
    this.count = 0;
    this.wait = SHORTEST_WAIT;
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/ws`);
    this.socket.addEventListener("open", () => this.opened());
    this.socket.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    this.socket.addEventListener("close", () => this.lost());
  }

  opened() {
    this.wait = SHORTEST_WAIT;
    this.onstate(true);
  }

  lost() {
    for (const { no } of this.waiting.values()) no(new Refused("page.no_answer"));
    this.waiting.clear();
    this.onstate(false);
    setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  heard(event) {
    const asked = this.waiting.get(event.n);
    if (event.type === "done") asked?.yes(event.result);
    else if (event.type === "failed") asked?.no(new Refused(event.text));
    else this.onevent(event);
  }

  ask(wish) {
    if (this.socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Refused("page.no_answer"));
    const n = (this.count += 1);
    return new Promise((yes, no) => {
      const late = setTimeout(() => no(new Refused("page.no_answer")), PATIENCE);
      const settle = (act) => (value) => {
        clearTimeout(late);
        this.waiting.delete(n);
        act(value);
      };
      this.waiting.set(n, { yes: settle(yes), no: settle(no) });
      this.socket.send(JSON.stringify({ ...wish, n }));
    });
  }
}
