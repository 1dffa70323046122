export interface Notice {
  readonly kind: 'done' | 'failed' | 'important'
  readonly text: string
}

export interface PostedNotice extends Notice {
  readonly id: number
}

const SHOWN_MS = 6_000
const MOST = 3

/** Short messages above the page. What is important or failed stays until it is dismissed. */
export class NoticeBoard {
  #notices: readonly PostedNotice[] = []
  #lastId = 0
  readonly #readers = new Set<() => void>()

  readonly read = (): readonly PostedNotice[] => this.#notices

  readonly subscribe = (reader: () => void): (() => void) => {
    this.#readers.add(reader)
    return () => this.#readers.delete(reader)
  }

  show(notice: Notice): void {
    this.#lastId += 1
    const id = this.#lastId
    const others = this.#notices.filter(({ text }) => text !== notice.text)
    this.#change([...others, { ...notice, id }].slice(-MOST))
    if (notice.kind === 'done') setTimeout(() => this.dismiss(id), SHOWN_MS)
  }

  dismiss(id: number): void {
    this.#change(this.#notices.filter((notice) => notice.id !== id))
  }

  /** When somebody else reads from here on. */
  clear(): void {
    this.#change([])
  }

  #change(notices: readonly PostedNotice[]): void {
    this.#notices = notices
    for (const reader of this.#readers) reader()
  }
}

export const noticeBoard = new NoticeBoard()
