import { expect, test } from 'vitest'
import { openTestGateway, routeTo } from '../testing.ts'
import { sendBytes } from './raw-bytes.ts'
import { openRecordingUpstream } from './recording-upstream.ts'
import { missingReferences, openReferenceProxies } from './reference-proxies.ts'
import { CASES } from './request-cases.ts'
import { rereadBy } from './rereading.ts'

const missing = missingReferences()

test.skipIf(missing.length > 0)(
  `nginx, HAProxy and node:http read what is passed on as the gateway does${missing.map((name) => ` (SKIPPED: ${name} is not installed)`).join('')}`,
  async () => {
    await using service = await openRecordingUpstream()
    await using world = await openTestGateway([routeTo('/', service.port)])
    await using readers = await openReferenceProxies()
    for (const { bytes } of CASES) {
      await sendBytes(world.port, `${bytes}GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, {
        limitMs: 5_000,
      })
    }
    expect(service.requests().length).toBeGreaterThan(20)
    expect(await rereadBy(readers.list, service.texts())).toEqual([])
  },
)
