import { urlInvalid } from './errors.ts'

/**
 * Checks `redis[s]://[user][:password]@host[:port][/database]`, which the client then reads itself.
 * @throws BUS_URL_INVALID which never quotes what may be a password
 */
export function checkRedisUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw urlInvalid('it is not a URL; encode special characters of the password (%40 for @)')
  if (url.hostname === '') throw urlInvalid('it names no host')
  if (url.port === '0') throw urlInvalid('port 0 cannot be called')
  if (!/^(\/\d{0,5})?$/.test(url.pathname)) throw urlInvalid('its path is not the number of a database')
  if (url.search !== '' || url.hash !== '') throw urlInvalid('it has a "?" or "#"; in a password they are %3F and %23')
  for (const part of [url.username, url.password]) {
    if (/%(?![0-9a-f]{2})/i.test(part)) throw urlInvalid('it has a "%" that begins no code; a plain % is written %25')
  }
}
