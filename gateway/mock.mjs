// The mock puppet as a test partner: a neighbourhood of its own, told what to do by JSON lines on stdin; what is
// sent stands as JSON lines on stdout. Nothing of this is loaded with a real puppet.
import { createInterface } from 'node:readline'
import { FileBox } from 'file-box'
import { types } from 'wechaty-puppet'
import { PuppetMock, mock } from 'wechaty-puppet-mock'

const BOT = 'bot'
const ROOM = 'bldg3@chatroom'
const PEOPLE = { bot: '邻里', li: '李娜', wang: '王姨', zhao: '赵强' }

const tell = what => process.stdout.write(`${JSON.stringify(what)}\n`)

export function staged () {
  const mocker = new mock.Mocker()
  const puppet = new PuppetMock({ mocker })
  const town = new Town(mocker, puppet)
  recordSends(puppet)
  puppet.messageImage = id => puppet.messageFile(id) // the mock shows the same code for every picture
  mocker.use(() => {
    town.login()
    return () => {}
  })
  return { puppet, listen: stop => town.listen(stop) }
}

/** The mock drops whom a text calls, and gives no id: so what was asked for is told from here. */
function recordSends (puppet) {
  const { messageSendText, messageSendFile } = puppet
  puppet.messageSendText = (to, text, mentions = []) => {
    tell({ event: 'text', to, text, mentions })
    return messageSendText.call(puppet, to, text)
  }
  puppet.messageSendFile = async (to, file) => {
    tell({ event: 'file', to, name: file.name, body: await file.toBase64() })
    return messageSendFile.call(puppet, to, file)
  }
}

class Town {
  constructor (mocker, puppet) {
    this.mocker = mocker
    this.puppet = puppet
    this.people = {}
    for (const [id, name] of Object.entries(PEOPLE)) this.people[id] = mocker.createContact({ id, name })
    const { bot, ...others } = this.people
    this.others = Object.values(others)
    const memberIdList = Object.keys(PEOPLE)
    this.room = mocker.createRoom({ id: ROOM, topic: '和平里3栋邻里群', memberIdList, ownerId: 'wang', adminIdList: [] })
  }

  listen (stop) {
    this.stop = stop
    createInterface({ input: process.stdin })
      .on('line', line => this.hear(line))
      .on('close', stop)
    tell({ event: 'listening' })
  }

  hear (line) {
    const { do: name, ...given } = JSON.parse(line)
    if (!Object.hasOwn(DOINGS, name)) throw new Error(`the mock cannot ${name}`)
    DOINGS[name](this, given)
  }

  login () {
    this.mocker.login(this.people.bot)
    this.puppet.emit('ready', { data: 'mock' })
  }

  place (where, { private: alone }) {
    return alone ? this.people[BOT] : where
  }
}

const DOINGS = {
  say (town, given) {
    const calls = (given.mentions || []).map(id => town.people[id])
    town.people[given.from].say(given.text, calls).to(town.place(town.room, given))
  },
  picture (town, given) {
    const box = FileBox.fromBase64(given.body, given.name)
    town.people[given.from].say(box).to(town.place(town.room, given))
  },
  recall (town, given) { // what was taken back stands as the text of a message of its own
    const id = `recall-${given.id}`
    town.mocker.MessageMock.create({
      id, talkerId: given.from, roomId: ROOM, text: given.id, timestamp: Date.now(), type: types.Message.Recalled,
    })
    town.puppet.emit('message', { messageId: id })
  },
  join (town, given) {
    const who = town.people[given.who] ??= town.mocker.createContact({ id: given.who, name: given.name })
    town.room.add(who).by(town.people.wang)
  },
  leave (town, given) { town.room.remove(town.people[given.who]).by(town.people.wang) },
  rename (town, given) { town.room.topic(given.title).by(town.people.wang) },
  scan (town, given) { town.mocker.scan(given.code) },
  login (town) { town.login() },
  logout (town) { town.puppet.logout('mock') },
  quit (town) { town.stop() },
}
