/** What answers HTTP, without a port: tests call it directly, adapters put it behind one. */
export type Handler = (request: Request) => Promise<Response>;
