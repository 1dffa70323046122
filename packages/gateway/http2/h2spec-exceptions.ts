/** What h2spec asks for and the gateway does not do, and why that is so. */
export interface H2specException {
  readonly section: string
  readonly title: string
  readonly reason: string
}

const FORGOTTEN =
  'nghttp2 forgets a stream that is over, as RFC 9113 §5.1 allows after a while, and ignores what still comes for it; ' +
  'none of it reaches a service'
const PRIORITY = 'RFC 9113 §5.3.2 has taken priorities out; nghttp2 ignores such frames whatever they say'

export const H2SPEC_EXCEPTIONS: readonly H2specException[] = [
  {
    section: 'http2/3.5',
    title: 'Sends invalid connection preface',
    reason: 'the cleartext port speaks HTTP/1.1 as well: it answers 400 in that, and closes the connection',
  },
  { section: 'http2/5.1', title: 'half closed (remote): Sends a HEADERS frame', reason: FORGOTTEN },
  { section: 'http2/5.1', title: 'half closed (remote): Sends a DATA frame', reason: FORGOTTEN },
  { section: 'http2/5.1', title: 'closed: Sends a DATA frame after sending RST_STREAM frame', reason: FORGOTTEN },
  { section: 'http2/5.1', title: 'closed: Sends a HEADERS frame after sending RST_STREAM frame', reason: FORGOTTEN },
  { section: 'http2/5.1', title: 'closed: Sends a DATA frame', reason: FORGOTTEN },
  { section: 'http2/5.1', title: 'closed: Sends a HEADERS frame', reason: FORGOTTEN },
  {
    section: 'http2/5.1.1',
    title: 'Sends stream identifier that is numerically smaller than previous',
    reason: FORGOTTEN,
  },
  { section: 'http2/5.3.1', title: 'Sends PRIORITY frame that depend on itself', reason: PRIORITY },
  { section: 'http2/6.3', title: 'Sends a PRIORITY frame with 0x0 stream identifier', reason: PRIORITY },
  {
    section: 'http2/6.7',
    title: 'Sends a PING frame with ACK',
    reason: 'Node ends a session that answers a ping which was never sent, which is stricter than to ignore it',
  },
  {
    section: 'http2/6.9.1',
    title: 'Sends multiple WINDOW_UPDATE frames increasing the flow control window to above 2^31-1 on a stream',
    reason: 'the whole session ends and not the stream alone, which RFC 9113 §5.4.1 leaves to each endpoint',
  },
]
