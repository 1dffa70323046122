import { CADDY } from './caddy.ts'
import { HAPROXY } from './haproxy.ts'
import { NGINX, NGINX_WITH_LIMITS } from './nginx.ts'
import { FASTIFY_HTTP_PROXY, HTTP_PROXY_3 } from './node-proxy.ts'
import { GATEWAY_FULL, GATEWAY_PLAIN } from './portolan.ts'
import type { ProxyKind } from './proxy.ts'
import { PYTHON_ROUTER } from './python-router.ts'

/** In the order of the tables. */
export const PROXY_KINDS: readonly ProxyKind[] = [
  NGINX,
  NGINX_WITH_LIMITS,
  HAPROXY,
  CADDY,
  GATEWAY_PLAIN,
  GATEWAY_FULL,
  FASTIFY_HTTP_PROXY,
  HTTP_PROXY_3,
  PYTHON_ROUTER,
]
