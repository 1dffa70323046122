/** What an attacker would have somebody read as the next request. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Nothing, chunks, and chunks that end at once, with a request behind them. */
const TAILS = ['', '5\r\nhello\r\n0\r\n\r\n', `0\r\n\r\n${SMUGGLED}`]
/** It ends the connection, whatever became of what is before it. */
export const SECOND = 'GET /second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

/** A head with each tail and a second request; content as long as it says, with the smuggled request in it. */
export function withTails(head: string): readonly string[] {
  const [first = '', ...lines] = head.split('\r\n')
  const whole = [first, 'Host: localhost', ...lines.filter((line) => !line.startsWith('Host:')), '', ''].join('\r\n')
  const length = /^content-length: *(\d{1,15}) *$/im.exec(head)?.[1]
  const tails = length === undefined || /^transfer/im.test(head) ? TAILS : [SMUGGLED.padEnd(Number(length), 'x')]
  return tails.map((tail) => `${whole}${length === undefined ? tail : tail.slice(0, Number(length))}${SECOND}`)
}
