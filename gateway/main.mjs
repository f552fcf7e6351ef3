// The gateway: one puppet behind wechaty's puppet service, reached by this machine alone unless told otherwise.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { PuppetServer } from 'wechaty-puppet-service'

import { SettingsError, settingsOf } from './settings.mjs'

const MOCK = 'wechaty-puppet-mock'

/** Tells on stderr what is wrong and what to do, without a stack that nobody reads. */
function giveUp (why) {
  process.stderr.write(`linli gateway: ${why}\n`)
  process.exit(2)
}

/** The puppet's class. Looked for beside this file first, then where the operator installed it. */
async function puppetClass (name) {
  const found = await import(pathOf(name))
  const given = found.default ?? found
  const made = typeof given === 'function' ? given : found[Object.keys(found).find(key => /^Puppet/.test(key))]
  if (typeof made !== 'function') throw new SettingsError(`${name} has no puppet: is it a wechaty puppet?`)
  return made
}

function pathOf (name) {
  try {
    return pathToFileURL(createRequire(import.meta.url).resolve(name)).href
  } catch {
    return name // a package that has no door for require()
  }
}

async function load (settings) {
  if (settings.puppet === MOCK) {
    const { staged } = await import('./mock.mjs')
    return staged()
  }
  try {
    const Puppet = await puppetClass(settings.puppet)
    return { puppet: new Puppet(settings.options), listen () {} }
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SettingsError(
      `LINLI_PUPPET=${settings.puppet} is not installed. In this folder: npm install ${settings.puppet}`)
  }
}

async function run () {
  const settings = settingsOf(process.env)
  const { puppet, listen } = await load(settings)
  puppet.on('error', error => process.stderr.write(`puppet: ${error.data ?? error.message ?? error}\n`))
  const server = new PuppetServer({
    endpoint: settings.endpoint,
    puppet,
    token: settings.token,
    tls: settings.tls ? { serverCert: settings.tls.cert, serverKey: settings.tls.key } : { disable: true },
  })
  const stop = async () => {
    await Promise.allSettled([server.stop(), puppet.stop()])
    process.exit(0)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await server.start()
  await puppet.start() // once, here: who connects only asks for events
  listen(stop)
  const over = settings.tls ? 'TLS' : 'no TLS'
  process.stderr.write(`linli gateway: ${settings.puppet} on ${settings.endpoint}, ${over}\n`)
}

run().catch(error => giveUp(error instanceof SettingsError ? error.message : error.stack))
