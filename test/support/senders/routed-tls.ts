// Connections that this process opens to named hosts arrive at a TLS server here: the same handshake, the same checks.
import { readFileSync } from "node:fs";
import { createServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { vi } from "vitest";

type ConnectOptions = tls.ConnectionOptions & { readonly host?: string; readonly servername?: string };
type Answer = (path: string) => { readonly status?: number; readonly location?: string; readonly body?: string };

export function tlsPem(name: string): string {
  return readFileSync(new URL(`../../vectors/tls/${name}.pem`, import.meta.url), "utf8");
}

export interface RoutedServer {
  /** `<host> <path>` of what was asked. */
  readonly asked: readonly string[];
  /** Host names that somebody tried to reach, whether a handshake came of it or not. */
  readonly reached: readonly string[];
  close(): Promise<void>;
}

/**
 * Serves every TLS connection of this process, whatever host it is for: names are not looked up and the port is another,
 * nothing else differs. Certificates are judged by Node itself, with the tests' CA and no other.
 */
export async function routeTls(answer: Answer, certificate: "server" | "stranger-server"): Promise<RoutedServer> {
  const asked: string[] = [];
  const reached: string[] = [];
  const options: ServerOptions = { cert: tlsPem(certificate), key: tlsPem(`${certificate}-key`) };
  const server = createServer(options, ({ headers, url = "" }, res) => {
    asked.push(`${headers.host} ${url}`);
    const { status = 200, location, body = "" } = answer(url);
    // Kept connections would lead the next test to a server that is gone.
    const headersOut = location === undefined ? {} : { location };
    res.writeHead(status, { ...headersOut, connection: "close" }).end(body);
  });
  server.on("tlsClientError", () => {}); // the client has left: that is what some tests want
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connect = tls.connect;
  const spy = vi.spyOn(tls, "connect").mockImplementation(((given: ConnectOptions, ...rest: []) => {
    const servername = given.servername || given.host || "";
    reached.push(servername);
    return connect({ ...given, host: "127.0.0.1", port, servername, ca: tlsPem("ca") }, ...rest);
  }) as typeof tls.connect);
  return {
    asked,
    reached,
    close() {
      spy.mockRestore();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
