/**
 * Whole requests by which servers have been made to disagree, written after the classes in RFC 9112 §11.2, "HTTP Request
 * Smuggling" (Watchfire 2005), and PortSwigger's and others' later findings; named by those classes.
 */
export interface RequestCase {
  readonly name: string
  /** In latin1; a second request follows. */
  readonly bytes: string
  /** What the service has to read: method, path, content. Nothing means that the connection ends before it. */
  readonly passes: readonly string[]
}

const HOST = 'Host: localhost\r\n'
const POST = `POST /first HTTP/1.1\r\n${HOST}`
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`
const FIRST = 'POST /first "hello"'
const SECOND = 'GET /second ""'
const SMUGGLED = `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`

function refused(name: string, bytes: string): RequestCase {
  return { name: `refused: ${name}`, bytes, passes: [] }
}

function passed(name: string, bytes: string, first = FIRST): RequestCase {
  return { name: `passed on: ${name}`, bytes, passes: [first, SECOND] }
}

/** Of chunks: what some read leniently. */
const CHUNKS: readonly RequestCase[] = [
  passed('chunks', `${CHUNKED}5\r\nhello\r\n0\r\n\r\n`),
  passed('a size in capitals and with zeros', `${CHUNKED}000A\r\nhellohello\r\n0\r\n\r\n`, 'POST /first "hellohello"'),
  passed('an extension', `${CHUNKED}5;a="b c"\r\nhello\r\n0;last\r\n\r\n`),
  passed('trailers', `${CHUNKED}5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n`),
  refused('TERM.EXT, an LF ends the extension', `${CHUNKED}5;\nhello\r\n0\r\n\r\n${SMUGGLED}`),
  refused('EXT.TERM, an LF within the extension', `${CHUNKED}2;\nxx\r\n10\r\nabc\r\n0\r\n\r\n${SMUGGLED}`),
  refused('a CR within the extension', `${CHUNKED}5;a\rb\r\nhello\r\n0\r\n\r\n`),
  refused('TERM.SPILL, an LF ends the data', `${CHUNKED}5\r\nhello\n0\r\n\r\n${SMUGGLED}`),
  refused('a CR ends the data', `${CHUNKED}5\r\nhello\r0\r\n\r\n`),
  refused('two bytes behind the data that are no CRLF', `${CHUNKED}5\r\nhelloXX0\r\n\r\n${SMUGGLED}`),
  refused('nothing behind the data', `${CHUNKED}5\r\nhello0\r\n\r\n`),
  refused('an LF behind the size', `${CHUNKED}5\nhello\r\n0\r\n\r\n`),
  refused('a CR behind the size', `${CHUNKED}5\rhello\r\n0\r\n\r\n`),
  refused('a size with 0x', `${CHUNKED}0x5\r\nhello\r\n0\r\n\r\n`),
  refused('a size with a sign', `${CHUNKED}+5\r\nhello\r\n0\r\n\r\n`),
  refused('a negative size', `${CHUNKED}-1\r\nhello\r\n0\r\n\r\n`),
  refused('a size with a space before it', `${CHUNKED} 5\r\nhello\r\n0\r\n\r\n`),
  refused('a size with a space behind it', `${CHUNKED}5 \r\nhello\r\n0\r\n\r\n`),
  refused('a size with an underscore', `${CHUNKED}1_0\r\nhello\r\n0\r\n\r\n`),
  refused('a size of 2^64 and five', `${CHUNKED}10000000000000005\r\nhello\r\n0\r\n\r\n`),
  refused('a size of 2^32 and five, with zeros', `${CHUNKED}00000000100000005\r\nhello\r\n0\r\n\r\n`),
  refused('no size', `${CHUNKED}\r\nhello\r\n0\r\n\r\n`),
  refused('an extension without a size', `${CHUNKED};5\r\nhello\r\n0\r\n\r\n`),
  refused('a NUL behind the size', `${CHUNKED}5\0\r\nhello\r\n0\r\n\r\n`),
  refused('a trailer that goes on in the next line', `${CHUNKED}0\r\nX: a\r\n b\r\n\r\n`),
  refused('a trailer that ends in LF', `${CHUNKED}0\r\nX: a\n\r\n`),
  refused('a request among the trailers', `${CHUNKED}0\r\n${SMUGGLED}`),
  refused('an LF in place of the last line', `${CHUNKED}0\r\n\n${SMUGGLED}`),
]

/** Of the two statements of a length. */
const LENGTHS: readonly RequestCase[] = [
  passed('a length', `${POST}Content-Length: 5\r\n\r\nhello`),
  passed('a length with zeros', `${POST}Content-Length: 005\r\n\r\nhello`),
  refused('CL.TE', `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG`),
  refused('TE.CL', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nG\r\n0\r\n\r\n`),
  refused('TE.TE', `${POST}Transfer-Encoding: chunked\r\nTransfer-encoding: cow\r\n\r\n0\r\n\r\n`),
  refused('CL.CL, the second in another case', `${POST}Content-Length: 5\r\ncontent-length: 0\r\n\r\nhello`),
  refused('chunked and a comma', `${POST}Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n`),
  refused('a comma and chunked', `${POST}Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n`),
  refused('chunked before another', `${POST}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`),
  refused('a form feed in front of chunked', `${POST}Transfer-Encoding: \fchunked\r\n\r\n0\r\n\r\n`),
  refused('the name over two lines', `${POST}Transfer-Encoding\r\n : chunked\r\n\r\n0\r\n\r\n`),
  refused('the value in the next line', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`),
  refused('behind an LF', `${POST}X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  refused('behind a CR', `${POST}X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  refused('a length that is negative', `${POST}Content-Length: -5\r\n\r\nhello`),
  refused('a length with a plus', `${POST}Content-Length: +5\r\n\r\nhello`),
  refused('a length with a fraction', `${POST}Content-Length: 5.0\r\n\r\nhello`),
  refused('a length with an exponent', `${POST}Content-Length: 5e0\r\n\r\nhello`),
  refused('a length in Arabic digits', `${POST}Content-Length: \xd9\xa5\r\n\r\nhello`),
  refused('an empty length', `${POST}Content-Length: \r\n\r\n${SMUGGLED}`),
  refused('HTTP/1.0 with chunks', `POST /first HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
  // What Connection names is not passed on; the length is said anew.
  passed('Connection names the length', `${POST}Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello`),
  passed(
    'Connection names the coding',
    `${POST}Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ),
]

/** Of the first line, the host, and the lines between requests. */
const LINES: readonly RequestCase[] = [
  passed('an empty line before it', `\r\n${POST}Content-Length: 5\r\n\r\nhello`),
  passed('an empty line behind the content', `${POST}Content-Length: 5\r\n\r\nhello\r\n`),
  passed('a whole URL', `GET http://localhost/first HTTP/1.1\r\n${HOST}\r\n`, 'GET /first ""'),
  passed('another host in the URL: it counts', `GET http://127.0.0.1/first HTTP/1.1\r\n${HOST}\r\n`, 'GET /first ""'),
  passed('escaped line ends in the path', `GET /a%0d%0aX:%20b HTTP/1.1\r\n${HOST}\r\n`, 'GET /a%0D%0AX:%20b ""'),
  refused('LF alone ends every line', 'GET /first HTTP/1.1\nHost: localhost\n\n'),
  refused('a CR before it', `\rX${POST}Content-Length: 5\r\n\r\nhello`),
  refused('two empty lines before it', `\r\n\r\n${POST}Content-Length: 5\r\n\r\nhello`),
  refused('an LF before it', `\n${POST}Content-Length: 5\r\n\r\nhello`),
  refused('a NUL before it', `\0${SMUGGLED}`),
  refused('a NUL in the path', `GET /a\0b HTTP/1.1\r\n${HOST}\r\n`),
  refused('two hosts', `GET /first HTTP/1.1\r\n${HOST}Host: example.com\r\n\r\n`),
  refused('the same host twice', `GET /first HTTP/1.1\r\n${HOST}${HOST}\r\n`),
  refused('no host', 'GET /first HTTP/1.1\r\n\r\n'),
  refused('a host with a path', 'GET /first HTTP/1.1\r\nHost: localhost/x\r\n\r\n'),
  refused('a host with a user', 'GET /first HTTP/1.1\r\nHost: a@localhost\r\n\r\n'),
  refused('a host with a comma and a space', 'GET /first HTTP/1.1\r\nHost: localhost, example.com\r\n\r\n'),
  refused('a line that goes on before the host', `GET /first HTTP/1.1\r\n X: y\r\n${HOST}\r\n`),
  refused('a request in the first line', `GET /first HTTP/1.1 ${SMUGGLED}\r\n`),
  refused('a colon in a name', `GET /first HTTP/1.1\r\n${HOST}X y: z\r\n\r\n`),
  refused('no version', `GET /first\r\n${HOST}\r\n`),
  refused('HTTP/2 by bytes', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('a backslash in the path', `GET /a\\b HTTP/1.1\r\n${HOST}\r\n`),
  refused('a climb above the root', `GET /../first HTTP/1.1\r\n${HOST}\r\n`),
  // Expect and Upgrade change who speaks next; nothing of it may unsettle the order.
  passed('Expect: 100-continue', `${POST}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello`),
  passed(
    'Upgrade: h2c',
    `GET /first HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    'GET /first ""',
  ),
]

export const CASES: readonly RequestCase[] = [...CHUNKS, ...LENGTHS, ...LINES]
