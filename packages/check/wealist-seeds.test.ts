import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseStack, type Stack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { checkStack } from './check-stack.ts'
import { compareStacks } from './compare-stacks.ts'
import type { Finding } from './finding.ts'

function read(file: string): Stack {
  return parseStack(
    readFileSync(fileURLToPath(new URL(`../../examples/wealist-seeds/${file}`, import.meta.url)), 'utf8'),
    file,
  )
}
const portGuide = read('port-guide.yaml')
const infrastructureGuide = read('infrastructure-guide.yaml')

/** What is to be found: its code, a part of the message that no other finding of that code has, where it holds. */
interface Row {
  readonly code: string
  readonly about: string
  readonly in: readonly string[]
  /** Line and column, for some. */
  readonly at?: string
}
const dev = ['development']
const kind = ['kind']
const production = ['production']
const devAndProduction = ['development', 'production']
const all = ['development', 'kind', 'production']

/** Every row is found exactly once, and nothing is found that is no row. */
function expectExactly(findings: readonly Finding[], rows: readonly Row[]): void {
  const matched = findings.map((finding) => ({ finding, rows: rows.filter((row) => fits(finding, row)) }))
  const unexpected = matched
    .filter((one) => one.rows.length !== 1)
    .map(({ finding }) => `${finding.code} ${finding.message}`)
  const missing = rows.filter((row) => matched.filter((one) => one.rows.includes(row)).length !== 1)
  expect({ unexpected, missing }).toEqual({ unexpected: [], missing: [] })
  expect(findings).toHaveLength(rows.length)
}

function fits(finding: Finding, row: Row): boolean {
  const isThere = row.at === undefined || row.at === `${finding.line}:${finding.column}`
  const isSame = finding.code === row.code && finding.message.includes(row.about)
  return isSame && isThere && finding.environments.join() === row.in.join()
}

/** Both guides are of containers alone, which is no fault of theirs. */
const CONTAINERS: Row = { code: 'START_UNSUPPORTED', about: '"gateway" is to run in one', in: all }

