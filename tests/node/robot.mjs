// A robot on WeCom's own Node SDK, for the fake server alone: it tells what it hears as lines of
// JSON, and does to each message and event what such a robot does.
import { createHash } from "node:crypto";
import sdk from "@wecom/aibot-node-sdk";

const [url, bot, secret] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const tell = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));
const client = new sdk.WSClient({
  botId: bot,
  secret,
  wsUrl: url,
  logger: silent,
  reconnectInterval: 50,
  heartbeatInterval: 200,
  maxAuthFailureAttempts: 1,
});

const tried = (what, doing) =>
  doing.then(
    (frame) => tell(what, { code: frame?.errcode ?? 0 }),
    (error) => tell(what, { code: error?.errcode ?? -2, error: String(error?.errmsg ?? error) }),
  );

client.on("authenticated", () => tell("authenticated"));
client.on("error", (error) => tell("error", { error: String(error) }));
client.on("event.disconnected_event", () => tell("disconnected_event"));
client.on("message.text", async (frame) => {
  const { text, chatid, from } = frame.body;
  tell("text", { text: text.content, chatid, who: from.userid });
  await tried("answered", client.replyStream(frame, "stream-1", "记下了 **#12**", true));
  await tried("answered_twice", client.replyStream(frame, "stream-2", "又来", true));
  const card = {
    card_type: "button_interaction",
    main_title: { title: "#12 电梯" },
    button_list: [{ text: "我来", style: 1, key: "take:12" }],
    task_id: "task-12",
  };
  await tried("card", client.sendMessage(chatid, { msgtype: "template_card", template_card: card }));
  const stranger = { msgtype: "markdown", markdown: { content: "在吗" } };
  await tried("stranger", client.sendMessage("woNOBODY", stranger));
});
client.on("message.image", async (frame) => {
  const { buffer } = await client.downloadFile(frame.body.image.url, frame.body.image.aeskey);
  tell("image", { sha: createHash("sha256").update(buffer).digest("hex") });
  const big = Buffer.alloc(700 * 1024, 7);
  const done = await client.uploadMedia(big, { type: "file", filename: "big.bin" });
  const file = { msgtype: "file", file: { media_id: done.media_id } };
  await tried("file", client.sendMessage(frame.body.from.userid, file));
});
client.on("event.enter_chat", (frame) =>
  tried("welcomed", client.replyWelcome(frame, { msgtype: "text", text: { content: "您好" } })),
);
client.on("event.template_card_event", (frame) => {
  const pressed = frame.body.event.template_card_event ?? frame.body.event;
  tell("pressed", { key: pressed.event_key, task: pressed.task_id });
  const card = {
    card_type: "text_notice",
    main_title: { title: "王姨在办" },
    card_action: { type: 0 },
    task_id: pressed.task_id,
  };
  return tried("changed", client.updateTemplateCard(frame, card));
});
client.connect();
