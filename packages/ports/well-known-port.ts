import { TRANSPORTS, type Transport } from './transport.ts'

const BOTH = TRANSPORTS
const TCP = ['tcp'] as const
const UDP = ['udp'] as const

// What listens on a port when nobody has said otherwise: the default of the program, which is what collides in
// practice, and only where there is none IANA's registered name.
const DEFAULTS: readonly (readonly [port: number, transports: readonly Transport[], service: string])[] = [
  [20, TCP, 'ftp-data'],
  [21, TCP, 'ftp'],
  [22, TCP, 'ssh'],
  [23, TCP, 'telnet'],
  [25, TCP, 'smtp'],
  [53, BOTH, 'dns'],
  [67, UDP, 'dhcp'],
  [68, UDP, 'dhcp-client'],
  [69, UDP, 'tftp'],
  [80, TCP, 'http'],
  [110, TCP, 'pop3'],
  [111, BOTH, 'rpcbind'],
  [123, UDP, 'ntp'],
  [143, TCP, 'imap'],
  [161, UDP, 'snmp'],
  [389, TCP, 'ldap'],
  [443, TCP, 'https'],
  [443, UDP, 'http/3'],
  [445, TCP, 'smb'],
  [465, TCP, 'smtps'],
  [514, UDP, 'syslog'],
  [587, TCP, 'smtp-submission'],
  [631, BOTH, 'ipp'],
  [636, TCP, 'ldaps'],
  [853, BOTH, 'dns-over-tls'],
  [993, TCP, 'imaps'],
  [995, TCP, 'pop3s'],
  [1194, BOTH, 'openvpn'],
  [1433, TCP, 'sqlserver'],
  [1521, TCP, 'oracle'],
  [1883, TCP, 'mqtt'],
  [2049, BOTH, 'nfs'],
  [2181, TCP, 'zookeeper'],
  [2375, TCP, 'docker'],
  [2376, TCP, 'docker-tls'],
  [2379, TCP, 'etcd'],
  [2380, TCP, 'etcd-peer'],
  [3306, TCP, 'mysql'],
  [3389, BOTH, 'rdp'],
  [3478, BOTH, 'stun/turn'],
  [4222, TCP, 'nats'],
  [4317, TCP, 'otlp-grpc'],
  [4318, TCP, 'otlp-http'],
  [5060, BOTH, 'sip'],
  [5061, TCP, 'sips'],
  [5349, TCP, 'turns'],
  [5349, UDP, 'turn-over-dtls'],
  [5353, UDP, 'mdns'],
  [5432, TCP, 'postgres'],
  [5672, TCP, 'amqp'],
  [5900, TCP, 'vnc'],
  [6379, TCP, 'redis'],
  [6432, TCP, 'pgbouncer'],
  [6443, TCP, 'kubernetes-api'],
  [7880, TCP, 'livekit'],
  [7881, TCP, 'livekit-ice-tcp'],
  [7882, UDP, 'livekit-ice-udp'],
  [8086, TCP, 'influxdb'],
  [8125, UDP, 'statsd'],
  [8443, TCP, 'https-alternative'],
  [8472, UDP, 'vxlan'],
  [8883, TCP, 'mqtts'],
  [9000, TCP, 'minio'],
  [9001, TCP, 'minio-console'],
  [9042, TCP, 'cassandra'],
  [9090, TCP, 'prometheus'],
  [9092, TCP, 'kafka'],
  [9093, TCP, 'alertmanager'],
  [9100, TCP, 'node-exporter'],
  [9121, TCP, 'redis-exporter'],
  [9187, TCP, 'postgres-exporter'],
  [9200, TCP, 'elasticsearch'],
  [9300, TCP, 'elasticsearch-transport'],
  [9418, TCP, 'git'],
  [10250, TCP, 'kubelet'],
  [11211, BOTH, 'memcached'],
  [15672, TCP, 'rabbitmq-management'],
  [16379, TCP, 'redis-cluster-bus'],
  [26379, TCP, 'redis-sentinel'],
  [27017, TCP, 'mongodb'],
  [51820, UDP, 'wireguard'],
]

const SERVICES_BY_TRANSPORT: Readonly<Record<Transport, ReadonlyMap<number, string>>> = {
  tcp: servicesOver('tcp'),
  udp: servicesOver('udp'),
}

function servicesOver(transport: Transport): ReadonlyMap<number, string> {
  const rows = DEFAULTS.filter(([, transports]) => transports.includes(transport))
  return new Map(rows.map(([port, , service]) => [port, service]))
}

/** The service that listens on this port by default, such as `postgres` on 5432/tcp; undefined when none is known. */
export function wellKnownPort(port: number, transport: Transport): string | undefined {
  return SERVICES_BY_TRANSPORT[transport].get(port)
}

/** Every port of the table for one transport, ascending: what an allocator leaves to its usual owner. */
export function listWellKnownPorts(transport: Transport): readonly number[] {
  return [...SERVICES_BY_TRANSPORT[transport].keys()].toSorted((a, b) => a - b)
}
