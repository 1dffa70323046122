export const HEADING = 'It works'
