/**
 * A second reader of requests, written for the proofs alone and after another plan than the gateway's: regular
 * expressions over the whole text, nothing forgiven. What two readers written apart agree on is no accident.
 */
export interface ReadRequest {
  readonly method: string
  readonly target: string
  /** Name in lower case and value, in order. */
  readonly fields: readonly (readonly [string, string])[]
  readonly body: string
}

export interface Reading {
  readonly requests: readonly ReadRequest[]
  /** Why it does not go on behind the last request; undefined when the text ends with it. */
  readonly fault: string | undefined
}

type Step<Value> = { readonly value: Value; readonly rest: string } | { readonly fault: string }

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/1\.[1-9]$/
const FIELD_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*$/

/** Every request in a text (latin1), one after the other, until something is wrong or missing. */
export function readRequests(text: string): Reading {
  const requests: ReadRequest[] = []
  let rest = text
  while (rest !== '') {
    const step = readRequest(rest)
    if ('fault' in step) return { requests, fault: step.fault }
    requests.push(step.value)
    rest = step.rest
  }
  return { requests, fault: undefined }
}

function readRequest(text: string): Step<ReadRequest> {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return { fault: 'a head that does not end' }
  const [first = '', ...lines] = text.slice(0, end).split('\r\n')
  const parts = REQUEST_LINE.exec(first)
  if (parts === null) return { fault: `no request line: ${JSON.stringify(first)}` }
  const fields: (readonly [string, string])[] = []
  for (const line of lines) {
    const field = FIELD_LINE.exec(line)
    if (field === null) return { fault: `no field line: ${JSON.stringify(line)}` }
    fields.push([(field[1] ?? '').toLowerCase(), field[2] ?? ''])
  }
  const body = readBody(fields, text.slice(end + 4))
  if ('fault' in body) return body
  const [, method = '', target = ''] = parts
  return { value: { method, target, fields, body: body.value }, rest: body.rest }
}

function readBody(fields: ReadRequest['fields'], text: string): Step<string> {
  const stated = fields.filter(([name]) => name === 'content-length' || name === 'transfer-encoding')
  const hosts = fields.filter(([name]) => name === 'host')
  if (hosts.length !== 1) return { fault: `${hosts.length} Host lines` }
  const [one, ...others] = stated
  if (one === undefined) return { value: '', rest: text }
  if (others.length > 0) return { fault: 'two statements of the length' }
  const [name, value] = one
  if (name === 'transfer-encoding') {
    return value.toLowerCase() === 'chunked' ? readChunks(text) : { fault: `the coding ${JSON.stringify(value)}` }
  }
  if (!/^\d{1,15}$/.test(value)) return { fault: `the length ${JSON.stringify(value)}` }
  const size = Number(value)
  if (text.length < size) return { fault: 'content that does not end' }
  return { value: text.slice(0, size), rest: text.slice(size) }
}

function readChunks(text: string): Step<string> {
  let body = ''
  let rest = text
  for (;;) {
    const line = /^([0-9A-Fa-f]{1,12})(;[\t\x20-\x7e]*)?\r\n/.exec(rest)
    if (line === null) return { fault: `no size of a chunk: ${JSON.stringify(rest.slice(0, 30))}` }
    rest = rest.slice(line[0].length)
    const size = Number.parseInt(line[1] ?? '', 16)
    if (size === 0) return readTrailers(body, rest)
    if (rest.slice(size, size + 2) !== '\r\n') return { fault: 'a chunk that does not end where it says' }
    body += rest.slice(0, size)
    rest = rest.slice(size + 2)
  }
}

function readTrailers(body: string, text: string): Step<string> {
  if (text.startsWith('\r\n')) return { value: body, rest: text.slice(2) }
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return { fault: 'trailers that do not end' }
  const isWrong = text
    .slice(0, end)
    .split('\r\n')
    .some((line) => !FIELD_LINE.test(line))
  return isWrong ? { fault: 'no trailer' } : { value: body, rest: text.slice(end + 4) }
}

/** What two readers have to agree on. */
export function outlineOf(requests: readonly ReadRequest[]): readonly string[] {
  return requests.map(({ method, target, body }) => `${method} ${target} ${JSON.stringify(body)}`)
}

/** The answers in a text (latin1) to requests by these methods: status and content; `broken` where one does not end. */
export function readAnswers(text: string, methods: readonly string[]): readonly string[] {
  const answers: string[] = []
  let rest = text
  for (const method of methods) {
    if (rest === '') break
    const answer = readAnswer(rest, method)
    answers.push(answer.said)
    rest = answer.rest
  }
  return rest === '' ? answers : [...answers, `unasked ${JSON.stringify(rest)}`]
}

function readAnswer(text: string, method: string): { readonly said: string; readonly rest: string } {
  const head =
    /^HTTP\/1\.1 (\d{3}) [\t\x20-\x7e\x80-\xff]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n/
  const [whole = '', status = '', lines = ''] = head.exec(text) ?? []
  const rest = text.slice(whole.length)
  if (whole === '') return { said: 'broken', rest: '' }
  if (status.startsWith('1')) return readAnswer(rest, method)
  if (method === 'HEAD' || status === '204' || status === '304') return { said: `${status} ""`, rest }
  const length = /^content-length: (\d+)\r$/im.exec(lines)?.[1]
  const step = length === undefined ? readChunks(rest) : readLength(rest, Number(length))
  return 'fault' in step
    ? { said: `${status} broken`, rest: '' }
    : { said: `${status} ${JSON.stringify(step.value)}`, rest: step.rest }
}

function readLength(text: string, size: number): Step<string> {
  return text.length < size ? { fault: 'short' } : { value: text.slice(0, size), rest: text.slice(size) }
}
