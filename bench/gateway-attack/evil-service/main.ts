/** A service that does to each request what its path says: `PORT=… node main.ts`. */
import { createServer } from 'node:net'
import { DEEDS } from './deeds.ts'

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.setEncoding('latin1')
  socket.once('data', (text: string) => DEEDS[/^\S+ \/evil\/(\w+)/.exec(text)?.[1] ?? '']?.(socket))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
