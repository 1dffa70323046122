import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'
import { dataFolderUnusable } from './errors.ts'

/** All that one copy of a stack keeps on this machine. Data and logs outlive the supervisor. */
export interface DataFolder {
  readonly root: string
  readonly lockFile: string
  readonly stateFile: string
  readonly secretsFile: string
  /** The ports that a registry has given it. */
  readonly portsFile: string
  readonly logs: string
  /** What Node has compiled of our own processes, so that it need not do so at each start. */
  readonly compiled: string
  /** Where one service keeps what is its own. */
  serviceFolder(service: string): string
  /** Marks every process that this copy starts, so that they can be found again. */
  readonly mark: string
  readonly controlSocket: string
}

/**
 * The folder of a stack's copy: `.portolan/<environment>` beside the stack file, one more for each shift, and
 * `.portolan/preview-<name>` for each preview, so that two copies share nothing.
 * @param stackFolder where the stack file is
 */
export function dataFolderOf(
  stackFolder: string,
  copy: { readonly environment: string; readonly shift: number; readonly preview?: string | undefined },
): DataFolder {
  const name = copyName(copy)
  const root = join(resolve(stackFolder), '.portolan', name)
  const mark = createHash('sha256').update(root).digest('hex').slice(0, 20)
  return {
    root,
    lockFile: join(root, 'lock'),
    stateFile: join(root, 'state.json'),
    secretsFile: join(root, 'secrets.json'),
    portsFile: join(root, 'ports.json'),
    logs: join(root, 'logs'),
    compiled: join(root, 'compiled'),
    serviceFolder: (service) => join(root, 'data', service),
    mark,
    // Not in the folder itself: the path of a socket has at most 107 bytes (unix(7), sun_path).
    controlSocket: join(tmpdir(), `portolan-${process.getuid?.() ?? 0}`, `${mark}.sock`),
  }
}

function copyName({ environment, shift, preview }: Parameters<typeof dataFolderOf>[1]): string {
  if (preview !== undefined) return `preview-${preview}`
  return shift === 0 ? environment : `${environment}-shift-${shift}`
}

/** Makes the folder and shows that it can be written to, before anything is started. @throws SUPERVISE_DATA_FOLDER_UNUSABLE */
export async function prepareDataFolder(folder: DataFolder): Promise<void> {
  try {
    await makePrivate(folder.root)
    await makeFolders(folder.logs)
    // A full disk often still makes empty files: some bytes have to arrive.
    await writeAtomically(
      join(folder.root, 'CACHEDIR.TAG'),
      'Signature: 8a477f597d28d172789f06886806bc55\n# Data of a stack that Portolan runs.\n'.repeat(64),
    )
    await writeAtomically(join(folder.root, '.gitignore'), '*\n')
  } catch (cause) {
    throw dataFolderUnusable(folder.root, reasonOf(cause), cause)
  }
}

/** What services print and keep is for nobody else's eyes; a folder that an older version made open is closed. */
async function makePrivate(path: string): Promise<void> {
  await makeFolders(path, 0o700)
  const found = await lstat(path)
  const isOwn = found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid)
  if (isOwn && (found.mode & 0o077) !== 0) await chmod(path, 0o700)
}

/** Not `mkdir` with `recursive`, which says ENOENT where the file system is read-only (Node 24). */
async function makeFolders(path: string, mode = 0o777): Promise<void> {
  try {
    await mkdir(path, { mode })
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    if (errorCode(error) !== 'ENOENT') throw error
    await makeFolders(dirname(path))
    await mkdir(path, { mode })
  }
}

function reasonOf(cause: unknown): string {
  switch (errorCode(cause)) {
    case 'ENOSPC':
      return 'the disk is full'
    case 'EDQUOT':
      return 'the quota of this user is used up'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there'
    case 'EROFS':
      return 'it is on a read-only file system'
    default:
      return errorMessage(cause)
  }
}

/** Readers see the old text or the new one, never half of it; also after a crash. */
export async function writeAtomically(file: string, text: string, mode = 0o644): Promise<void> {
  const temporary = `${file}.${process.pid}.new`
  try {
    await writeFile(temporary, text, { mode, flush: true })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }) // half a file would only fill the disk further
    throw error
  }
}

/** The parsed JSON of a file; undefined when there is none or it was cut off. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    // No file yet, or one that a full disk cut off: both mean that nothing is known.
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}
