import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attack } from './attack.ts'

/** Debian's package faketime puts it there. */
const FAKE_CLOCK = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`
const JUMPS = ['+3600s', '-86400s', '+31536000s', '+0s'] as const

/** Nothing can be written: every line of the log fails. */
export const FULL_DISK: Attack = {
  name: 'the disk of the log is full',
  options: { output: '/dev/full' },
  run: async (_, { seconds }) => {
    await delay(seconds * 1_000)
    return 'every write to /dev/full fails'
  },
}

/** The clock of the wall goes an hour on, a day back, a year on; what is measured must be on the other clock. */
export const CLOCK_JUMPS: Attack = {
  name: 'the clock jumps: an hour on, a day back, a year on',
  needs: 'faketime',
  options: {
    environment: (folder) => {
      writeFileSync(join(folder, 'clock'), '+0s')
      const file = { FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'), FAKETIME_NO_CACHE: '1' }
      return { LD_PRELOAD: FAKE_CLOCK, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...file }
    },
  },
  run: async ({ folder, port }, { seconds }) => {
    const dates: string[] = []
    for (const jump of JUMPS) {
      writeFileSync(join(folder, 'clock'), jump)
      await delay((seconds * 1_000) / JUMPS.length)
      // Of its own answers: it is the gateway that says the date.
      const answer = await fetch(`http://127.0.0.1:${port}/nowhere`)
      dates.push(String(Date.parse(answer.headers.get('date') ?? '') - Date.now() > 60_000 ? 'later' : 'not later'))
    }
    return `its dates were ${dates.join(', ')}`
  },
}
