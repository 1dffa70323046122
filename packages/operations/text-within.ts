/** Reads a body as text. @returns undefined when it is larger than that; what is left of it is not taken */
export async function textWithin(body: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string | undefined> {
  const decoder = new TextDecoder()
  let text = ''
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > limitBytes) return undefined // leaving the loop ends the stream
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
