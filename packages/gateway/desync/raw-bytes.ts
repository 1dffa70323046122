import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { RawClient } from '../testing.ts'

/**
 * Sends bytes and waits until the other side closes, or for as long as it takes to know that it will not.
 * @returns what came back, in latin1
 */
export async function sendBytes(
  port: number,
  bytes: string,
  { limitMs }: { readonly limitMs: number },
): Promise<string> {
  await using client = await RawClient.open(port)
  const closed = once(client.socket, 'close')
  client.socket.once('end', () => client.socket.end())
  client.say(bytes)
  const timer = new AbortController()
  await Promise.race([closed, delay(limitMs, undefined, { signal: timer.signal }).catch(() => undefined)])
  timer.abort()
  return client.received
}
