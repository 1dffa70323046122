import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)
const FILLER = 'filler'

/** A disk of its own for one folder, small enough to be filled. */
export class SmallDisk implements AsyncDisposable {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes until nothing more fits. */
  async fill(): Promise<void> {
    await using file = await open(join(this.#folder, FILLER), 'a')
    for (const sizeBytes of [1_048_576, 4_096]) {
      try {
        for (;;) await file.write(Buffer.alloc(sizeBytes))
      } catch {
        // ENOSPC: that is the point. The next smaller piece may still fit.
      }
    }
  }

  async free(): Promise<void> {
    await rm(join(this.#folder, FILLER), { force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execute('umount', ['--lazy', this.#folder])
  }
}

/** Mounts a small disk over a folder. @returns undefined where that is not permitted */
export async function openSmallDisk(folder: string, sizeMegabytes: number): Promise<SmallDisk | undefined> {
  await mkdir(folder, { recursive: true })
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${sizeMegabytes}m`, 'tmpfs', folder])
    return new SmallDisk(folder)
  } catch {
    // Not root, or in a container without the right to mount.
    return undefined
  }
}
