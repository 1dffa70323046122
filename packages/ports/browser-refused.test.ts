import { expect, test } from 'vitest'
import { BROWSER_REFUSED_PORTS, isBrowserRefused } from './browser-refused.ts'

/** What this Node's fetch, which implements the standard's list, says of a port. An aborted request opens nothing. */
async function isRefusedByFetch(port: number): Promise<boolean> {
  const dispatcher = {
    dispatch() {
      throw new Error('this port would be connected to')
    },
  }
  const init: object = { dispatcher } // an option of Node's fetch alone
  const reason: unknown = await fetch(`http://192.0.2.1:${port}/`, init).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.cause : undefined),
  )
  return reason instanceof Error && reason.message.includes('bad port')
}

test('the list is the one that fetch enforces, port by port', async () => {
  const refused: number[] = []
  for (let port = 1; port <= 12_000; port++) if (await isRefusedByFetch(port)) refused.push(port)
  expect(refused).toEqual([...BROWSER_REFUSED_PORTS].filter((port) => port > 0))
})

test('the standard refuses port 0 as well', () => {
  expect(isBrowserRefused(0)).toBe(true)
  expect(isBrowserRefused(8080)).toBe(false)
})
