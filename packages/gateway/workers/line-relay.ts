import type { Readable } from 'node:stream'

/** Hands on what a process says in whole lines, so that those of several processes never mix within one. */
export function relayLines(from: Readable, write: (lines: string) => void): void {
  let rest = ''
  from.setEncoding('utf8')
  from.on('data', (text: string) => {
    const end = text.lastIndexOf('\n') + 1
    if (end === 0) {
      rest += text
      return
    }
    write(rest + text.slice(0, end))
    rest = text.slice(end)
  })
  from.once('end', () => {
    if (rest !== '') write(`${rest}\n`)
  })
}
