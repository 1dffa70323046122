import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'

/** As few lines as do the work: one worker, kept connections, no log. */
export const NGINX: ProxyKind = {
  name: 'nginx',
  start: (places) => startNginx('nginx', places, { http: 'access_log off;', location: '' }),
}

/** With what the gateway does besides: a line of log for each request, and a limit that is counted and never reached. */
export const NGINX_WITH_LIMITS: ProxyKind = {
  name: 'nginx, log and limits on',
  start: (places) =>
    startNginx('nginx, log and limits on', places, {
      http: `log_format line escape=json '{"id":"$request_id","method":"$request_method","status":$status,"ms":$request_time}';
  access_log ${places.bench.folder}/nginx-access.log line buffer=64k flush=1s;
  limit_req_zone $binary_remote_addr zone=requests:10m rate=1000000r/s;
  limit_conn_zone $binary_remote_addr zone=connections:10m;`,
      location: 'limit_req zone=requests burst=1000000 nodelay; limit_conn connections 20000;',
    }),
}

interface Additions {
  readonly http: string
  readonly location: string
}

async function startNginx(name: string, places: ProxyPlaces, additions: Additions) {
  const { bench, port } = places
  const file = join(bench.folder, `nginx-${port}.conf`)
  await writeFile(file, nginxText(places, additions))
  const pid = await startProgram({ name, command: 'nginx', args: ['-p', bench.folder, '-c', file], port }, bench)
  return { name, pid, port }
}

function nginxText({ bench, port, requestPort, livePort }: ProxyPlaces, { http, location }: Additions): string {
  return `worker_processes 1; daemon off; master_process off; pid ${bench.folder}/nginx-${port}.pid; error_log /dev/null;
worker_rlimit_nofile 20000;
events { worker_connections 19900; }
http {
  ${http}
  keepalive_requests 1000000000; keepalive_timeout 600s;
  upstream requests { server 127.0.0.1:${requestPort}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 600s; }
  upstream live { server 127.0.0.1:${livePort}; }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  proxy_http_version 1.1;
  proxy_set_header Host $host;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto http;
  proxy_set_header X-Forwarded-Host $host;
  proxy_set_header X-Request-Id $request_id;
  add_header X-Request-Id $request_id;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    ${location}
    location /api { proxy_pass http://requests; }
    location /live { proxy_pass http://live; proxy_buffering off; proxy_read_timeout 600s; }
  }
}
`
}
