import { execFile } from 'node:child_process'
import { promisify, stripVTControlCharacters } from 'node:util'
import type { Attack } from './attack.ts'

const MODES = [
  { name: 'slow headers', flags: ['-H', '-i', '5', '-x', '24'], path: '/api/ships' },
  { name: 'slow content', flags: ['-B', '-i', '5', '-s', '8192', '-x', '10'], path: '/evil/neverAnswers' },
  { name: 'many ranges', flags: ['-R', '-a', '10', '-b', '3000'], path: '/api/large' },
  {
    name: 'slow reading',
    flags: ['-X', '-w', '512', '-y', '1024', '-n', '5', '-z', '32', '-k', '3'],
    path: '/api/stream',
  },
] as const

/** slowhttptest's four modes, a thousand connections each. */
export const SLOW_CLIENTS: readonly Attack[] = MODES.map(({ name, flags, path }) => ({
  name: `slowhttptest: ${name}`,
  needs: 'slowhttptest',
  run: async ({ port }, { seconds }) => {
    const load = ['-c', '1000', '-r', '300', '-l', String(seconds), '-p', '3', '-u', `http://127.0.0.1:${port}${path}`]
    const { stdout } = await promisify(execFile)('slowhttptest', [...flags, ...load], { maxBuffer: 64 * 1_024 * 1_024 })
    const said = stripVTControlCharacters(stdout)
    const last = (what: string) => [...said.matchAll(new RegExp(`${what}:\\s+(\\S+)`, 'g'))].at(-1)?.[1] ?? '?'
    return `${last('connected')} open at the end, ${last('closed')} closed`
  },
}))
