/** The server rewrites `<base href>` when it stands under a prefix; every address of ours starts there. */
export const basePath = (): string => new URL(document.baseURI).pathname

export const apiUrl = (path: string): string => new URL(`api/v1/${path}`, document.baseURI).href
