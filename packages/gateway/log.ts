/** What the gateway needs of a logger; a pino logger is one. */
export interface GatewayLogger {
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

type LogFields = Readonly<Record<string, unknown>>

export const SILENT: GatewayLogger = { info: ignore, warn: ignore, error: ignore }

/** Writes each entry as one line of JSON with pino's field names (`level`, `time`, `msg`). */
export function jsonLines(write: (line: string) => void): GatewayLogger {
  const at = (level: number) => (fields: LogFields, message: string) =>
    write(`${JSON.stringify({ level, time: Date.now(), ...fields, msg: message })}\n`)
  return { info: at(30), warn: at(40), error: at(50) }
}

/** Nobody reads a log so fast that this would be late. */
const GATHERED_MS = 20
const MOST_GATHERED = 65_536

/**
 * Gathers the lines of a moment, and writes them at once: a line of its own for each request costs as much as half the
 * request, and the lines of one turn of the event loop still a tenth. Whoever ends the process flushes.
 */
export class LineBatch {
  readonly #write: (text: string) => void
  #text = ''

  constructor(write: (text: string) => void) {
    this.#write = write
  }

  add(line: string): void {
    if (this.#text === '') setTimeout(() => this.flush(), GATHERED_MS)
    this.#text += line
    if (this.#text.length > MOST_GATHERED) this.flush()
  }

  flush(): void {
    const text = this.#text
    this.#text = ''
    if (text !== '') this.#write(text)
  }
}

function ignore(): void {
  // A gateway without a logger says nothing.
}
