import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'

type MakeCommand = (context: CliContext) => Command

interface CommandGroup {
  readonly description: string
  /** As the list of commands has it; the description unless said. */
  readonly summary?: string
  readonly load: () => Promise<MakeCommand>
}

/** Commands around the registry, which load much that starting a stack does not need. In the order of the help. */
const GROUPS: Readonly<Record<string, CommandGroup>> = {
  preview: {
    description: 'run further copies of a stack, on ports that a registry leases them',
    load: async () => (await import('./commands/preview.ts')).previewCommand,
  },
  routes: {
    description: 'why the gateway sends a request where it sends it',
    load: async () => (await import('./commands/routes.ts')).routesCommand,
  },
  ports: {
    description: 'who holds which ports: allocate, look up, give back',
    load: async () => (await import('./commands/ports.ts')).portsCommand,
  },
  slots: {
    description: 'what runs in the blue and green halves of pairs: deploy, roll back, stop',
    load: async () => (await import('./commands/slots.ts')).slotsCommand,
  },
  hosts: {
    description: 'the machines that ports live on',
    load: async () => (await import('./commands/hosts.ts')).hostsCommand,
  },
  bands: {
    description: 'which ports are reserved for which environment and kind',
    load: async () => (await import('./commands/bands.ts')).bandsCommand,
  },
  keys: {
    description: 'who may ask the registry, and for which projects',
    load: async () => (await import('./commands/keys.ts')).keysCommand,
  },
  registry: {
    description: 'the registry itself: start and stop this machine’s own, or serve one',
    load: async () => (await import('./commands/registry.ts')).registryCommand,
  },
  mcp: {
    description: 'Serve the registry to an agent: an MCP server (Model Context Protocol) on standard input and output.',
    summary: 'the registry for agents: an MCP server on standard input and output',
    load: async () => (await import('./commands/mcp.ts')).mcpCommand,
  },
}

/**
 * The groups, each loaded only where the arguments may call it or ask for its help; of the others there is what the list
 * of commands says.
 * @param argv of the process
 */
export async function groupCommands(context: CliContext, argv: readonly string[]): Promise<readonly Command[]> {
  const called = calledWords(argv)
  return Promise.all(
    Object.entries(GROUPS).map(async ([word, { description, summary = description, load }]) => {
      const command = called.includes(word) ? (await load())(context) : new Command(word)
      return command.description(description).summary(summary)
    }),
  )
}

/** `ports` of `portolan --verbose ports list` and of `portolan help ports`; no option before a command takes a value. */
function calledWords(argv: readonly string[]): readonly string[] {
  const [first = '', second = ''] = argv.slice(2).filter((word) => !word.startsWith('-'))
  return first === 'help' ? [second] : [first]
}
