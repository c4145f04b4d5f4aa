/** The message for any other address: without authentication whoever reaches the port acts with all our rights (DESIGN 11). */
export function mustBeLoopback(host: string): string {
  return `must be a loopback address while auth.mode is none but got: ${JSON.stringify(host)}`;
}
