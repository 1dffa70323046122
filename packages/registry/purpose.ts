/** What a claim is for when nobody says it. */
export const DEFAULT_PURPOSE = 'main'
