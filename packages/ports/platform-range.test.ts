import { expect, test } from 'vitest'
import {
  COTURN_RELAY_RANGE,
  IANA_DYNAMIC_RANGE,
  isPrivilegedPort,
  KUBERNETES_NODE_PORT_RANGE,
  LINUX_EPHEMERAL_RANGE,
  LIVEKIT_MEDIA_RANGE,
  LIVEKIT_TURN_RELAY_RANGE,
  parseEphemeralRange,
} from './platform-range.ts'
import { rangeIntersection } from './port-range.ts'

test("the kernel's file is read as it is written", () => {
  expect(parseEphemeralRange('32768\t60999\n')).toEqual(LINUX_EPHEMERAL_RANGE)
})

test.for(['', '32768', '60999 32768', '0 60999', '1 65536', '1 2 3', 'a b'])('"%s" is no ephemeral range', (text) => {
  expect(() => parseEphemeralRange(text)).toThrow(expect.objectContaining({ code: 'PORTS_EPHEMERAL_RANGE_INVALID' }))
})

test('the defaults of the platforms get in each other’s way as the guide says', () => {
  expect(rangeIntersection(LIVEKIT_TURN_RELAY_RANGE, KUBERNETES_NODE_PORT_RANGE)).toEqual(KUBERNETES_NODE_PORT_RANGE)
  expect(rangeIntersection(LIVEKIT_MEDIA_RANGE, LINUX_EPHEMERAL_RANGE)).toEqual(LIVEKIT_MEDIA_RANGE)
  expect(rangeIntersection(LIVEKIT_MEDIA_RANGE, COTURN_RELAY_RANGE)).toEqual(LIVEKIT_MEDIA_RANGE)
  expect(COTURN_RELAY_RANGE).toEqual(IANA_DYNAMIC_RANGE)
})

test('1023 is privileged and 1024 is not', () => {
  expect([isPrivilegedPort(1023), isPrivilegedPort(1024)]).toEqual([true, false])
})
