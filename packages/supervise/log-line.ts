/** One line that a service printed, and when it reached the supervisor. */
export interface LogLine {
  readonly service: string
  readonly at: Date
  /** `sys` is what the supervisor itself says of the service: started, died, restarted. */
  readonly stream: 'out' | 'err' | 'sys'
  readonly text: string
}

// A line may hold a return or U+2028, which `.` leaves out without the flag `s`.
const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (out|err|sys) (.*)$/s

/** As it stands in the file: time, stream, text. */
export function formatLogLine({ at, stream, text }: Omit<LogLine, 'service'>): string {
  return `${at.toISOString()} ${stream} ${text}`
}

/** @returns undefined for what is no line of ours: the rest of one that a full disk cut off */
export function parseLogLine(written: string, service: string): LogLine | undefined {
  const match = LINE.exec(written)
  if (match === null) return undefined
  const [, at = '', stream, text = ''] = match
  return { service, at: new Date(at), stream: stream === 'err' ? 'err' : stream === 'sys' ? 'sys' : 'out', text }
}
