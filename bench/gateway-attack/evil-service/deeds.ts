import type { Socket } from 'node:net'

const OK = 'HTTP/1.1 200 OK\r\n'

/** What a service can do wrong. */
export const DEEDS: Readonly<Record<string, (socket: Socket) => void>> = {
  resets: (socket) => socket.resetAndDestroy(),
  ends: (socket) => socket.end(),
  neverReads: (socket) => socket.pause(),
  neverAnswers: () => undefined,
  drips: (socket) => {
    socket.write(`${OK}Content-Length: 1000000\r\n\r\n`)
    const timer = setInterval(() => socket.write('x'), 100)
    socket.once('close', () => clearInterval(timer))
  },
  floodsHeaders: (socket) => flood(socket, OK, 'X: y\r\n'),
  floodsInterim: (socket) => flood(socket, '', 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  floodsContent: (socket) => flood(socket, `${OK}\r\n`, 'x'.repeat(1_000)),
  floodsTinyChunks: (socket) => flood(socket, `${OK}Transfer-Encoding: chunked\r\n\r\n`, '1\r\nx\r\n'),
  floodsBehindAnswer: (socket) => flood(socket, `${OK}Content-Length: 2\r\n\r\nok`, 'HTTP/1.1 200 OK\r\n'),
  halfAnswers: (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\nhalf`),
}

/** As fast as it is read, until the other side has had enough. */
function flood(socket: Socket, first: string, again: string): void {
  const piece = again.repeat(Math.ceil(16_384 / again.length))
  socket.write(first)
  const more = (): void => {
    while (!socket.destroyed && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}