const INSIDE_PORT_GUIDE: readonly Row[] = [
  CONTAINERS,
  // "전체 아키텍처에서의 포트 사용": one /api/* in front of "Services (8000-8004)".
  { code: 'ROUTE_DUPLICATE', about: '"/api" leads to "board-service.http", "chat-service.http"', in: all, at: '39:14' },
  // "일반 WebSocket (Board, Chat 등)": browsers connect to 8000 and 8001, which "프로덕션 환경" does not open …
  { code: 'FIREWALL_CLOSED', about: '"board-service.http"', in: production, at: '38:7' },
  { code: 'FIREWALL_CLOSED', about: '"chat-service.http"', in: production },
  // … and which "Kind extraPortMappings" does not pass on.
  { code: 'FORWARD_MISSING', about: '"board-service.http"', in: kind },
  { code: 'FORWARD_MISSING', about: '"chat-service.http"', in: kind },
  // "livekit.yaml 설정": TURN over TLS is 5349 in production, which "프로덕션 환경" does not open.
  { code: 'FIREWALL_CLOSED', about: '5349/tcp', in: production },
  // The same: the only domain that it gives is localhost.
  { code: 'LIVEKIT_TURN_DOMAIN', about: '"localhost"', in: production, at: '143:32' },
  // "Docker Compose 포트 매핑 요약", livekit: no 3478.
  { code: 'FORWARD_MISSING', about: '"livekit.turn"', in: dev },
  // "Kind extraPortMappings" 7881 and 3478, while "LiveKit Kubernetes Services" has 30881, 30478 and 30479 on the node.
  { code: 'FORWARD_NOWHERE', about: 'on the host it is node port 30881', in: kind, at: '194:13' },
  { code: 'FORWARD_NOWHERE', about: 'on the host it is node port 30478', in: kind },
  { code: 'FORWARD_NOWHERE', about: 'on the host it is node port 30479', in: kind },
  // "Kind extraPortMappings" has nothing for 7880 (30880), which "외부 접근 흐름 (Kind + WSL)" needs.
  { code: 'FORWARD_MISSING', about: '30880/tcp', in: kind, at: '124:7' },
  // "포트 3478 (UDP/TCP)": LiveKit's TURN has no plain TCP; and "TCP 전용 모드": turn.tcp_port does not exist.
  { code: 'LIVEKIT_PORT_UNSERVED', about: '"livekit.turn" is declared for TURN on 3478/tcp', in: all },
  { code: 'LIVEKIT_KEY_UNKNOWN', about: '"turn.tcp_port"', in: kind, at: '216:35' },
  // "포트 7881 (TCP) - TCP Fallback": "TURN-over-TCP 방식"; it is ICE over TCP.
  { code: 'LIVEKIT_PORT_UNSERVED', about: '"livekit.fallback" is declared for TURN on 7881/tcp', in: all },
  // "TCP 전용 모드 (Kind 환경)": 7881–7881, "UDP 비활성화 (TCP와 동일하게)"; use_external_ip beside node_ip.
  { code: 'LIVEKIT_RANGE_SINGLE', about: 'LiveKit panics at the start', in: kind, at: '214:15' },
  { code: 'LIVEKIT_NODE_IP_IGNORED', about: '"rtc.node_ip"', in: kind },
  // "LiveKit Kubernetes Services": node port 30478/udp inside 30000–40000, where LiveKit's TURN relays.
  { code: 'RELAY_RANGE_UNDECLARED', about: '30000-40000/udp, which overlaps "livekit.turn" (30478/udp)', in: kind },
  // "포트 요약": 50000-50020 and 50000-60000, both inside Linux's 32768–60999.
  { code: 'MEDIA_RANGE_EPHEMERAL', about: '(50000-50020/udp)', in: dev },
  { code: 'MEDIA_RANGE_EPHEMERAL', about: '(50000-60000/udp)', in: production },
  // "포트 범위가 필요한 이유": 2–4 ports for one, so 20–40 for ten, not 40–80; "개발: 50000-50020 (21개 포트)".
  { code: 'CAPACITY_SUM', about: 'which is 20–40', in: devAndProduction, at: '133:55' },
  { code: 'CAPACITY_EXCEEDED', about: 'has 21 ports, and is held to need 40–80 ports', in: dev },
  // "포트 50000-50020/UDP": "50000-60000 (최대 10,000개 동시 스트림)".
  { code: 'CAPACITY_STREAMS', about: '10,000 streams at a time, but has 10,001 ports', in: production },
  // "포트 7880 (TCP)", 사용 예: both addresses repeat the port.
  { code: 'ADDRESS_LITERAL', about: '"livekit:7880"', in: all },
  { code: 'ADDRESS_LITERAL', about: '"localhost:7880"', in: dev },
]

/** "서비스별 연결 정보": six URLs with a password and a literal `postgres:5432`. */
const CONNECTIONS = ['user', 'board', 'chat', 'noti', 'storage', 'video'].flatMap((name): readonly Row[] => [
  {
    code: 'SECRET_PLAIN',
    about: `"DATABASE_URL" (a password inside a URL) of "${name}-service"`,
    in: devAndProduction,
  },
  { code: 'ADDRESS_LITERAL', about: `"DATABASE_URL" of "${name}-service" repeats`, in: devAndProduction },
])

