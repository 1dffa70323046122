import { isPrivilegedPort } from '@portolan/ports'
import type { Run } from '@portolan/stack'
import { holdingsOf } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { numbers, portName } from '../wording.ts'

const CODES = {
  PORT_PRIVILEGED: { severity: 'warning', title: 'An ordinary process is to bind a privileged port' },
} as const

/** What is started here as an ordinary process. A container engine and a cluster bind on their own. */
const ORDINARY: readonly Run['kind'][] = ['module', 'command', 'embedded']
/** Everybody expects a web server there, so it is worth a word and no more. */
const OF_THE_WEB: readonly number[] = [80, 443]

export const portPrivileged = defineRule(CODES, (resolved, say) =>
  holdingsOf(resolved).flatMap(({ host, service, port, range, transport, source }) => {
    if (host.kind !== 'machine' || !ORDINARY.includes(service.run.kind) || !isPrivilegedPort(range.first)) return []
    const message =
      `${portName(service, port)} is to bind ${numbers(range, transport)} on host "${host.name}". Below 1024 Linux ` +
      'asks for CAP_NET_BIND_SERVICE, without which the start fails with EACCES. Take a higher number, give the ' +
      'program that capability, or set net.ipv4.ip_unprivileged_port_start.'
    const severity = OF_THE_WEB.includes(range.first) && range.first === range.last ? 'note' : 'warning'
    return [say('PORT_PRIVILEGED', { at: source, message, severity })]
  }),
)
