/**
 * Requests that a proxy passes on per second of its own processor time, beside nginx and HAProxy in one run:
 * `node bench/gateway.ts [--seconds 5] [--rounds 3] [--connections 64] [--json]`. Needs Debian's nginx, haproxy and wrk.
 */
import { parseArgs } from 'node:util'
import { measureProxy, type ProxyFigures } from './gateway/measure-proxy.ts'
import { openProxies } from './gateway/proxies.ts'
import { machineFacts } from './machine.ts'
import { findPostgres } from './postgres-program.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
  },
})
const machine = await machineFacts(await findPostgres())
const figures: ProxyFigures[] = []
await using proxies = await openProxies()
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const proxy of proxies.list) {
    const options = { seconds: Number(values.seconds), connections: Number(values.connections) }
    figures.push(await measureProxy(proxy, options))
  }
}
const names = proxies.list.map(({ name }) => name)
const best = (name: string) =>
  Math.max(...figures.filter((each) => each.name === name).map((each) => each.perCpuSecond))
const summary = names.map((name) => ({ name, perCpuSecond: best(name), againstNginx: best(name) / best('nginx') }))
const text = [
  `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load ${machine.load} at the beginning`,
  `${values.connections} connections, a small JSON answer, the best of ${values.rounds} rounds of ${values.seconds} s`,
  '',
  `${''.padEnd(28)}${'per CPU second'.padStart(16)}${'against nginx'.padStart(16)}`,
  ...summary.map(
    ({ name, perCpuSecond, againstNginx }) =>
      `${name.padEnd(28)}${String(Math.round(perCpuSecond)).padStart(16)}${againstNginx.toFixed(2).padStart(16)}`,
  ),
].join('\n')
process.stdout.write(`${values.json === true ? JSON.stringify({ machine, figures, summary }, null, 2) : text}\n`)
