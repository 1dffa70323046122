import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js'
import { errorMessage, isAppError } from '@portolan/errors'
import { hasRole, type Role } from './caller.ts'
import type { Door } from './door.ts'
import { operationUnknown } from './errors.ts'
import type { OperationDefinition } from './operation.ts'
import { isOperationName, listOperations, OPERATIONS, type OperationsByName } from './operations.ts'

export interface McpServerOptions {
  readonly door: Door
  /** Offers only what this role may; everything unless said. */
  readonly role?: Role
  readonly version?: string
  /** Gets what is not an error of ours, and is told to nobody else. */
  readonly onFailure?: (error: unknown) => void
}

const INSTRUCTIONS =
  'The registry knows which ports of which host belong to which project. Ask port_get for ports that a project has, ' +
  'port_allocate for new ones: never choose a port yourself. A pair is an even port (blue) and the next odd one (green). ' +
  'Show the token that you were given with every change. "unknown" never means free.'

/** Not for agents: the text of a key would stand in a transcript. */
function isOffered({ name, role }: OperationDefinition, caller: Role): boolean {
  return !name.startsWith('key_') && hasRole({ name: '', role: caller, projects: [] }, role)
}

/**
 * An MCP server whose tools are the operations, on any door. Connect it to one transport; whoever makes it closes it.
 * What is refused is a result with `isError`, whose text is a problem with its code.
 */
export async function createMcpServer({ door, ...options }: McpServerOptions): Promise<Server> {
  // Loaded when it is needed: the command line asks for ports without it.
  const { Server: McpServer } = await import('@modelcontextprotocol/sdk/server/index.js')
  const { CallToolRequestSchema, ListToolsRequestSchema } = await import('@modelcontextprotocol/sdk/types.js')
  const { role = 'admin', version = '0.1.0', onFailure } = options
  const info = { name: 'portolan', title: 'Portolan port registry', version }
  const server = new McpServer(info, { capabilities: { tools: {} }, instructions: INSTRUCTIONS })
  const offered = listOperations().filter((operation) => isOffered(operation, role))
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: offered.map(toolOf) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    try {
      const { name, arguments: input = {} } = params
      if (!offered.some((operation) => operation.name === name)) throw operationUnknown(name)
      return answered(await callByName(door, { name, input }, signal))
    } catch (error) {
      if (!isAppError(error)) onFailure?.(error)
      return refused(error)
    }
  })
  return server
}

const BY_NAME: OperationsByName = OPERATIONS

interface Call {
  readonly name: string
  readonly input: unknown
}

async function callByName(door: Door, { name, input }: Call, signal: AbortSignal): Promise<object> {
  if (!isOperationName(name)) throw operationUnknown(name)
  return door.call(name, BY_NAME[name].parseInput(input), { signal })
}

function toolOf(operation: OperationDefinition): Tool {
  const { name, title, summary, effect, isIdempotent, input, output } = operation
  return {
    name,
    title,
    description: summary,
    inputSchema: { ...plain(input), type: 'object' },
    outputSchema: { ...plain(output), type: 'object' },
    annotations: {
      title,
      readOnlyHint: effect === 'reads',
      destructiveHint: effect === 'removes' || effect === 'changes',
      idempotentHint: isIdempotent,
      openWorldHint: false,
    },
  }
}

/** Only what is JSON of a schema. */
function plain(schema: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema))
}

const TEXT_LIMIT = 16_384

/** The text is the same once more, for clients that read nothing else (MCP 2025-06-18, "Structured Content"). */
function answered(answer: object): CallToolResult {
  const text = JSON.stringify(answer)
  const told = text.length <= TEXT_LIMIT ? text : tooLongText(text.length)
  return { content: [{ type: 'text', text: told }], structuredContent: { ...answer } }
}

function tooLongText(characterCount: number): string {
  return (
    `The answer stands in "structuredContent" alone: as text it would have ${characterCount} characters. ` +
    `Read it there, or ask for less: with a "limit", or for one project, host or port.`
  )
}

/** No structured content: it would have to be what the tool's output schema says. */
function refused(error: unknown): CallToolResult {
  const known = isAppError(error) ? { code: error.code, details: error.details } : { code: 'INTERNAL', details: {} }
  const message = isAppError(error) ? errorMessage(error) : 'Something failed that is not your fault. The log has it.'
  const problem = { success: false, code: known.code, error: message, details: known.details }
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(problem) }], _meta: { code: known.code } }
}
