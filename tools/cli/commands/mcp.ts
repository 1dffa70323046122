import { Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { registryDoor } from '../registry/registry-door.ts'

const ROLES = ['read', 'allocate', 'admin'] as const

interface McpOptions {
  readonly role: (typeof ROLES)[number]
}

const HELP = `
For an agent's settings:
  { "mcpServers": { "portolan": { "command": "npx", "args": ["portolan", "mcp"],
      "env": { "PORTOLAN_REGISTRY": "https://registry.example.com", "PORTOLAN_REGISTRY_KEY": "pk_…" } } } }
Without those two the registry of this machine is asked ("registry up").`

export function mcpCommand(context: CliContext): Command {
  return new Command('mcp')
    .addOption(
      new Option('--role <role>', 'offer only what this role may; what is done is what the key may')
        .choices([...ROLES])
        .default('allocate'),
    )
    .addHelpText('after', HELP)
    .action(async ({ role }: McpOptions) => {
      const { door } = await registryDoor(context)
      // Loaded when it is needed: nothing else here speaks MCP.
      const { createMcpServer } = await import('@portolan/operations/remote')
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js')
      const onFailure = (error: unknown) => context.stderr.write(`${String(error)}\n`)
      const server = await createMcpServer({ door, role, onFailure })
      const closed = new Promise<void>((resolve) => {
        server.onclose = () => resolve()
        context.stdin.once('end', () => resolve())
        context.stopped.addEventListener('abort', () => resolve(), { once: true })
      })
      await server.connect(new StdioServerTransport(context.stdin, context.stdout))
      await closed
      await server.close()
    })
}
