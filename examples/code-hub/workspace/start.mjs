/** What runs in a workspace: two development servers, as somebody would start them in two terminals. */
import { spawn } from 'node:child_process'

const servers = [
  ['back/server.mjs'],
  // Every address, not localhost alone: the gateway comes from outside.
  ['../node_modules/vite/bin/vite.js', 'front', '--host', '--port', '5173'],
].map((args) => spawn(process.execPath, args, { stdio: 'inherit' }))

const stop = () => {
  for (const server of servers) server.kill('SIGTERM')
}
process.once('SIGTERM', stop)
for (const server of servers) server.once('exit', stop)
