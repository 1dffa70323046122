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

function ignore(): void {
  // A gateway without a logger says nothing.
}
