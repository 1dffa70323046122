import { platform } from 'node:os'
import type { Account } from './account.ts'

/**
 * How initdb and the server are told their data folder, which is their working folder as well.
 *
 * Run as another account, they may be unable to walk down to it: a clone below /root (0700) is closed to all others.
 * A working folder that was entered as root stays usable after the change of user, and /proc/self/cwd leads straight
 * to it, without a look at the folders above (path_resolution(7), "magic links"; proc_pid_cwd(5)). `.` would not do:
 * the server makes an absolute path of it first.
 */
export function dataFolderArgument(dataFolder: string, account: Account | undefined): string {
  return account !== undefined && platform() === 'linux' ? '/proc/self/cwd' : dataFolder
}

export interface Listening {
  readonly address: string
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
}

/**
 * On the command line, which wins over every file: the port plane decides where the server listens, and a file in the
 * data folder could be stale. No Unix socket: its path would have to be short and reachable for every account.
 */
export function serverArguments(dataFolder: string, { address, port, settings }: Listening): readonly string[] {
  const decided = { ...settings, listen_addresses: address, port: `${port}`, unix_socket_directories: '' }
  return ['-D', dataFolder, ...Object.entries(decided).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
