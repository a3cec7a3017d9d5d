/** The address is read by people: plain text, with `:`, `,` and the like left as they are. */
export function stringifySearch(search: Record<string, unknown>): string {
  const given = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '')
  const query = new URLSearchParams(given).toString().replace(/%(3A|2C|2F|40|2A|3E|3C)/gi, (code) => decodeURIComponent(code))
  return query ? `?${query}` : ''
}

export const parseSearch = (query: string): Record<string, unknown> => Object.fromEntries(new URLSearchParams(query))
