// What the operator sets, from the environment; all that cannot be is told in words.
import { readFileSync } from 'node:fs'

export class SettingsError extends Error {}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])
const LEAST = 16 // signs of a token

/** puppet, options, endpoint (host:port), token, tls {cert, key} or null. Throws SettingsError. */
export function settingsOf (env) {
  const puppet = env.LINLI_PUPPET
  if (!puppet) {
    throw new SettingsError(
      'LINLI_PUPPET is not set. Name the wechaty puppet that this gateway shall run (a package that you installed in ' +
      'this folder); LINLI_PUPPET=wechaty-puppet-mock tries everything without WeChat')
  }
  const host = (env.LINLI_GATEWAY_HOST || '127.0.0.1').replace(/^\[|\]$/g, '')
  const tls = tlsOf(env)
  if (!tls && !LOOPBACK.has(host)) {
    throw new SettingsError(
      `LINLI_GATEWAY_HOST=${host} lets other machines in: set LINLI_GATEWAY_CERT and LINLI_GATEWAY_KEY as well, ` +
      'for the token and all messages would cross the network in clear')
  }
  const at = host.includes(':') ? `[${host}]` : host // of IPv6 the colons are no port's
  return { puppet, options: optionsOf(env), endpoint: `${at}:${portOf(env)}`, token: tokenOf(env), tls }
}

function tokenOf (env) {
  const token = env.LINLI_GATEWAY_TOKEN || ''
  if (token.length < LEAST || !/^[!-~]+$/.test(token)) {
    throw new SettingsError(
      `LINLI_GATEWAY_TOKEN must be at least ${LEAST} letters, digits and signs (openssl rand -hex 16 makes one); ` +
      'the same goes into LINLI_WECHAT_TOKEN of Linli')
  }
  return token
}

function portOf (env) {
  const port = Number(env.LINLI_GATEWAY_PORT || 18788)
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new SettingsError('LINLI_GATEWAY_PORT must be a whole number up to 65535')
  }
  return port
}

function optionsOf (env) {
  try {
    return JSON.parse(env.LINLI_PUPPET_OPTIONS || '{}')
  } catch {
    throw new SettingsError('LINLI_PUPPET_OPTIONS must be JSON, like {"token": "puppet_..."}')
  }
}

function tlsOf (env) {
  const { LINLI_GATEWAY_CERT: cert, LINLI_GATEWAY_KEY: key } = env
  if (!cert && !key) return null
  if (!cert || !key) throw new SettingsError('LINLI_GATEWAY_CERT and LINLI_GATEWAY_KEY belong together: set both')
  return { cert: read(cert), key: read(key) }
}

function read (path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new SettingsError(`${path} cannot be read: ${error.code}`)
  }
}
