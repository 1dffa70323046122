import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installCaddy } from '../installed.ts'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

/** One thread of Go, no log; X-Forwarded-For, -Proto and -Host are its own doing. */
export const CADDY: ProxyKind = {
  name: 'Caddy',
  start: async (places) => {
    const command = await installCaddy()
    if (command === undefined) return undefined
    const { bench, port } = places
    const file = join(bench.folder, 'Caddyfile')
    await writeFile(file, caddyText(places))
    const args = ['run', '--adapter', 'caddyfile', '--config', file]
    const environment = { GOMAXPROCS: '1', HOME: bench.folder }
    return { name: 'Caddy', pid: await startProgram({ name: 'Caddy', command, args, port, environment }, bench), port }
  },
}

function caddyText({ port, requestPort, livePort }: ProxyPlaces): string {
  return `{
	admin off
	auto_https off
	servers {
		timeouts {
			idle 10m
		}
	}
}
http://:${port} {
	bind 127.0.0.1
	header X-Request-Id {http.request.uuid}
	handle /live/* {
		reverse_proxy 127.0.0.1:${livePort} {
			header_up X-Request-Id {http.request.uuid}
		}
	}
	handle {
		reverse_proxy 127.0.0.1:${requestPort} {
			header_up X-Request-Id {http.request.uuid}
			transport http {
				keepalive_idle_conns_per_host 256
			}
		}
	}
}
`
}
