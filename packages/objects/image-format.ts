/** What is taken as a picture. SVG is a program, TIFF and PDF have too many shapes; none of them is here. */
export const IMAGE_FORMATS = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const
export type ImageFormat = (typeof IMAGE_FORMATS)[number]

interface Mark {
  readonly format: ImageFormat
  readonly at: number
  readonly text: string
}

const MARKS: readonly (readonly Mark[])[] = [
  [{ format: 'jpeg', at: 0, text: '\xff\xd8\xff' }],
  [{ format: 'png', at: 0, text: '\x89PNG\r\n\x1a\n' }],
  [
    { format: 'webp', at: 0, text: 'RIFF' },
    { format: 'webp', at: 8, text: 'WEBP' },
  ],
  [{ format: 'gif', at: 0, text: 'GIF87a' }],
  [{ format: 'gif', at: 0, text: 'GIF89a' }],
  [{ format: 'avif', at: 4, text: 'ftypavif' }],
]

/** What the first bytes say; a name or a content type that came with them may say anything. */
export function sniffImageFormat(content: Buffer): ImageFormat | undefined {
  const head = content.toString('latin1', 0, 16)
  return MARKS.find((marks) => marks.every(({ at, text }) => head.startsWith(text, at)))?.[0]?.format
}
