import type { LogLine } from '@portolan/supervise'
import { type Colours, visible } from './terminal.ts'

/** pino's levels (getpino.io, "level"): what is above `info` is worth a colour. */
const LEVELS: Readonly<Record<string, string>> = { 10: 'trace', 20: 'debug', 40: 'warn', 50: 'error', 60: 'fatal' }
/** What stands in every line anyhow, or before it. */
const FAMILIAR = ['level', 'time', 'service', 'msg', 'pid', 'hostname', 'err', 'v']

/** One line for a person: the time, the service, and what it said; JSON lines become words and figures. */
export function formatLogText(line: LogLine, width: number, colours: Colours): string {
  const { cyan, dim, yellow } = colours
  const time = dim(line.at.toISOString().slice(11, 23))
  const said = line.stream === 'sys' ? yellow(visible(line.text)) : saidText(line.text, colours)
  return `${time} ${cyan(line.service.padEnd(width))}  ${said}`
}

function saidText(text: string, colours: Colours): string {
  const entry = text.startsWith('{') ? parseEntry(text) : undefined
  if (entry === undefined || typeof entry.msg !== 'string') return visible(text)
  const level = LEVELS[String(entry.level)]
  const said = visible(entry.msg)
  const words = level === undefined ? said : `${levelColour(level, colours)(level)} ${said}`
  const figures = Object.entries(entry)
    .filter(([key]) => !FAMILIAR.includes(key))
    .map(([key, value]) => visible(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`))
  const reason = reasonOf(entry.err)
  return [words, reason, colours.dim(figures.join(' '))].filter((part) => part !== undefined && part !== '').join('  ')
}

function parseEntry(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    // It only begins like JSON: shown as it is.
    return undefined
  }
}

function reasonOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'message' in error ? visible(String(error.message)) : undefined
}

function levelColour(level: string, { dim, red, yellow }: Colours): (text: string) => string {
  if (level === 'warn') return yellow
  return level === 'error' || level === 'fatal' ? red : dim
}
