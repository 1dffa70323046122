import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { NeighbourFigures } from './ask.ts'

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** How somebody is served while something else happens. */
export async function watchNeighbour(port: number, during: () => Promise<void>): Promise<NeighbourFigures> {
  const child = fork(MAIN, [String(port)])
  const exited = once(child, 'exit')
  const answered = once(child, 'message')
  try {
    await during()
    child.send('stop')
    const [figures]: NeighbourFigures[] = await answered
    if (figures === undefined) throw new Error('The neighbour gave no figures.')
    return figures
  } finally {
    child.kill()
    await exited
  }
}
