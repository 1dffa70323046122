/** What sign-ins and token checks cost, per second of processor: `node bench/auth.ts [--seconds 10] [--json]`. */
import { parseArgs } from 'node:util'
import { type AuthFigures, measureAuth } from './auth/measure.ts'
import { machineFacts } from './machine.ts'
import { findPostgres } from './postgres-program.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean' }, seconds: { type: 'string', default: '10' } } })
const machine = await machineFacts(await findPostgres())
const figures = await measureAuth(Number(values.seconds) * 1000)
const report = values.json === true ? JSON.stringify({ machine, figures }, null, 2) : formatFigures(figures)
process.stdout.write(`${report}\n`)

function formatFigures({ rows, signInsAgainstHashing, checksAgainstSignature }: AuthFigures): string {
  return [
    `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; ${machine.postgres}; load ${machine.load}`,
    '',
    `${'per second of processor'.padEnd(58)}${'median ms'.padStart(10)}${'p99 ms'.padStart(8)}`,
    ...rows.map(({ name, perCpuSecond, medianMs, p99Ms }) =>
      [
        String(Math.round(perCpuSecond)).padStart(8),
        ` ${name.padEnd(49)}`,
        medianMs === undefined ? '' : medianMs.toFixed(1).padStart(10),
        p99Ms === undefined ? '' : p99Ms.toFixed(1).padStart(8),
      ].join(''),
    ),
    '',
    `a sign-in takes ${signInsAgainstHashing.toFixed(2)} times the processor time of the password hash alone`,
    `a token check takes ${checksAgainstSignature.toFixed(2)} times the processor time of the bare signature check`,
  ].join('\n')
}
