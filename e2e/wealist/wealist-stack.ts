import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { openOwnStack, type StackCopy } from '../stack-copy.ts'

const FOLDER = new URL('../../wealist/', import.meta.url)
const PORTS = [3000, 5173, 5432, 8080, 8081, 9000]
/** A test is one address with many accounts. */
const ENVIRONMENT = { AUTH_ATTEMPT_FACTOR: '1000' }

export interface WealistStackOptions {
  /** True for tests that need pages; the API does without. */
  readonly hasWeb?: boolean
  /** Laid over the services of the stack file, as an environment's are: `{ bus: { run: { external: url } } }`. */
  readonly services?: Readonly<Record<string, unknown>>
}

type Tree = Readonly<Record<string, unknown>>

/**
 * A copy of weAlist on ports of its own, not started yet. Its services are those of the checkout; its stack file is
 * `wealist/portolan.yaml` with the given overlay.
 */
export async function openWealistStack({
  hasWeb = false,
  services = {},
}: WealistStackOptions = {}): Promise<StackCopy> {
  const file = await readStackFile()
  const overlay = { ...services, ...(hasWeb ? {} : { web: null }) }
  const copy = await openOwnStack({ 'portolan.yaml': JSON.stringify(copyOf(file, overlay)) }, PORTS)
  copy.environment = { ...copy.environment, ...ENVIRONMENT } // services inherit it
  return copy
}

/** Below which paths the services of the stack have their APIs: `/api/auth`. Each describes itself in `openapi.json`. */
export async function listApiPaths(): Promise<readonly string[]> {
  const services = Object.values(treeOf((await readStackFile()).services)).map(treeOf)
  const routes = services.flatMap(({ routes: own }) => (Array.isArray(own) ? own : [])).map(pathOf)
  return routes.filter((path) => path.startsWith('/api/') && path !== '/api/docs')
}

function pathOf(route: unknown): string {
  return typeof route === 'string' ? route : String(treeOf(route).path)
}

async function readStackFile(): Promise<Tree> {
  return treeOf(parse(await readFile(new URL('portolan.yaml', FOLDER), 'utf8')))
}

/** JSON is YAML too. Modules are named by where they are, and the overlay goes into the environment that runs. */
function copyOf(file: Tree, overlay: Tree): Tree {
  const declared = Object.entries(treeOf(file.services)).map(([name, service]) => [name, atHome(treeOf(service))])
  const environments = treeOf(file.environments)
  const development = treeOf(environments.development)
  const laidOver = { ...development, services: { ...treeOf(development.services), ...overlay } }
  return {
    ...file,
    services: Object.fromEntries(declared),
    environments: { ...environments, development: laidOver },
  }
}

function atHome(service: Tree): Tree {
  const { module } = treeOf(service.run)
  if (typeof module !== 'string') return service
  return { ...service, run: { module: fileURLToPath(new URL(module, FOLDER)) } }
}

function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
