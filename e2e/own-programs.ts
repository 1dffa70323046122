/** Programs for stacks of one's own: each a file of Node, without anything of ours. */

/** Answers every request. */
export const ANSWERING = `
import { createServer } from 'node:http'
createServer((request, response) => response.end('here')).listen(Number(process.env.PORT), process.env.HOST)
`

/** Answers, and does not end when it is asked to. */
export const STUBBORN = `
process.on('SIGTERM', () => console.log('not yet'))
${ANSWERING}`

/** Takes two seconds before it answers: time for a test to do something meanwhile. */
export const SLOW = `
import { createServer } from 'node:http'
const server = createServer((request, response) => response.end('here'))
console.log('loading')
setTimeout(() => server.listen(Number(process.env.PORT), process.env.HOST), 2_000)
`

/** Prints and ends. */
export const CRASHING = `
console.log('reading the settings')
console.error('the settings have no key "colour"')
process.exit(3)
`

/** A stack file of services that are all files of Node, by their names. */
export function stackOf(
  services: Readonly<Record<string, { readonly port: number; readonly needs?: string }>>,
): string {
  const lines = Object.entries(services).map(
    ([name, { port, needs }]) =>
      `  ${name}:\n    run: { command: node, args: [${name}.mjs] }\n    ports: { http: ${port} }\n    health: /\n` +
      (needs === undefined ? '' : `    needs: { ${needs}: {} }\n`),
  )
  return `stack: own\nservices:\n${lines.join('')}`
}