const INSIDE_INFRASTRUCTURE_GUIDE: readonly Row[] = [
  { ...CONTAINERS, in: devAndProduction },
  ...CONNECTIONS,
  // "Grafana", 기본 계정: admin / admin.
  { code: 'SECRET_PLAIN', about: '"admin_password"', in: devAndProduction, at: '215:40' },
  // "2. Redis": allkeys-lru; refresh_token:{userId} and blacklist:{token} are nowhere else.
  { code: 'KEPT_EVICTED', about: '"auth-service" keeps tokens and sessions', in: devAndProduction, at: '37:28' },
  // "5. Coturn", LiveKit과의 연동: turn.enabled with coturn's own ports.
  { code: 'LIVEKIT_PORT_TAKEN', about: '"turn.udp_port" makes "livekit" listen on 3478/udp', in: dev, at: '168:32' },
  { code: 'LIVEKIT_PORT_TAKEN', about: '"turn.tls_port" makes "livekit" listen on 5349/tcp', in: dev },
  // The same: tls_port without a domain.
  { code: 'LIVEKIT_TURN_DOMAIN', about: '"turn.domain" is not set', in: dev },
  // "5. Coturn" says no relay range, so 49152–65535, which holds "4. LiveKit", RTC (UDP) 50000-50020.
  { code: 'RELAY_RANGE_UNDECLARED', about: '49152-65535/udp, which overlaps "livekit.media"', in: dev },
  // "4. LiveKit", RTC (UDP) 50000-50020, inside Linux's 32768–60999.
  { code: 'MEDIA_RANGE_EPHEMERAL', about: '(50000-50020/udp)', in: dev },
  // "4. LiveKit", 연동 흐름 (4): the frontend connects to ws://livekit:7880.
  { code: 'BROWSER_ADDRESS_INTERNAL', about: '"livekit:7880"', in: devAndProduction, at: '130:7' },
  // "서비스-인프라 의존성 매트릭스": frontend needs NGINX; "라우팅 규칙" has no path for it.
  { code: 'ROUTE_MISSING', about: '"frontend"', in: devAndProduction },
  // "Docker Networks": prometheus is on the monitoring network alone; "스크래핑 대상" are not …
  { code: 'NETWORK_UNSHARED', about: '"prometheus" needs "board-service"', in: devAndProduction, at: '186:7' },
  { code: 'NETWORK_UNSHARED', about: '"prometheus" needs "auth-service"', in: devAndProduction },
  { code: 'NETWORK_UNSHARED', about: '"prometheus" needs "noti-service"', in: devAndProduction },
  // … and neither are the databases that the exporters ask ("Exporters"). In production others run those.
  { code: 'NETWORK_UNSHARED', about: '"redis-exporter" needs "redis"', in: dev },
  { code: 'NETWORK_UNSHARED', about: '"postgres-exporter" needs "postgres"', in: dev },
]

