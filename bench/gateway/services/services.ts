import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bench, freePorts, startProgram } from '../program.ts'

/** What stands behind every proxy: nginx for requests, a service on Node for what stays open. */
export interface Services {
  readonly requestPort: number
  readonly livePort: number
}

const LIVE_SERVICE = fileURLToPath(new URL('live/main.ts', import.meta.url))
const ANSWER = '{"hello":"harbour","ships":[1,2,3]}'

export async function openServices(bench: Bench): Promise<Services> {
  const { folder } = bench
  const [requestPort = 0, livePort = 0] = await freePorts(2)
  await writeFile(join(folder, 'large.bin'), Buffer.alloc(64 * 1_024, 'portolan '))
  await writeFile(join(folder, 'stream.bin'), Buffer.alloc(10 * 1_024 * 1_024, 'portolan '))
  const file = join(folder, 'service.conf')
  await writeFile(file, requestServiceText(folder, requestPort))
  await startProgram({ name: 'service', command: 'nginx', args: ['-p', folder, '-c', file], port: requestPort }, bench)
  const environment = { PORT: String(livePort) }
  await startProgram(
    { name: 'live service', command: process.execPath, args: [LIVE_SERVICE], port: livePort, environment },
    bench,
  )
  return { requestPort, livePort }
}

function requestServiceText(folder: string, port: number): string {
  return `worker_processes 1; daemon off; master_process off; pid ${folder}/service.pid; error_log /dev/null;
worker_rlimit_nofile 20000;
events { worker_connections 16000; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; sendfile on;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /api/ships { default_type application/json; return 200 '${ANSWER}'; }
    location = /api/large { default_type application/octet-stream; alias ${folder}/large.bin; }
    location = /api/stream { default_type application/octet-stream; alias ${folder}/stream.bin; }
  }
}
`
}
