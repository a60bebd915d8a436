declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** dynalite ships no types; this is the part of its options that is used here. */
  export default function dynalite(options?: { readonly createTableMs?: number; readonly path?: string }): Server;
}