/** 000 is the port guide, 001 the infrastructure guide. */
const BETWEEN: readonly Row[] = [
  // 000 "애플리케이션 서비스": user 8081, auth 8080. 001 "인프라 아키텍처 개요": user :8080, auth :8090.
  {
    code: 'CONTRADICTION_PORT_NUMBER',
    about: '"user-service.http" listens on 8081',
    in: devAndProduction,
    at: '31:15',
  },
  { code: 'CONTRADICTION_PORT_NUMBER', about: '"auth-service.http" listens on 8080', in: devAndProduction },
  { code: 'CONTRADICTION_PORT_OWNER', about: 'Port 8080/tcp', in: devAndProduction, at: '26:7' },
  // 000 "Docker Compose 포트 매핑 요약": 3000:5173. 001 "인프라 아키텍처 개요": frontend :3000.
  {
    code: 'CONTRADICTION_PORT_NUMBER',
    about: '"frontend.http" listens on 5173 and is published as 3000',
    in: devAndProduction,
  },
  // 000 "Docker Compose 포트 매핑 요약": 3001:3000. 001 "Grafana": 3001.
  {
    code: 'CONTRADICTION_PORT_NUMBER',
    about: '"grafana.http" listens on 3000 and is published as 3001',
    in: devAndProduction,
  },
  // 000 "포트 요약": 50000-60000 in production. 001 "4. LiveKit": 50000-50020, and nothing else for production.
  { code: 'CONTRADICTION_PORT_NUMBER', about: '"livekit.media" listens on 50000-60000', in: production, at: '234:20' },
  // 000 "애플리케이션 서비스": Board HTTP + WS. 001 "라우팅 규칙": /api/boards, HTTP, and no /ws for it.
  { code: 'CONTRADICTION_PORT_PROTOCOL', about: '"board-service.http"', in: devAndProduction },
  // 000 "애플리케이션 서비스": HTTP + SSE. 001 "라우팅 규칙": /ws/notifications, WebSocket.
  { code: 'CONTRADICTION_PORT_PROTOCOL', about: '"noti-service.http" speaks http and sse', in: devAndProduction },
  // 000 "포트 7881 (TCP)": TURN-over-TCP. 001 "4. LiveKit": RTC (TCP).
  { code: 'CONTRADICTION_PORT_PROTOCOL', about: '"livekit.fallback" speaks ice-tcp and turn', in: devAndProduction },
  // 000 "포트 3478 - Built-in TURN", "coturn 없이 운영 (현재 설정)". 001 "5. Coturn": 3478, 5349.
  { code: 'CONTRADICTION_PORT_OWNER', about: 'Port 3478/udp+tcp', in: devAndProduction },
  { code: 'CONTRADICTION_PORT_OWNER', about: 'Port 5349/tcp', in: production },
  // 000 "livekit.yaml 설정": tls_port 0 in development. 001 "5. Coturn", LiveKit과의 연동: 5349.
  { code: 'CONTRADICTION_SETTING', about: '"livekit.turn.tls_port" of "livekit" is "0"', in: dev },
  // 000 "방화벽 설정 가이드": 443/tcp, HTTPS (Nginx). 001 "6. NGINX": 80 alone.
  { code: 'CONTRADICTION_PORT_MISSING', about: '"gateway.https" is 443/tcp', in: production },
  // 000 "전체 아키텍처에서의 포트 사용": /api/* to 8000-8004. 001 "라우팅 규칙": two of them are neither.
  {
    code: 'CONTRADICTION_ROUTE',
    about: 'Path "/api/users" leads to "user-service.http"',
    in: devAndProduction,
    at: '20:14',
  },
  { code: 'CONTRADICTION_ROUTE', about: 'Path "/api/auth" leads to "auth-service.http"', in: devAndProduction },
  // 000, the same figure: /livekit and /minio. 001 "라우팅 규칙" has neither.
  { code: 'CONTRADICTION_ROUTE', about: 'Path "/livekit"', in: devAndProduction },
  { code: 'CONTRADICTION_ROUTE', about: 'Path "/minio"', in: devAndProduction },
  // 001 "라우팅 규칙": /ws/chat, /ws/notifications. 000 "일반 WebSocket": browsers go to ws://host:8000/ws themselves.
  { code: 'CONTRADICTION_ROUTE', about: 'Path "/ws/chat"', in: devAndProduction },
  { code: 'CONTRADICTION_ROUTE', about: 'Path "/ws/notifications"', in: devAndProduction },
  // 000 "포트 7880": Client SDK → ws://localhost:7880. 001 "4. LiveKit", 연동 흐름 (4): ws://livekit:7880.
  { code: 'CONTRADICTION_VARIABLE', about: '"VITE_LIVEKIT_URL" of "frontend" is "ws://localhost:7880"', in: dev },
]

test('everything that is wrong inside the port guide is found, and nothing else', () => {
  expectExactly(checkStack(portGuide), INSIDE_PORT_GUIDE)
})

test('everything that is wrong inside the infrastructure guide is found, and nothing else', () => {
  expectExactly(checkStack(infrastructureGuide), INSIDE_INFRASTRUCTURE_GUIDE)
})

test('every contradiction between the two guides is found, and nothing else', () => {
  expectExactly(compareStacks(portGuide, infrastructureGuide), BETWEEN)
})

test('the contradictions are the same seen from the other guide', () => {
  const codes = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code).toSorted()
  const there = compareStacks(portGuide, infrastructureGuide)
  expect(codes(compareStacks(infrastructureGuide, portGuide))).toEqual(codes(there))
})

test('a contradiction names the line in both guides', () => {
  const owner = compareStacks(portGuide, infrastructureGuide).find(({ message }) => message.startsWith('Port 8080/tcp'))
  expect(owner).toMatchObject({ file: 'port-guide.yaml', line: 26, column: 7 })
  expect(owner?.related).toMatchObject([{ file: 'infrastructure-guide.yaml', line: 19, column: 7 }])
})

test('no guide contradicts itself', () => {
  expect(compareStacks(portGuide, portGuide)).toEqual([])
  expect(compareStacks(infrastructureGuide, infrastructureGuide)).toEqual([])
})

test('no message repeats a password of the guides', () => {
  const messages = checkStack(infrastructureGuide).map(({ message }) => message)
  expect(messages.filter((message) => message.includes(':password@') || message.includes('"admin"'))).toEqual([])
})
